"""No single edit of what a lesson starts with reaches its goal: one step of any control, nor any value of what-if."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from encdec_widgets import Design, compare, train
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo
from encdec_widgets.designs.variants import INPUT_SIZE, current_value, fields_to_try, values_of, with_value
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.seen import Seen
from encdec_widgets.lessons.taught import MODULES, parameters_lie, seeing_far
from encdec_widgets.networks.building import BuildTooLongError
from tests.amount import full_or
from tests.lessons.test_taught import goals, taught

TENTH = 0.1
"""A step of the slider of real numbers."""
FASTER = {
    "kernel_size": 2,
    "convs_per_block": 1,
    "down_blocks": 3,
    "middle_block": False,
}
"""Steps from the start of lesson 4 that halve the parameters; each network costs less, and is no slower."""


class Unbuilt:
    """A network that is built when something of it is asked for that its design does not say."""

    def __init__(self, design: Design) -> None:
        self.design = design

    @functools.cached_property
    def _built(self) -> Any:
        return self.design.build()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._built, name)


def one_step(design: Design, path: str, info: FieldInfo) -> list[Any]:
    """The values of a field that one step of its control gives: of a number, one down and one up."""
    now = current_value(design, path)
    if path == INPUT_SIZE:
        stride = design.architecture.maximum_stride
        return [now - stride, now - 1, now + 1, now + stride]
    if isinstance(now, bool):
        return [not now]
    if info.choices:
        return [choice for choice in info.choices if choice != now]
    if info.kind == "integer" and now is not None:
        return [now - 1, now + 1]
    if info.kind == "real" and now is not None:
        return [round(now - TENTH, 6), round(now + TENTH, 6)]
    return []


def selections(design: Design) -> list[str | None]:
    """What can be selected of a design: nothing, all blocks of a stage, and each block; without ``--full`` nothing."""
    found: list[str | None] = [None]
    for stage in ("stem", "encoder", "decoder"):
        blocks = len(design.blocks_of(stage))
        found += [f"{stage}[{index}]" for index in ("*", *range(blocks)) if blocks]
    return full_or(found, [None])


def single_edits(design: Design) -> Iterator[tuple[str, Any, Design]]:
    """All single edits that give another design."""
    known = {design}
    for selected in selections(design):
        for path, info in fields_to_try(design, selected).items():
            tried = one_step(design, path, info)
            for value in full_or([*tried, *values_of(design, path)], tried):
                try:
                    edited = with_value(design, path, value)
                except FieldError:
                    continue
                if edited not in known:
                    known.add(edited)
                    yield path, value, edited


def holds(goal: Goal, design: Design, name: str) -> bool:
    """Whether all bounds hold of a design but those on trainings and races, which are open."""
    of = taught(name)
    seen = Seen(backbone=Unbuilt(design), start=of.start, conditions=of.conditions)  # type: ignore[arg-type]
    exact = sorted(
        (part for part in goal.parts if not part.quantity.reported),
        key=lambda part: part.quantity.name not in ("stacks", "maximum_stride", "height", "width"),
    )
    try:
        return all(part.judged(seen, goal.aim).holds for part in exact)
    except (FieldError, BuildTooLongError):
        return False


CASES = [(name, index) for name in MODULES for index in range(2 if name == "3" else 1)]


@pytest.mark.parametrize(("name", "index"), CASES)
def test_no_single_edit_reaches_a_goal(name: str, index: int) -> None:
    goal, start = goals(name)[index], taught(name).start
    edits = list(single_edits(start))
    assert len(edits) >= 15
    reached = {path: value for path, value, design in edits if holds(goal, design, name)}
    if (name, index) == ("4", 0):
        at_one_step = {path: value for path, value in reached.items() if FASTER.get(path) == value}
        assert at_one_step == FASTER
        for path, value in reached.items():
            cost = with_value(start, path, value).build().cost().multiply_adds
            assert cost < start.build().cost().multiply_adds, "so it can't take twice the time"
    elif (name, index) == ("2", 0):
        # All skip connections out by one edit of the stage: no thread is found, as test_taught trains with --full.
        assert set(reached) <= {"decoder[*].skip_connection"}
    elif (name, index) == ("3", 1):
        assert set(reached) <= {"filters"}  # what-if's 1 and 2, which are trained below
    else:
        assert reached == {}


@pytest.mark.full
@pytest.mark.tensorflow
@pytest.mark.parametrize("filters", [1, 2])
def test_fewer_filters_alone_do_not_tell_the_halo(filters: int) -> None:
    figures = train(seeing_far.START.replace("filters", filters), "halo", steps=seeing_far.STEPS).figures
    assert figures["right"] < 0.95


@pytest.mark.benchmark
@pytest.mark.full
@pytest.mark.parametrize(("path", "value"), FASTER.items())
def test_a_step_that_halves_the_parameters_is_not_twice_as_slow(path: str, value: Any) -> None:
    start = parameters_lie.START
    assert 1 / compare(start, start.replace(path, value)).high < 2
