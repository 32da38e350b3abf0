"""A training that is under way: its job, and the networks that were given to it."""

from __future__ import annotations

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.designs.design import Design
from encdec_widgets.workers.training.job import Training
from encdec_widgets.workers.training.race import TrainingRace


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
