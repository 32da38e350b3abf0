"""The sweep of a screen: it stops, goes on, keeps its rows, and finds the row of a design."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from encdec_widgets import Design, preset, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.background import Background
from encdec_widgets.explore.sweep import Row, Sweep
from encdec_widgets.session import Session
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.picture.picture import Picture
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.slow import in_a_loop, until
from tests.designer.told_at_once import GRID, SMALL, rows, sweep_module, told_of, told_with_time
from tests.designer.told_at_once import no_processes as no_processes
from tests.designer.told_at_once import picture as picture
from tests.designer.told_at_once import said as said
from tests.designer.told_at_once import session as session
from tests.designer.told_at_once import swept as swept
from tests.explore.instant import Instant, Waiting


def test_stop_keeps_the_rows_and_says_how_many(
    session: Session, swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting(2)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=waiting))

    async def scenario() -> None:
        swept.begin({"filters": range(1, 10)})
        await until(lambda: len(swept._rows) == 2)
        swept.stop()
        assert not swept.busy
        assert len(swept.rows) == 2
        assert swept.words == "Stopped: 2 of 9 designs are done."
        swept.close()

    in_a_loop(scenario)


def test_what_ends_a_sweep_early_is_said(
    swept: Swept, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows().rows[0]

    def fails(self: Sweep) -> Any:
        yield first
        raise OSError("no space left")

    monkeypatch.setattr(Sweep, "__iter__", fails)
    picture.show_designs()
    swept.begin(GRID)
    assert "1 of 9 designs; it ended early: " in swept.words
    assert "no space left" in picture.designs.text


def test_the_rows_of_a_design_are_found_whatever_its_fields(swept: Swept) -> None:
    grid = {"filters": [2, 4], "encoder[0].num_convs": [2, 3], "input_shape": [(32, 32, 1), (64, 64, 1)]}
    swept.show(sweep(SMALL, grid, ("cost",), Instant()).run())
    assert len(swept.rows) == 8
    families = set()
    for row in swept.rows:
        assert row.design
        assert swept.rows_of(row.design) == (row.index,)
        families.add(type(row.design.architecture))
    assert len(families) == 2, "some are of free blocks"
    for fewer in ({"filters": [2, 4]}, {"architecture": [UNet(filters=2), preset("U-Net").architecture]}):
        swept.show(sweep(SMALL, fewer, ("cost",), Instant()).run())
        for row in swept.rows:
            assert row.design
            assert swept.rows_of(row.design) == (row.index,)


def test_designs_of_rows_are_made_once_and_not_for_another_family(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept.show(rows({"filters": range(1, 21)}))
    free = SMALL.replace("encoder[0].num_convs", 3)
    others = [preset("FC-DenseNet56"), SMALL.replace_all({"input_shape": (64, 64, 1), "filters": 7})]
    made, replace_all = [], Design.replace_all

    def counted(self: Design, changes: Any) -> Design:
        made.append(changes)
        return replace_all(self, changes)

    monkeypatch.setattr(Design, "replace_all", counted)
    for other in others:
        assert swept.rows_of(other) == ()
    assert made == []
    for _ in range(3):
        assert swept.rows_of(free) == ()
    assert len(made) == 20


def test_after_close_nothing_is_told(session: Session) -> None:
    async def scenario() -> None:
        swept = Swept(session)
        heard: list[Any] = []
        swept.observe(heard.append, "rows")
        swept.begin(GRID)
        swept.close()
        before = len(heard)
        await until(lambda: not swept.busy)
        assert len(heard) == before

    in_a_loop(scenario)


def test_a_designer_that_never_sweeps_does_not_load_what_does() -> None:
    code = (
        "import sys; from encdec_widgets.widgets.designer import Designer; "
        "print([name for name in sys.modules if name.startswith(('encdec_widgets.explore.sweep', "
        "'encdec_widgets.figures.designs', 'encdec_widgets.widgets.designs.sweep_form'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert found.stdout.strip() == "[]"


class StopsAtTen(Swept):
    """A sweep that a person stops when ten rows are there, once; it has the same ten in both forms."""

    stopped = False

    def _came(self, rows: Sequence[Row]) -> None:
        super()._came(rows)
        if len(self._rows) == 10 and not self.stopped:
            self.stopped = True
            self.stop()


def test_a_sweep_that_was_stopped_goes_on_and_does_no_row_twice(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    instant = Instant(told_of)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=instant))

    async def scenario() -> None:
        session = Session(SMALL)
        swept = StopsAtTen(session)
        assert not swept.can_go_on
        swept.begin({"filters": range(1, 60)})
        assert not swept.can_go_on
        await until(lambda: not swept.busy)
        assert len(swept.rows) == 10
        assert swept.can_go_on
        session.change("filters", 3)  # It goes on with the design that it began with.
        swept.go_on()
        await until(lambda: not swept.busy)
        assert [row.index for row in swept.rows] == list(range(59))
        assert sorted(instant.asked) == sorted(set(instant.asked))
        assert not swept.can_go_on
        swept.close()

    in_a_loop(scenario)


def test_what_failed_for_a_reason_that_may_pass_is_said_and_tried_again(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [True]

    def told(design_json: str) -> dict[str, Any]:
        if busy and '"filters": 4' in design_json:
            raise RuntimeError("a worker was killed.")
        failed = {"reason": "a training is under way already", "failed": True}
        time = failed if busy else {"median_ms": 2.0, "device": "CPU", "processor": "a processor"}
        return {**told_of(design_json), "time": time}

    monkeypatch.setattr(
        sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=Instant(told))
    )
    swept.begin({"filters": [2, 4]}, work="forward")
    assert swept.words == "2 designs may work another time: a training is under way already."
    assert swept.can_go_on
    busy.clear()
    swept.go_on()
    assert [row.figures["time_ms"] for row in swept.rows] == [2.0, 2.0]
    assert swept.words == ""
    assert not swept.can_go_on


def test_a_sweep_of_code_is_not_gone_on_with(swept: Swept) -> None:
    swept.show(sweep(SMALL, GRID, executor=Instant(told_of)))
    assert not swept.can_go_on
    swept.go_on()
    assert swept.rows == ()


def test_before_the_first_answer_it_says_about_how_long_it_takes(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    swept.observe(lambda _: seen.append(swept.words), "busy")
    swept.begin(GRID)
    assert seen[0].startswith("0 of 9 designs, about ")
    assert seen[0].endswith("(a rough estimate); the processes that do it load Keras first …")


def test_designs_are_seen_until_a_new_sweep_has_one_and_come_back_where_it_has_none(
    session: Session, swept: Swept, picture: Picture, said: list[str]
) -> None:
    async def scenario() -> None:
        picture.show_designs()
        swept.begin(GRID)
        await until(lambda: not swept.busy)
        before = swept.rows
        assert len(before) == 9
        assert not swept.can_go_back
        swept.begin({"filters": range(1, 55)})
        assert swept.rows == before
        assert "Until one is done you see the designs before." in picture.designs.text
        swept.pin(["0"])
        assert session.pins[0].name == "filters 2, down blocks 1", "what is seen is what is acted on"
        swept.stop()
        assert swept.rows == before
        assert said[-1] == "The new sweep ended before a design was done: you see the designs before."
        assert said[-1] in picture.designs.text
        assert not swept.can_go_on
        swept.begin({"filters": [3]})
        await until(lambda: not swept.busy)
        assert [row.index for row in swept.rows] == [0]
        assert picture.designs.go_back.layout.display == ""
        picture.designs.go_back.click()
        assert swept.rows == before
        picture.designs.go_back.click()
        assert [row.index for row in swept.rows] == [0]
        swept.close()

    in_a_loop(scenario)


def test_a_sweep_that_fails_before_its_first_design_leaves_those_before_and_says_why(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Sweep) -> Any:
        raise OSError("no space left")
        yield

    swept.show(rows())
    monkeypatch.setattr(Sweep, "__iter__", fails)
    swept.begin({"filters": [3]})
    assert len(swept.rows) == 9
    assert (swept.words, swept.problem) == ("", "")
    assert "ended before a design was done" in swept.said
    assert "no space left" in swept.said


def test_a_sweep_without_a_design_costs_nothing_that_was_there_before(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept.show(rows())
    swept.show(rows().rows[:4])
    swept.x = "training_bytes"

    def fails(self: Sweep) -> Any:
        raise OSError("no space left")
        yield

    monkeypatch.setattr(Sweep, "__iter__", fails)
    swept.begin({"filters": [3]})
    assert (len(swept.rows), swept.x) == (4, "training_bytes")
    assert swept.can_go_back
    swept.go_back()
    assert len(swept.rows) == 9


def test_why_a_sweep_ended_early_is_said_again_when_it_is_seen_again(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept.show(rows())
    found = rows().rows

    def one_and_fails(self: Sweep) -> Any:
        yield found[0]
        raise OSError("no space left")

    monkeypatch.setattr(Sweep, "__iter__", one_and_fails)
    swept.begin({"filters": [3, 5]})
    told = swept.words
    assert "it ended early: no space left" in told
    swept.go_back()
    assert swept.words == ""
    swept.go_back()
    assert swept.words == told


def test_what_is_drawn_is_what_is_acted_on_until_new_designs_are(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting(2)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=waiting))

    def both_are_drawn() -> bool:
        assert swept.row("0") is swept.rows[0], "a row that came is drawn a little later"
        return len(swept.rows) == 2

    async def scenario() -> None:
        swept.show(rows())
        swept.begin({"filters": range(1, 10)})
        await until(both_are_drawn)
        assert swept.row("5") is swept.row("00") is swept.row("") is None
        swept.close()

    in_a_loop(scenario)


def test_a_sweep_that_was_not_run_shows_no_others_in_its_place(swept: Swept) -> None:
    swept.show(rows())
    swept.show([])
    assert swept.rows == ()
    swept.go_back()
    assert len(swept.rows) == 9


def test_what_a_sweep_was_told_is_not_asked_again_but_for_times(
    swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    instant = Instant(told_of)
    monkeypatch.setattr(sweep_module, "sweep", lambda *args, **more: sweep(*args, **more, executor=instant))
    swept.begin({"filters": [2, 4]})
    swept.begin({"filters": [2, 4, 8]})
    assert len(swept.rows) == 3
    assert len(instant.asked) == 3
    swept.begin({"filters": [2, 4, 8]}, work="forward")
    assert len(instant.asked) == 6


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks for times has them."""

    def begun(base: Any, grid: Any, tell: Any, **more: Any) -> Sweep:
        told = told_with_time if "time" in tell else told_of
        return sweep(base, grid, tell, **more, executor=Instant(told))

    monkeypatch.setattr(sweep_module, "sweep", begun)


def figures_are_seen(swept: Swept) -> bool:
    return "No design with both figures yet" not in swept.cloud.notes and len(swept.cloud.dots) > 0


@pytest.mark.usefixtures("timed")
def test_times_are_seen_once_there_is_one_and_not_of_designs_without(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = Swept(session)
    seen: list[tuple[str, bool]] = []
    swept.observe(lambda _: seen.append((swept.x, figures_are_seen(swept))), ["rows", "x", "busy"])
    swept.begin({"filters": [2, 4]})
    swept.begin({"filters": [2, 4]}, work="forward")
    assert swept.x == "time_ms"
    swept.go_back()
    assert swept.x == "parameters"
    swept.go_back()
    swept.x = "time_ms"
    swept.begin({"filters": [3, 5]})
    assert swept.x == "parameters"
    assert all(there for _, there in seen[1:]), seen  # Before the first sweep there is none.

    def fails(self: Sweep) -> Any:
        raise OSError("no space left")
        yield

    monkeypatch.setattr(Sweep, "__iter__", fails)
    swept.begin({"filters": [6]}, work="forward")
    assert (swept.x, figures_are_seen(swept)) == ("parameters", True)


@pytest.mark.usefixtures("timed")
def test_a_figure_that_a_person_chooses_before_the_first_time_stays(session: Session) -> None:
    swept = Swept(session)
    swept.show(rows())
    swept.observe(lambda _: setattr(swept, "x", "training_bytes"), "busy")
    swept.begin({"filters": [2, 4]}, work="forward")
    assert swept.x == "training_bytes"


def test_of_rows_without_the_usual_figures_others_are_seen(swept: Swept) -> None:
    swept.show(sweep(SMALL, {"filters": [2, 4]}, ("cost",), Instant()).run())
    assert (swept.x, swept.y) == ("parameters", "multiply_adds")
    assert figures_are_seen(swept)
    swept.show([])
    assert (swept.x, swept.y) == ("parameters", "multiply_adds"), (
        "where there are none, what was chosen stays"
    )
