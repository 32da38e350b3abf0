"""Jobs that a worker does with its processes, and their progress."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import attrs

Done_co = TypeVar("Done_co", covariant=True)

Ask = Callable[[str, str, int, Mapping[str, Any]], dict[str, Any]]
"""``ask(backend, command, batch_size, arguments)``: what the process of a backend answers.

It raises a TimingError where that is an error, and where the process ends first.
"""


@attrs.frozen(kw_only=True)
class Progress:
    """How far a job is.

    Attributes:
        share: From 0 to 1.
        doing: The present step, in a few words.
        predicted_ms: The predicted time of a run (an estimate), in milliseconds, once and where it is known.
        calibration: What the prediction was made from, once it is known, for those of other networks: the plain data of
            an :class:`encdec_widgets.workers.timing.calibration.Calibration`.
        payload: What the job has to show beside that, as plain data: of a training, the losses since the last time, the
            score and pictures (:meth:`encdec_widgets.workers.training.run.Run.slice` has the names).

    Example:
        >>> from encdec_widgets.workers.timing import Progress
        >>> progress = Progress(share=0.25, doing="first call and warm-up")
        >>> f"{progress.share:.0%} {progress.doing}"
        '25% first call and warm-up'
    """

    share: float
    doing: str
    predicted_ms: float | None = None
    calibration: Mapping[str, Any] | None = None
    payload: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


Tell = Callable[[Progress], None]


class Job(Protocol[Done_co]):
    """A measurement, a race, a sampling of gradients or a training."""

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backends that it needs."""

    @property
    def budget_s(self) -> float:
        """Seconds that its timed runs may take, in all."""

    def do(self, ask: Ask, tell: Tell) -> Done_co:
        """Do it, in a thread of its own."""


def settings_of_job(job: Job[Any], backend: str) -> Mapping[str, Any]:
    """What a job wants set for a backend in its process, beside what is set in this one; most jobs want nothing.

    Such a job has a method ``settings(backend)``.
    """
    settings: Mapping[str, Any] = getattr(job, "settings", lambda _: {})(backend)
    return settings


def leaves_cards(job: Job[Any], backend: str) -> bool:
    """Whether a job computes with a backend on the CPU alone; it has a method ``leaves_cards(backend)`` then."""
    return bool(getattr(job, "leaves_cards", lambda _: False)(backend))


def noun_of_job(job: Job[Any]) -> str:
    """What a job is called where something goes wrong with it: a "timing", unless it says ``noun``."""
    return str(getattr(job, "noun", "timing"))


def finish_job(job: Job[Any]) -> bool:
    """Ask a job to end soon with what it has, and say whether it can do that: it has a method ``finish`` then."""
    finish = getattr(job, "finish", None)
    if finish is None:
        return False
    finish()
    return True
