"""Training a design on a small task that is drawn while it learns, in a process of its own.

A copy of the design goes to a worker process, as for timing. It is trained there in slices of a quarter second, told of
after each, and comes back as a :class:`Trained`, with its weights in a file.
"""

from typing import Any

from encdec_widgets.workers.client import OnProgress, Worker, shared_worker
from encdec_widgets.workers.training.job import Training
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.race import TrainingComparison, TrainingRace
from encdec_widgets.workers.training.result import Edit, Trained
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.tasks import (
    ArraysTask,
    Drawn,
    Halo,
    Mouse,
    Task,
    TaskError,
    Threads,
    tasks,
)
from encdec_widgets.workers.training.trainee import Trainee, trainee

__all__ = [
    "ArraysTask",
    "Drawn",
    "Edit",
    "Halo",
    "Mouse",
    "Score",
    "Task",
    "TaskError",
    "Threads",
    "Trained",
    "Trainee",
    "Training",
    "TrainingComparison",
    "TrainingOptions",
    "TrainingRace",
    "tasks",
    "train",
    "train_in_turns",
    "trainee",
]


def _say_nothing(_: Any) -> None:
    pass


def train(
    design: Any,
    task: Task | str = "halo",
    steps: int | None = 400,
    seconds: float | None = None,
    seed: int = 0,
    *,
    worker: Worker | None = None,
    on_progress: OnProgress = _say_nothing,
    **options: Any,
) -> Trained:
    """Train a design on a task in a process of its own, and wait for what it has learnt.

    What is trained is a copy: at 64 x 64 px grey, or the next size that fits, with the task's maps in place of the
    design's heads. The same seed and steps give the same run on any machine of a kind.

    Args:
        design: A Design, an architecture or the name of a preset; or a Backbone, which starts from its weights if they
            are filled.
        task: "mouse", "threads", "halo", or a :class:`Task` of your own.
        steps: So many steps at most; None for as many as fit into ``seconds``.
        seconds: So many seconds of steps at most, without the first call; None for no limit.
        seed: What images, their order and first weights come from, from 0.
        worker: The processes to train in; those that all timings share if left out.
        on_progress: Is called with a ``Progress`` four times a second, whose ``payload`` has the losses, the score and
            pictures; from another thread.
        **options: The fields of :class:`TrainingOptions`.

    Raises:
        FieldError: (a ValueError) If the design cannot learn the task so, or an option is not possible.
        TaskError: (a ValueError) If there is no such task, or it draws what nothing can learn from.
        TimingError: If it could not be trained: out of memory, say.
        TypeError: If there is no design in ``design``, or no such option.
        ValueError: If neither ``steps`` nor ``seconds`` ends it.

    Example:
        >>> from encdec_widgets import Design, train
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1))
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> trained = train(design, "halo", steps=2, backend=backends_with_gradients()[0])
        >>> trained
        <Trained ... on halo after 2 steps in ... s, seed 0, ...>
        >>> trained.notes[0]
        'trained at 64 × 64 px grey'
    """
    _require_an_end(steps, seconds)
    job = Training.of(design, task, steps=steps, seconds=seconds, seed=seed, **options)
    return (worker or shared_worker()).do(job, on_progress)


def train_in_turns(
    a: Any,
    b: Any,
    task: Task | str = "halo",
    steps: int | None = 400,
    seconds: float | None = None,
    seed: int = 0,
    *,
    name_a: str = "A",
    name_b: str = "B",
    worker: Worker | None = None,
    on_progress: OnProgress = _say_nothing,
    **options: Any,
) -> TrainingComparison:
    """Train two designs in turns on one task, with the same seed and for as long, and wait for what they have learnt.

    Neither can be edited meanwhile: what is compared is two designs, each from its first step to its last. A
    :class:`Training` can be edited.

    Args:
        a: A design, as in :func:`train`.
        b: Another one.
        task: As in :func:`train`.
        steps: So many steps each at most; None for as many as fit into ``seconds``.
        seconds: So many seconds of steps each at most; None for no limit.
        seed: As in :func:`train`, of both.
        name_a: What the result calls the first.
        name_b: What the result calls the second.
        worker: As in :func:`train`.
        on_progress: As in :func:`train`; the payload has the two under "a" and "b".
        **options: As in :func:`train`, of both.

    Raises:
        FieldError: (a ValueError) As in :func:`train`.
        TaskError: (a ValueError) As in :func:`train`.
        TimingError: As in :func:`train`.
        TypeError: As in :func:`train`.
        ValueError: As in :func:`train`.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> from encdec_widgets.workers.training import train_in_turns
        >>> near = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1))
        >>> far = near.replace_all({"down_blocks": 2, "up_blocks": 2})
        >>> both = train_in_turns(near, far, "mouse", steps=1, backend=backends_with_gradients()[0])
        >>> both.sentence
        '... on mouse, ... s each: A has ... after 1 step, B has ... after 1 step.'
    """
    _require_an_end(steps, seconds)
    job = TrainingRace.of(
        a, b, task, name_a=name_a, name_b=name_b, steps=steps, seconds=seconds, seed=seed, **options
    )
    return (worker or shared_worker()).do(job, on_progress)


def _require_an_end(steps: int | None, seconds: float | None) -> None:
    if steps is None and seconds is None:
        raise ValueError(
            "A training needs an end. Received: steps=None and seconds=None. Would work: steps=400, or seconds=10."
        )
