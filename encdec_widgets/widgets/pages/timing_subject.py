"""What a result of the timing panel is of: a network, and how it was timed."""

import functools
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.designs.presets import family_name
from encdec_widgets.explain.summary import parameters_of
from encdec_widgets.formatting import count_text, size_text
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.sent_network import frozen_weights
from encdec_widgets.workers.timing import Network, Options, Racer, network_of

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


@attrs.frozen
class Surroundings:
    """What a network runs in: what a prediction of its time holds for."""

    backend: str | None
    precision: str | None
    compilation: str | None
    device: str


@attrs.frozen(eq=False)
class Subject:
    """A network and how to time it.

    Attributes:
        backbone: The network on screen when it was asked for.
        options: What the controls said then.
    """

    backbone: "Backbone"
    options: Options

    @property
    def surroundings(self) -> Surroundings:
        """What a prediction of its time depends on, apart from the network."""
        options = self.options
        return Surroundings(options.backend, options.precision, options.compilation, options.device)

    @property
    def words(self) -> str:
        """What it is, for a person who sees another network."""
        design, options = self.backbone.design, self.options
        return (
            f"{family_name(design)}, {size_text(design.input_shape, 1)} px, "
            f"{count_text(parameters_of(self.backbone.blocks))} parameters, {options.work}, "
            f"batch {options.batch_size}, {options.precision}, {backend_text(str(options.backend))} "
            f"({options.compilation})"
        )

    def same_as(self, other: "Subject | None") -> bool:
        """Whether a result of one is one of the other."""
        return (
            other is not None
            and self.backbone.design == other.backbone.design
            and self.options == other.options
            and self.frozen == other.frozen
        )

    @functools.cached_property
    def frozen(self) -> dict[str, tuple[int, ...]]:
        """Which weights training leaves as they are, as they are when this is first asked for."""
        return frozen_weights(self.backbone.structure)

    def network(self) -> Network:
        """The network, ready to be sent.

        Raises:
            FieldError: (a ValueError) If its input has no size, or another batch size.
        """
        _ = self.frozen  # What is frozen later is not sent.
        network = network_of(self.backbone, self.options.device)
        network.check(self.options.batch_size)
        return network

    def racer(self, name: str) -> Racer:
        """One of two in a race; raises as :meth:`network`."""
        return Racer(network=self.network(), options=self.options, name=name)
