"""Goals of a training, a race or a timing: their figures count of the design on screen alone."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.lessons import Lesson, at_least, at_most
from encdec_widgets.session.network_time import NetworkRace, NetworkTime
from encdec_widgets.workers.timing import Comparison
from encdec_widgets.workers.training.race import TrainingComparison
from tests.designer.timed import TIMING
from tests.lessons.beside import START, Desk
from tests.session.taught import compared, slice_of, trained


@pytest.fixture
def desk() -> Desk:
    return Desk()


def lesson_beside(desk: Any, task: str = "", **bounds: Any) -> Lesson:
    lesson = Lesson("own", desk, keep=None)
    lesson.goal("Learn it.", task=task, **bounds)
    return lesson


def part_of(lesson: Lesson, name: str) -> Any:
    return next(part for part in lesson.progress.parts[0].parts if part.name == name)


def train(desk: Desk, design: Design | None = None, steps: int = 45, slices: int = 45) -> None:
    desk.learning.start(steps=steps)
    desk.worker.tell(**slice_of(1, slices))
    desk.worker.done(trained(design or desk.session.design, 7.0, steps))


def test_a_training_counts_while_its_design_is_on_screen(desk: Desk) -> None:
    lesson = lesson_beside(desk, "mouse", px=at_most(0.5), training_steps=at_most(50))
    assert part_of(lesson, "px").off_text == "train it on mouse: page Learn"
    train(desk)
    assert (part_of(lesson, "px").value, part_of(lesson, "training_steps").value) == (0.31, 45)
    assert lesson.progress.parts[0].reached
    desk.set("filters", 4)
    assert part_of(lesson, "px").value is None
    assert part_of(lesson, "px").off_text == (
        "the last training was of another network: train this one on mouse"
    )
    assert not lesson.progress.parts[0].reached_now
    desk.session.undo()
    assert part_of(lesson, "px").value == 0.31
    found = lesson.progress.reached_with(0)
    assert found is not None
    assert found.figures == {"px": 0.31, "training_steps": 45}


def test_a_training_on_another_task_does_not_count(desk: Desk) -> None:
    lesson = lesson_beside(desk, "threads", px=at_most(0.5))
    train(desk)
    assert part_of(lesson, "px").off_text == "it was trained on mouse: train it on threads, page Learn"
    assert not lesson.progress.parts[0].reached


def test_a_figure_that_a_task_does_not_have_is_said(desk: Desk) -> None:
    lesson = lesson_beside(desk, "", f1=at_least(0.8))
    train(desk)
    assert part_of(lesson, "f1").off_text == "mouse has no such figure: train it on another task"


def test_steps_of_trainings_that_go_on_are_added(desk: Desk) -> None:
    lesson = lesson_beside(desk, "mouse", training_steps=at_most(1000))
    train(desk)
    train(desk)
    assert part_of(lesson, "training_steps").value == 90
    desk.learning.start(anew=True, steps=45)
    assert part_of(lesson, "training_steps").off_text == "", "the last training still counts"
    desk.worker.tell(**slice_of(1, 45))
    desk.worker.done(trained(desk.session.design, 7.0))
    assert part_of(lesson, "training_steps").value == 45


def test_a_training_that_failed_leaves_the_one_before(desk: Desk) -> None:
    lesson = lesson_beside(desk, "mouse", px=at_most(0.5), training_steps=at_most(1000))
    train(desk)
    desk.learning.start(steps=45)
    desk.worker.tell(**slice_of(1, 20))
    desk.worker.done(RuntimeError("out of memory"))
    assert (part_of(lesson, "px").value, part_of(lesson, "training_steps").value) == (0.31, 45)


def test_while_a_training_is_under_way_that_is_said(desk: Desk) -> None:
    lesson = lesson_beside(desk, "mouse", px=at_most(0.5))
    desk.learning.start(steps=45)
    assert part_of(lesson, "px").off_text == "training …"
    told: list[Any] = []
    lesson.progress.observe(told.append, "parts")
    for first in (1, 11, 21):
        desk.worker.tell(**slice_of(first, first + 9))
    assert told == [], "slices tell nothing that a goal asks for"
    desk.worker.stop()
    assert part_of(lesson, "px").off_text == "train it on mouse: page Learn"


def test_of_a_training_race_the_network_on_screen_counts(desk: Desk) -> None:
    other = START.replace("filters", 4)
    lesson = lesson_beside(desk, "mouse", px=at_most(0.5))
    desk.learning.pin()
    desk.set("filters", 4)
    desk.learning.race()
    both: TrainingComparison = compared(START, other)
    desk.worker.done(both)
    assert part_of(lesson, "px").value == 0.31
    desk.session.undo()
    assert part_of(lesson, "px").value is None


def test_a_training_before_the_lesson_counts_too(desk: Desk) -> None:
    train(desk)
    assert lesson_beside(desk, "mouse", px=at_most(0.5)).progress.parts[0].reached


def race_of(a: Design, b: Design, low: float, high: float, *, alike: bool = True) -> NetworkRace:
    result = Comparison(a=TIMING, b=TIMING, ratio=(low * high) ** 0.5, low=low, high=high, rounds=20)
    return NetworkRace(a=a, b=b, alike=alike, result=result)


def test_the_lower_end_of_a_race_counts_of_the_network_on_screen_against_the_start(desk: Desk) -> None:
    lesson = lesson_beside(desk, slower=at_least(2))
    other = START.replace("filters", 4)
    for race, told in (
        (race_of(START, other, 0.4, 0.5), "the last race was of another network: race this one"),
        (race_of(other, START, 0.4, 0.5), "A is another network"),
        (race_of(START, START, 0.4, 0.45, alike=False), "A and B were timed with different options"),
    ):
        desk.session.set_race(race)
        assert part_of(lesson, "slower").value is None
        assert part_of(lesson, "slower").off_text.startswith(told)
    desk.session.set_race(race_of(START, START, 0.4, 0.55))
    assert part_of(lesson, "slower").value == pytest.approx(1 / 0.55)
    assert not lesson.progress.parts[0].reached
    desk.session.set_race(race_of(START, START, 0.4, 0.5))
    assert part_of(lesson, "slower").value_text == "2 ×"
    assert lesson.progress.parts[0].reached
    desk.session.set_race(None)
    assert "pin the network that the lesson starts with" in part_of(lesson, "slower").off_text


def test_a_race_of_too_few_rounds_shows_nothing(desk: Desk) -> None:
    lesson = lesson_beside(desk, slower=at_least(0.1))
    desk.session.set_race(race_of(START, START, 1e-300, float("inf")))
    assert part_of(lesson, "slower").value == 0
    assert not lesson.progress.parts[0].reached


def test_a_time_counts_where_it_was_measured_of_the_network_on_screen(desk: Desk) -> None:
    lesson = lesson_beside(desk, time_ms=at_most(20))
    time = NetworkTime(design=START, ms=12.0, measured=False, work="forward pass", device="CPU")
    desk.session.set_time(time)
    assert part_of(lesson, "time_ms").value is None
    desk.session.set_time(attrs.evolve(time, measured=True))
    assert part_of(lesson, "time_ms").value_text == "12.0 ms"
    desk.set("filters", 4)
    assert part_of(lesson, "time_ms").value is None
