"""The race of the pinned designs on the sheet Compare."""

import attrs
import pytest

from encdec_widgets import Designer
from encdec_widgets.session import Session
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.workers.errors import BeyondMemoryError, TimingError, TimingStopped, TimingTooLongError
from encdec_widgets.workers.timing import Progress, Race, Raced
from tests.designer.reading import SMALL
from tests.designer.test_compare_panel import Opened
from tests.designer.timed import TIMING, layers_in

TIME = "Time of a run"
NAMES = ("first", "second", "third")


def raced(job: Race, *ms: float) -> Raced:
    """What a race shows in which the networks take so long, a little more in each round."""
    return Raced(
        names=tuple(racer.name for racer in job.racers),
        timings=tuple(attrs.evolve(TIMING, median_ms=one) for one in ms),
        rounds=tuple(tuple(one * (1 + i / 100) for one in ms) for i in range(8)),
    )


@pytest.fixture
def opened() -> Opened:
    """Three designs are pinned, and a fourth is on screen."""
    session = Session(SMALL)
    for filters, name in zip((3, 4, 5), NAMES, strict=True):
        session.pin(SMALL.replace("filters", filters), name)
    return Opened(session)


def times(opened: Opened) -> list[tuple[str, str]]:
    """Of each design the time, without what was timed, and the ratio."""
    cells = (opened.column(name)[TIME] for name in opened.names)
    return [(value.partition(",")[0], ratio) for value, ratio in cells]


def test_all_pinned_are_raced_and_the_table_has_times_and_ratios_with_their_interval(opened: Opened) -> None:
    session = opened.session
    session.assume(batch_size=4)
    state = opened.view.race
    assert state["words"] == "Race 3 pinned: 12 s or more"
    assert "batch 4" in state["why"]
    assert state["can"]
    opened.ask(race=True)
    (job,) = opened.worker.jobs
    assert isinstance(job, Race)
    assert [one.name for one in job.racers] == list(NAMES)
    sent = [layers_in(one.network) for one in job.racers]
    assert len({str(layers) for layers in sent}) == 3
    assert {one.options.batch_size for one in job.racers} == {4}
    assert opened.view.race["running"]
    opened.worker.tell(Progress(share=0.5, doing="round 7"))
    assert (opened.view.race["doing"], opened.view.race["share"]) == ("round 7 …", 0.5)
    opened.worker.answer(raced(job, 10, 20, 5))
    assert not opened.view.race["running"]
    assert times(opened) == [
        ("10.0 ms", ""),
        ("20.0 ms", "× 2 (95 %: 2 to 2)"),
        ("5.00 ms", "× 0.5 (95 %: 0.5 to 0.5)"),
        ("not timed", ""),
    ]
    (told,) = opened.view.notices
    assert told.startswith("Raced in turn on CPU: compared with first, second is 2.0")
    assert opened.said[-1].startswith("Raced: compared with first")
    assert state["why"] == opened.view.race["why"]
    opened.session.assume(batch_size=1)
    assert opened.view.race["words"] == "Race 3 pinned: about 12 s"
    assert opened.panel.compared is not None
    assert "time_ms_ratio_low" in opened.panel.compared.to_csv()


def test_edits_and_unpinning_meanwhile_leave_what_was_raced_to_those_that_are_still_pinned(
    opened: Opened,
) -> None:
    opened.ask(race=True)
    (job,) = opened.worker.jobs
    opened.ask(unpin="first")
    opened.session.change("filters", 7)
    opened.ask(preset="SLEAP centroid")
    assert opened.view.race["running"]
    opened.worker.answer(raced(job, 10, 20, 5))
    assert opened.names[:3] == ["second", "third", "SLEAP centroid"]
    assert times(opened)[:3] == [
        ("20.0 ms", ""),
        ("5.00 ms", "× 0.25 (95 %: 0.25 to 0.25)"),
        ("not timed", ""),
    ]
    assert opened.view.notices[0].startswith("Raced in turn on CPU: compared with second, third is 4.0")


def test_one_design_that_is_pinned_at_two_scales_has_a_time_at_each(opened: Opened) -> None:
    opened.session.pin(SMALL.replace("filters", 3), "scaled", 0.25)
    opened.ask(race=True)
    opened.worker.answer(raced(opened.worker.jobs[0], 10, 20, 5, 40))
    assert opened.column("scaled")[TIME][0].startswith("40.0 ms")
    assert opened.column("scaled")[TIME][1] == "× 4 (95 %: 4 to 4)"


def test_a_design_that_is_timed_since_has_the_newer_time(opened: Opened) -> None:
    opened.ask(race=True)
    opened.worker.answer(raced(opened.worker.jobs[0], 10, 20, 5))
    opened.ask(use="second")
    assert times(opened)[1][0] == "20.0 ms"
    time = NetworkTime(
        design=opened.session.design,
        ms=30.0,
        measured=True,
        work="forward pass",
        device="CPU",
        timing=attrs.evolve(TIMING, median_ms=30.0),
    )
    opened.session.set_time(time)
    assert times(opened)[1] == ("30.0 ms", "× 3")
    assert opened.view.notices[0].startswith("Raced in turn on CPU: compared with first, third is")


def test_stop_ends_it_and_a_race_can_be_begun_anew(opened: Opened) -> None:
    opened.ask(stop=True)
    assert not opened.worker.stopped, "there is nothing to stop"
    opened.ask(race=True)
    opened.ask(race=True)
    assert len(opened.worker.jobs) == 1
    opened.ask(stop=True)
    assert opened.worker.stopped
    opened.worker.answer(TimingStopped())
    assert opened.view.race["note"] == "The measurement was stopped."
    assert not opened.view.race["failed"]
    assert opened.view.race["can"]
    opened.ask(race=True)
    assert len(opened.worker.jobs) == 2
    assert not opened.view.race["note"]


def test_what_takes_too_much_memory_or_too_long_is_asked_and_names_the_design(opened: Opened) -> None:
    opened.ask(race=True)
    error = BeyondMemoryError(2 * 10**9, 10**9, 4, 1)
    error.of = "second"
    opened.worker.answer(error)
    assert opened.view.race["note"].startswith("second: This would take about 2 GB of memory")
    assert opened.view.race["question"]
    opened.ask(go_on=True)
    assert [job.beyond_memory for job in opened.worker.jobs] == [False, True]
    slow = TimingTooLongError(9000.0, 63.0, 10.0)
    slow.of = "third"
    opened.worker.answer(slow)
    assert opened.view.race["note"].startswith("third: This would take 63 s or more")
    opened.ask(unpin="third")
    assert not opened.view.race["question"], "it was asked of other designs"
    opened.ask(go_on=True)
    assert len(opened.worker.jobs) == 2


def test_what_is_unpinned_before_a_race_goes_on_all_the_same_is_raced_with_the_others(opened: Opened) -> None:
    opened.ask(race=True)
    opened.ask(unpin="first")
    opened.worker.answer(BeyondMemoryError(2 * 10**9, 10**9, 4, 1))
    opened.ask(go_on=True)
    job = opened.worker.jobs[-1]
    assert [one.name for one in job.racers] == list(NAMES)
    opened.worker.answer(raced(job, 10, 20, 5))
    assert not opened.view.race["running"]
    assert times(opened)[:2] == [("20.0 ms", ""), ("5.00 ms", "× 0.25 (95 %: 0.25 to 0.25)")]


def test_a_hang_or_a_process_that_ends_is_said_and_the_next_race_works(opened: Opened) -> None:
    opened.ask(race=True)
    error = TimingError("the timing process was <killed>")
    error.of = "second"
    opened.worker.answer(error)
    assert opened.view.race["note"] == "second: the timing process was <killed>"
    assert opened.view.race["failed"]
    assert opened.said[-1] == opened.view.race["note"]
    opened.ask(race=True)
    opened.worker.answer(raced(opened.worker.jobs[1], 10, 20, 5))
    assert times(opened)[0] == ("10.0 ms", "")


def test_there_is_no_race_of_one_and_what_cannot_be_timed_is_left_out(opened: Opened) -> None:
    opened.ask(unpin="first")
    opened.ask(unpin="second")
    assert not opened.view.race["can"]
    assert opened.view.race["words"] == "Race pinned"
    open_ = SMALL.replace("input_shape", (None, None, 1))
    opened.session.pin(open_, "any size")
    opened.ask(race=True)
    assert not opened.worker.jobs
    assert opened.view.race["note"].startswith("A race takes two pinned designs")
    assert "any size was not raced" in opened.view.race["note"]
    opened.session.pin(SMALL, "whole")
    opened.ask(race=True)
    assert [one.name for one in opened.worker.jobs[0].racers] == ["third", "whole"]


def test_closing_the_table_leaves_the_race_and_closing_the_designer_ends_it(opened: Opened) -> None:
    opened.ask(race=True)
    opened.panel.visible = False
    assert not opened.worker.stopped
    opened.worker.answer(raced(opened.worker.jobs[0], 10, 20, 5))
    opened.panel.visible = True
    assert times(opened)[1][0] == "20.0 ms"
    opened.ask(race=True)
    said = list(opened.said)
    opened.panel.close()
    assert opened.worker.stopped
    opened.worker.answer(raced(opened.worker.jobs[1], 1, 2, 3))
    assert opened.said == said


def test_a_designer_that_is_closed_ends_its_race(monkeypatch: pytest.MonkeyPatch) -> None:
    from encdec_widgets.widgets.compare import compare_race
    from tests.designer.timed import FakeWorker

    worker = FakeWorker()
    monkeypatch.setattr(compare_race, "shared_worker", lambda: worker)
    designer = Designer(SMALL)
    designer.session.pin(SMALL)
    designer.session.pin(SMALL.replace("filters", 3))
    designer.header.compare.opened = True
    designer.comparing.panel.view._handle_custom_msg({"race": True}, [])
    assert worker.jobs
    designer.close()
    assert worker.stopped
