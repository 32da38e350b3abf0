"""Networks that would take more memory than there is: they are asked about, or refused with the figures."""

import warnings
from typing import Any, Protocol

from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.formatting import bytes_text, exact_text
from encdec_widgets.travelling import Travelling


class Sized(Protocol):
    """What is read of a :class:`~encdec_widgets.backbone.Backbone`, which says what these are."""

    @property
    def parameters(self) -> int:
        """How many weights it has."""

    @property
    def weight_bytes(self) -> int:
        """Bytes of them."""

    @property
    def training_weight_bytes(self) -> int:
        """Bytes that training holds for them."""

    @property
    def running_bytes(self) -> int | None:
        """Bytes that running it on one image takes."""


class TooLargeError(Travelling, MemoryError):
    """A network would take more memory than there is.

    Attributes:
        backbone: The network, whose weights are not filled; None of an error that comes from another process.
        plain: The same in one sentence, without the other figures.
    """

    stays = ("backbone",)

    def __init__(self, backbone: Sized, limit: int, way_on: str = "") -> None:
        """Say how large ``backbone`` is, how many bytes of memory there are, and how to go on."""
        running = backbone.running_bytes
        one_image = "" if running is None else f" Running it on one image takes about {bytes_text(running)}."
        super().__init__(
            f"This network has {exact_text(backbone.parameters)} parameters. Its weights take "
            f"{bytes_text(backbone.weight_bytes)}, of {bytes_text(limit)} that there are here; training takes "
            f"{bytes_text(backbone.training_weight_bytes)} for them, and then the feature maps.{one_image}{way_on}"
        )
        self.backbone: Any = backbone
        if backbone.training_weight_bytes >= (running or 0):
            takes = f"Training this network takes {bytes_text(backbone.training_weight_bytes)} for its weights alone"
        else:
            takes = f"Running this network on one image takes about {bytes_text(running or 0)}"
        self.plain = f"{takes}, and there are {bytes_text(limit)} of memory here."


def needed_bytes(backbone: Sized) -> int:
    """The memory that is asked about before a network is shown, in bytes.

    It is what training holds for the weights (exact), or what running it on one image takes (an estimate), whichever is
    more. What training holds for feature maps depends on the batch, and is told by a check instead.
    """
    return max(backbone.training_weight_bytes, backbone.running_bytes or 0)


def require_memory_for(backbone: Sized, limit: int | None = None, accepted: int = 0) -> None:
    """Check that a network, whose weights may not be filled yet, can be run and leaves room for training.

    Args:
        backbone: The network.
        limit: Bytes of memory that there are; by default :func:`memory_limit`. Where it is unknown, no network is
            refused.
        accepted: Bytes that a network may take without a question, even where there are not so many.

    Raises:
        TooLargeError: If it takes more: see :func:`needed_bytes`.
    """
    needed = needed_bytes(backbone)
    if needed <= accepted:
        return
    limit = memory_limit() if limit is None else limit
    if limit is not None and needed > limit:
        raise TooLargeError(backbone, limit)


def require_memory_to_fill(backbone: Sized, new_bytes: int) -> None:
    """Check that there is memory for weights that are about to be filled.

    A network that can be filled may be meant to be run and not to be trained: that it can't be trained is a warning.

    Args:
        backbone: The network.
        new_bytes: Bytes of those of its weights that are not filled yet.

    Raises:
        TooLargeError: If they take more than there is.
    """
    limit = memory_limit()
    if limit is None:
        return
    if new_bytes > limit:
        raise TooLargeError(backbone, limit, " To fill them all the same, call backbone.fill(anyway=True).")
    if backbone.training_weight_bytes > limit:
        warnings.warn(
            f"{TooLargeError(backbone, limit)} So there is memory for its weights, and not for training them.",
            stacklevel=4,  # where the model is asked for
        )
