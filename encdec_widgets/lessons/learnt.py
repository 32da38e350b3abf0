"""What the last training of a designer showed, as goals ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from encdec_widgets.lessons.seen import Learnt
from encdec_widgets.workers.training.race import TrainingComparison

if TYPE_CHECKING:
    from encdec_widgets.session.learning import Learning


def learnt_of(learning: Learning, before: Learnt | None = None) -> Learnt | None:
    """The last training; of a race, that of B, which was on screen.

    Args:
        learning: What a designer learns.
        before: What the training before showed: steps of trainings that went on from each other are added.
    """
    trained = learning.trained
    if trained is None:
        return None
    last = trained.b if isinstance(trained, TrainingComparison) else trained
    if last.steps == 0:
        return before
    runs = learning.state.runs
    steps = runs[0].steps if len(runs) == 1 else last.steps
    return Learnt(
        design=last.design, task=last.task, figures=dict(last.figures), steps=max(steps, last.steps)
    )
