"""What is kept of a part of a lesson, as data: a guess and its answer, or a goal's hints and what reached it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.lessons.goals import Goal, GoalState
from encdec_widgets.lessons.kept import design_data
from encdec_widgets.lessons.predictions import Answer, Prediction, PredictionState


@attrs.frozen(kw_only=True)
class Reached:
    """What reached a goal.

    Attributes:
        design: The design.
        figures: What of it can't be built again, by quantity: figures of a training, a race or a timing.
    """

    design: Design
    figures: Mapping[str, float] = attrs.field(factory=dict)


def kept_of(state: PredictionState | GoalState, reached: Reached | None) -> dict[str, Any]:
    """The data that is kept of a part; nothing of one that nobody has touched."""
    if isinstance(state, PredictionState):
        told = {"guess": state.guess, "answer": state.answer}
        return {name: value for name, value in told.items() if value is not None}
    kept: dict[str, Any] = {"hints": len(state.hints)} if state.hints else {}
    data = None if reached is None else design_data(reached.design)
    if reached is not None and data is not None:
        kept["reached"] = {"design": data, "figures": dict(reached.figures)}
    return kept


def kept_guess(prediction: Prediction, kept: Mapping[str, Any]) -> tuple[Answer | None, Answer | None]:
    """The guess and the answer that were kept; None where there is none, or the prediction takes it no more."""
    try:
        guess = prediction.as_guess(kept.get("guess"))
    except ValueError:
        return None, None
    try:
        return guess, prediction.as_answer(kept.get("answer"))
    except ValueError:
        return guess, None


def kept_hints(goal: Goal, kept: Mapping[str, Any]) -> tuple[str, ...]:
    """The hints that were told."""
    hints = kept.get("hints")
    return goal.hints[: hints if isinstance(hints, int) else 0]


def kept_reached(kept: Mapping[str, Any], design_of: Callable[[Any], Design | None]) -> Reached | None:
    """What reached a goal; None where nothing did, or its design can't be made here.

    Args:
        kept: The data that was kept.
        design_of: Makes a design of data.
    """
    data = kept.get("reached")
    if not isinstance(data, dict) or not isinstance(data.get("figures"), dict):
        return None
    figures = data["figures"]
    if not all(isinstance(figure, (int, float)) for figure in figures.values()):
        return None
    design = design_of(data.get("design"))
    return None if design is None else Reached(design=design, figures=figures)
