"""The jobs of a training and of a race by the settings of a page, and one that is under way."""

from __future__ import annotations

from typing import Any

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.design import Design
from encdec_widgets.session.learning_settings import LearningSettings
from encdec_widgets.workers.training.job import Training
from encdec_widgets.workers.training.race import TrainingRace
from encdec_widgets.workers.training.tasks import Task


def training_of(
    thing: Backbone | Design, task: Task, settings: LearningSettings, steps: int | None
) -> Training:
    """The job of training a network from the weights that it has, or a design from random ones.

    Args:
        thing: The network, or the design.
        task: What it is to learn.
        settings: What is asked for.
        steps: So many training steps, in place of seconds; None for the seconds of the settings.

    Raises:
        ValueError: As :meth:`encdec_widgets.workers.training.Training.of`, which may raise other errors too.
    """
    return Training.of(thing, task, **_how(settings, steps))


def race_of(a: Design, b: Design, task: Task, settings: LearningSettings) -> TrainingRace:
    """The job of training two designs in turns, both from random weights of the same seed.

    Args:
        a: One of them.
        b: The other one.
        task: What both are to learn.
        settings: What is asked for.

    Raises:
        ValueError: As :meth:`encdec_widgets.workers.training.TrainingRace.of`, which may raise other errors too.
    """
    return TrainingRace.of(a, b, task, **_how(settings, settings.steps))


def _how(settings: LearningSettings, steps: int | None) -> dict[str, Any]:
    """Steps take the place of seconds, where there are any."""
    return {
        "steps": steps,
        "seconds": None if steps is not None else settings.seconds,
        "seed": settings.seed,
        **attrs.asdict(settings.options),
    }


@attrs.frozen(eq=False)
class Given:
    """A network that was given to a job.

    Attributes:
        backbone: The network.
        words: The edit that led to it; empty of the first one.
    """

    backbone: Backbone
    words: str = ""


@attrs.define(eq=False)
class UnderWay:
    """A job that is under way.

    Attributes:
        given: The networks that were given to it, the newest last.
        job: The job; None as long as it is not made.
        stopped: Whether it was asked to end.
    """

    given: list[Given]
    job: Training | TrainingRace | None = None
    stopped: bool = False

    @property
    def newest(self) -> Given:
        """The network that it is to train."""
        return self.given[-1]

    def take_back(self) -> None:
        """Forget the newest network, which could not be trained; there is always one."""
        if len(self.given) > 1:
            self.given.pop()

    def network_of(self, design: Design) -> Backbone:
        """The network of a design that it has trained."""
        return next(given.backbone for given in reversed(self.given) if given.backbone.design == design)
