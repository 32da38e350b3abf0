"""The six lessons: what reaches their goals, what does not, and what the answers to their questions are."""

import functools
import statistics
from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import Design, compare, train
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.lessons import Lesson, lesson
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.quantities import QUANTITIES, Aim
from encdec_widgets.lessons.seen import Seen
from encdec_widgets.lessons.taught import (
    MODULES,
    for_your_lab,
    parameters_lie,
    seeing_far,
    sizes,
    skips,
    stacks_and_dense_blocks,
)
from encdec_widgets.workers.timing import Comparison, Worker
from tests.lessons.designs_of_lessons import ALL, HALO, PARAMETERS_LIE, SKIPS, Tried
from tests.timings import timing

STEPS = {"2": skips.STEPS, "3": seeing_far.STEPS}


@functools.cache
def taught(name: str) -> Lesson:
    """A lesson, made once."""
    return lesson(name, keep=None)


def goals(name: str) -> list[Goal]:
    return [part for part in taught(name).progress.given if isinstance(part, Goal)]


def seen_in(name: str, design: Design, **reported: float) -> Seen:
    """A network as a goal of a lesson sees it."""
    of = taught(name)
    return Seen(backbone=design.build(), start=of.start, conditions=of.conditions, reported=reported)


def misses(goal: Goal, seen: Seen) -> set[str]:
    """The bounds that do not hold."""
    return {part.name for part in goal.judged(seen) if not part.holds}


@pytest.mark.parametrize("tried", [one for one in ALL if not one.refused], ids=str)
def test_a_design_reaches_the_goal_or_misses_the_bounds_that_are_said(tried: Tried) -> None:
    goal = goals(tried.lesson)[tried.goal]
    wanted = {part.quantity.name for part in goal.parts if part.quantity.reported}
    assert wanted <= {*tried.figures, "training_steps"}
    seen = seen_in(tried.lesson, tried.design)
    for name, number in tried.numbers.items():
        value = QUANTITIES[name].read(seen, Aim())
        assert value == (number if isinstance(number, int) else pytest.approx(number, rel=5e-3)), name
    for figures in _figures(tried):
        at = seen_in(tried.lesson, tried.design, **figures) if figures else seen
        assert misses(goal, at) == set(tried.misses)


def _figures(tried: Tried) -> Iterator[dict[str, float]]:
    """What was measured, a run after the other; once nothing where nothing is measured."""
    runs = list(zip(*tried.figures.values(), strict=True)) or [()]
    steps = {"training_steps": STEPS[tried.lesson]} if set(tried.figures) & {"f1", "right"} else {}
    for run in runs:
        yield {**dict(zip(tried.figures, run, strict=True)), **steps}


@pytest.mark.parametrize("tried", [one for one in ALL if one.refused], ids=str)
def test_an_image_that_can_not_be_halved_is_refused_with_its_sizes(tried: Tried) -> None:
    with pytest.raises(FieldError) as refused:
        _ = tried.design
    assert tried.refused in str(refused.value)
    assert "(448, 448, 1) or (512, 512, 1)" in str(refused.value)


@pytest.mark.parametrize("name", MODULES)
def test_a_lesson_has_all_its_parts_and_starts_off_its_goals(name: str) -> None:
    of = taught(name)
    assert all((of.title, of.question, of.home, of.controls))
    assert of.home.endswith(".")
    assert of.question.endswith("?")
    for goal in goals(name):
        assert len(goal.hints) == 2
        assert misses(goal, seen_in(name, of.start))
    assert not any(goal.reached for goal in of.progress.parts if hasattr(goal, "reached"))


def test_there_are_six_lessons_by_name_and_by_number() -> None:
    assert [taught(name).name for name in MODULES] == list("123456")
    assert lesson(1, keep=None).title == "Sizes"
    assert lesson(1, keep=None).after.startswith("Go on with lesson 2")
    assert lesson(max(MODULES), keep=None).after == ""
    with pytest.raises(ValueError, match=r"There are the lessons 1, 2, 3, 4, 5, 6. Received: 7"):
        lesson(7)
    with pytest.raises(ValueError, match="Received: True"):
        lesson(True)


# Answers


def test_answers_that_are_computed_of_designs() -> None:
    assert sizes.refused_size() == "300 px"
    assert skips.share_of_the_finest() == pytest.approx(38.1, abs=0.05)
    assert seeing_far.sees_furthest() == "4 levels in place of 3"
    assert parameters_lie.times_the_parameters() == pytest.approx(3.998, abs=5e-4)
    assert stacks_and_dense_blocks.times_the_parameters() == pytest.approx(1.917, abs=5e-4)
    assert stacks_and_dense_blocks.needs_less_memory() == "SLEAP medium single"
    assert stacks_and_dense_blocks.share_of_growth() == pytest.approx(44.4, abs=0.05)


@pytest.mark.full
def test_how_many_presets_suit_the_lab() -> None:
    of = lesson("6", keep=None)
    of.progress.guess(0, 3)
    assert of.progress.parts[0].answer == 1
    assert of.conditions.batch_size == for_your_lab.BATCH


def test_what_twice_as_many_filters_and_a_second_hourglass_are_compared_with() -> None:
    assert parameters_lie.START.build().parameters // 2 == parameters_lie.HALF_OF_THE_PARAMETERS
    assert stacks_and_dense_blocks.START.build().parameters == stacks_and_dense_blocks.ONE_STACK
    assert parameters_lie.DEEP.build().parameters == pytest.approx(
        4 * parameters_lie.START.build().parameters, rel=0.01
    )


@pytest.mark.parametrize(
    ("times_ms", "said"),
    [((20.0, 10.0), "faster"), ((10.0, 20.0), "slower"), ((10.0, 10.1), "about as fast")],
)
def test_a_race_in_words(times_ms: tuple[float, float], said: str) -> None:
    a, b = map(timing, times_ms)
    race = Comparison.of(a, b, [times_ms] * 8)
    assert parameters_lie._in_words(race) == said


# Trainings and races, for real; the teacher's notebook has those that reach the goals


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


def _trained(tried: Tried, task: str, seed: int, worker: Worker) -> Any:
    return train(tried.design, task, steps=STEPS[tried.lesson], seed=seed, worker=worker).figures


@pytest.mark.full
@pytest.mark.tensorflow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("tried", [one for one in SKIPS if "filters" not in one.edits], ids=str)
def test_what_the_skips_are_worth(tried: Tried, seed: int, worker: Worker) -> None:
    figures = _trained(tried, "threads", seed, worker)
    bound = next(part.bound for part in goals("2")[0].parts if part.quantity.name == "f1")
    assert bound.holds(figures["f1"]) == ("f1" not in tried.misses)


@pytest.mark.full
@pytest.mark.tensorflow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("tried", HALO, ids=str)
def test_what_a_receptive_field_is_worth(tried: Tried, seed: int, worker: Worker) -> None:
    figures = _trained(tried, "halo", seed, worker)
    assert (figures["right"] >= 0.95) == ("right" not in tried.misses)


@pytest.mark.full
@pytest.mark.tensorflow
def test_who_does_not_see_the_ring_tosses_a_coin() -> None:
    assert seeing_far.right_without_seeing() == pytest.approx(50, abs=9)


@pytest.mark.benchmark
@pytest.mark.full
@pytest.mark.tensorflow
@pytest.mark.parametrize("tried", PARAMETERS_LIE, ids=str)
def test_how_much_slower_a_network_is(tried: Tried, worker: Worker) -> None:
    measured = statistics.median(
        1 / compare(parameters_lie.START, tried.design, worker=worker).high for _ in range(3)
    )
    assert (measured >= 2) == ("slower" not in tried.misses)
