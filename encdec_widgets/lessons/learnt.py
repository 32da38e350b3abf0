"""What the last training of a designer showed, as goals ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from encdec_widgets.lessons.seen import Learnt
from encdec_widgets.workers.training.race import TrainingComparison

if TYPE_CHECKING:
    from encdec_widgets.session.learning import Learning


def learnt_of(learning: Learning) -> Learnt | None:
    """The last training, just as it has ended; of a race, that of B, which was on screen. None without one.

    Its steps are those of all trainings that went on from each other.
    """
    trained = learning.trained
    if trained is None:
        return None
    last = trained.b if isinstance(trained, TrainingComparison) else trained
    if last.steps == 0:
        return None
    runs = learning.state.runs
    steps = max(runs[0].steps, last.steps) if len(runs) == 1 else last.steps
    return Learnt(
        design=last.design,
        task=last.task,
        figures={name: float(figure) for name, figure in last.figures.items()},
        steps=steps,
    )
