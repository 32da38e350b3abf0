"""The code of a lesson, made of how far a person is in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from encdec_widgets.lessons.codes import Claim, Code
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.predictions import PredictionState
from encdec_widgets.lessons.words import words_of

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson


def code_of(lesson: Lesson) -> Code:
    """The code of a lesson as it stands now.

    Raises:
        FieldError: (a ValueError) If a field of a user's class holds something that no code can say.
    """
    progress = lesson.progress
    goals = [
        (part, progress.reached_with(i)) for i, part in enumerate(progress.given) if isinstance(part, Goal)
    ]
    reached = [(goal, by) for goal, by in goals if by is not None]
    return Claim(
        lesson=lesson.name,
        reached=tuple(by is not None for _, by in goals),
        scores=tuple(state.score for state in progress.parts if isinstance(state, PredictionState)),
        networks=tuple(words_of(by.design, lesson.start) for _, by in reached),
        figures=tuple(_short(goal, by.figures) for goal, by in reached),
    ).line()


def _short(goal: Goal, figures: Mapping[str, float]) -> dict[str, float]:
    """Figures with three digits, or so many more that the bounds hold of them that hold of all digits."""
    bounds = {part.quantity.name: part.bound for part in goal.parts}
    short = {}
    for name, value in figures.items():
        tries = [float(f"{value:.{digits}g}") for digits in range(3, 17)] if math.isfinite(value) else []
        kept = next((each for each in tries if bounds[name].holds(each)), value)
        short[name] = int(kept) if kept == int(kept) else kept
    return short
