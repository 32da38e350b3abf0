"""What is swept on the screen: fields, values, times and a file, and how long it takes."""

from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import Designer, sweep
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.background import Background
from encdec_widgets.designs.variants import INPUT_SIZE
from encdec_widgets.explore.sweep import Sweep
from encdec_widgets.formatting import value_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.designs import swept as module
from encdec_widgets.widgets.designs.sweep_form import SweepForm, stored_in
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.designs.typed_values import read_values, sensible_values
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.slow import in_a_loop, until
from tests.designer.told_at_once import SMALL, names, sweep_module, told_with_time
from tests.designer.told_at_once import no_processes as no_processes
from tests.designer.told_at_once import said as said
from tests.designer.told_at_once import session as session
from tests.designer.told_at_once import swept as swept
from tests.explore.instant import Instant


def test_values_are_read_as_they_are_written() -> None:
    for path in ("filters", "up_interpolate", "down_blocks", INPUT_SIZE):
        values = sensible_values(SMALL, path)
        assert 1 < len(values) <= 6
        assert read_values(SMALL, path, ", ".join(map(value_text, values))) == values
    assert read_values(SMALL, "filters", " 5,,5, 7 ") == [5, 7]
    for text in ("3 to 5", "3-5", "3..5", "3 – 5", "3, 4 TO 5"):
        assert read_values(SMALL, "filters", text) == [3, 4, 5]
    assert read_values(SMALL, "filters", "8 to 32 by 8, 64") == [8, 16, 24, 32, 64]
    for text in ("8, many", "3 to many"):
        with pytest.raises(FieldError, match=r"commas between them, .*or a range, such as 3 to 5"):
            read_values(SMALL, "filters", text)
    for text in ("5 to 3", "1 to 999999999"):
        with pytest.raises(FieldError, match="a range that goes up, of at most 1,000 values"):
            read_values(SMALL, "filters", text)
    with pytest.raises(FieldError, match="True or False"):
        read_values(SMALL, "up_interpolate", "perhaps")
    with pytest.raises(FieldError, match="commas between them, such as"):
        read_values(SMALL, "filters", " , ")


def test_the_form_says_what_is_wrong_and_sweeps_nothing(session: Session, swept: Swept) -> None:
    form = SweepForm(session, swept, lambda: None)
    form.values[0].value = "8, many"
    assert form.button.disabled
    assert "many" in form.text
    form.values[0].value = "8"
    form.fields[1].value = "filters"
    assert "chosen once" in form.text
    form.fields[1].value = ""
    assert not form.button.disabled
    assert form.values[1].disabled
    assert form.grid == {"filters": [8]}
    form.fields[0].value = ""
    assert (form.button.disabled, form.grid) == (True, {})
    form.fields[0].value = INPUT_SIZE
    assert all(len(shape) == 3 for shape in form.grid["input_shape"])
    form.fields[0].value, form.fields[1].value = "filters", "kernel_size"
    form.values[0].value = ", ".join(map(str, range(1, 4001)))
    assert "at most 2,000" in form.text
    assert form.button.disabled


def test_enter_in_a_value_sweeps_what_was_typed_and_nothing_that_is_wrong(
    session: Session, swept: Swept
) -> None:
    async def scenario() -> None:
        began: list[bool] = []
        form = SweepForm(session, swept, lambda: began.append(True))
        form.values[1].value = "1"
        form.values[0]._handle_msg(
            {"content": {"data": {"method": "custom", "content": {"event": "submit"}}}, "buffers": []}
        )
        form.values[0].value = "2, 4"  # The page sends the text after the key.
        await until(lambda: bool(began) and not swept.busy)
        assert len(swept.rows) == 2
        form.values[0].value = "many"
        form._pressed_by_enter()
        assert began == [True]
        form.close()
        swept.close()

    in_a_loop(scenario)


def test_a_sweep_on_the_screen_is_drawn_as_it_comes(
    in_both_forms: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEEN_EVERY_S", 0.01)

    async def scenario() -> None:
        designer = Designer(SMALL)
        await until(lambda: designer.session.shown is not None)
        designer.picture.show_designs()
        form = designer.picture.designs.form
        assert form is not None
        assert [field.value for field in form.fields] == ["filters", "down_blocks", ""]
        form.values[0].value, form.values[1].value = "2, 4", "1, 2, 7"
        assert "6 designs" in form.text
        form.button.click()
        assert designer.swept.busy
        assert designer.picture.designs.stop.layout.display == ""
        await until(lambda: not designer.swept.busy)
        assert len(designer.swept.rows) == 6
        assert names(designer.picture) == ["0", "1", "3", "4"]
        assert designer.picture.designs.stop.layout.display == "none"
        await until(lambda: "Swept: 6 designs." in designer.page._next)
        form.values[0].value = "2"
        assert "at the pace of the last sweep" in form.text
        designer.close()

    in_a_loop(scenario)


def test_it_says_how_long_it_takes_before_there_is_a_first_answer(session: Session, swept: Swept) -> None:
    form = SweepForm(session, swept, lambda: None)
    assert "designs; about " in form.text
    assert "(a rough estimate)" in form.text
    form.values[0].value, form.values[1].value = "2, 4", "1"
    alone = swept.predicted_s(2)
    form.time.value = "forward"
    assert swept.predicted_s(2, "forward") > alone
    assert "timed one after the other" in form.text
    form.button.click()
    assert swept.has_pace("forward")
    assert not swept.has_pace()
    form.told()
    assert "at the pace of the last sweep" in form.text
    form.time.value = ""
    assert "(a rough estimate)" in form.text, "nothing is timed now, which is another pace"


def test_a_sweep_with_times_asks_for_them_and_shows_them(
    session: Session, swept: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def noted(*args: Any, **more: Any) -> Sweep:
        asked.append((args[2], more))
        return sweep(*args, **more, executor=Instant(told_with_time))

    monkeypatch.setattr(sweep_module, "sweep", noted)
    form = SweepForm(session, swept, lambda: None)
    form.values[0].value, form.values[1].value = "2, 4", "1"
    form.button.click()
    assert ("time" in asked[0][0], "work" in asked[0][1], swept.x) == (False, False, "parameters")
    form.time.value = "training"
    form.button.click()
    assert ("time" in asked[1][0], asked[1][1]["work"], swept.x) == (True, "training", "time_ms")


def test_rows_are_kept_in_a_file_and_another_session_goes_on_from_it(
    session: Session, swept: Swept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    form = SweepForm(session, swept, lambda: None)
    form.values[0].value, form.values[1].value = "2, 4", "1, 2"
    form.store.value = " sweep.jsonl "
    assert "is there" not in form.text
    form.button.click()
    assert Path("sweep.jsonl").read_text().count("\n") == 5
    # In another kernel a design is on screen that was opened from the sweep.
    opened = Session(SMALL.replace_all({"filters": 2, "down_blocks": 1}))
    other = Swept(opened)
    again = SweepForm(opened, other, lambda: None)
    again.values[0].value, again.values[1].value = "2, 4", "1, 2"
    again.store.value = "sweep.jsonl"
    assert "sweep.jsonl is there: if it is of this sweep, its rows are not done again" in again.text
    again.button.click()
    assert [row.told for row in other.rows] == [row.told for row in swept.rows]
    assert Path("sweep.jsonl").read_text().count("\n") == 5
    again.values[0].value = "2, 8"
    again.button.click()
    assert "holds another sweep" in again.text


@pytest.mark.parametrize(
    "name", ["../sweep.jsonl", "/tmp/sweep.jsonl", "sweep.py", ".jsonl", "a\\b.jsonl", "a"]
)
def test_a_file_elsewhere_or_one_that_may_be_run_is_refused(
    session: Session, swept: Swept, name: str
) -> None:
    with pytest.raises(FieldError, match=r"ends in \.jsonl"):
        stored_in(name)
    form = SweepForm(session, swept, lambda: None)
    form.store.value = name
    assert form.button.disabled
    assert "File must be a name that ends in .jsonl" in form.text
