"""A code judged again: its networks are built again, and held against the goals of the lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import counted, error_text, listed
from encdec_widgets.lessons.codes import Claim, CodeError
from encdec_widgets.lessons.goals import Goal, PartState
from encdec_widgets.lessons.predictions import Prediction
from encdec_widgets.lessons.seen import Seen
from encdec_widgets.lessons.words import from_words

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson

BUILT_WITHIN_S = 30.0
"""A network of a code that takes longer to build does not count: anyone can write one that takes for hours."""


@attrs.frozen(kw_only=True)
class JudgedGoal:
    """A goal of one person.

    Attributes:
        said: Whether the code says that it was reached.
        holds: Whether its network, built again, reaches it with the figures that are reported.
        design: The design that reached it; None without one.
        words: How the design differs from the lesson's start.
        parts: Each bound, held against the network.
        reported: Figures that the code reports, which can't be built again.
        note: Why it does not hold, though the code says so; empty otherwise.
    """

    said: bool
    holds: bool = False
    design: Design | None = None
    words: str = ""
    parts: tuple[PartState, ...] = ()
    reported: Mapping[str, float] = attrs.field(factory=dict)
    note: str = ""


def judged(claim: Claim, lesson: Lesson, built: dict[Design, Backbone]) -> tuple[JudgedGoal, ...]:
    """What a code says of each goal of a lesson, judged again.

    Args:
        claim: What the code says.
        lesson: The lesson that it is of.
        built: Networks that were built before; new ones are added.

    Raises:
        CodeError: (a ValueError) If it is of a lesson with other parts.
    """
    parts = lesson.progress.given
    goals = [part for part in parts if isinstance(part, Goal)]
    asked = sum(isinstance(part, Prediction) for part in parts)
    said, there = (len(claim.reached), len(claim.scores)), (len(goals), asked)
    if said != there:
        raise CodeError(
            f"This is the code of another version of lesson {lesson.name}. Received: {_parts_text(*said)}. Would work: "
            f"a code of the lesson as it is here, with {_parts_text(*there)}."
        )
    networks = zip(claim.networks, claim.figures, strict=True)
    return tuple(
        _judged(goal, *next(networks), lesson, built) if said else JudgedGoal(said=False)
        for goal, said in zip(goals, claim.reached, strict=True)
    )


def _judged(
    goal: Goal,
    words: Sequence[str],
    figures: Mapping[str, float],
    lesson: Lesson,
    built: dict[Design, Backbone],
) -> JudgedGoal:
    text = " ".join(words)
    if other := [name for name in figures if name not in goal.reported]:
        note = f"says ✓, but reports {listed(other)}; a code of this goal reports {listed(goal.reported) or 'nothing'}"
        return JudgedGoal(said=True, words=text, note=note)
    try:
        design = from_words(words, lesson.start)
        if design not in built:
            steps = build_in_steps(design, suggests=False, at_most_s=BUILT_WITHIN_S)
            built[design] = to_the_end(steps)
    except Exception as error:  # noqa: BLE001 - a user's block may raise anything; all of it is shown
        note = f"says ✓, but its network can't be built: {error_text(error)}"
        return JudgedGoal(said=True, words=text, reported=figures, note=note)
    seen = Seen(
        backbone=built[design],
        start=lesson.start,
        conditions=lesson.conditions,
        reported=figures,
        rebuilt=True,
    )
    parts = goal.judged(seen)
    missed = [part for part in parts if not part.holds]
    return JudgedGoal(
        said=True,
        holds=not missed,
        design=design,
        words=text,
        parts=parts,
        reported=figures,
        note=f"says ✓, but its network does not reach it: {'; '.join(map(_missed, missed))}"
        if missed
        else "",
    )


def _parts_text(goals: int, predictions: int) -> str:
    return f"{counted(goals, 'goal')} and {counted(predictions, 'prediction')}"


def _missed(part: PartState) -> str:
    """What is wrong with one bound: "parameters 1.9 M (at most 500 k)"."""
    return f"{part.label} {part.value_text or part.off_text} ({part.bound_text})"
