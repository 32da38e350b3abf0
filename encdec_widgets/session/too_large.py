"""What of the memory a network's weights may take without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.formatting import bytes_text, exact_text
from encdec_widgets.travelling import Travelling

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone


class TooLargeError(Travelling, MemoryError):
    """A network's weights would take more of the memory than may be taken unasked.

    Attributes:
        backbone: The network, whose weights are not filled; None of an error that comes from another process.
    """

    stays = ("backbone",)

    def __init__(self, backbone: Backbone, limit: int) -> None:
        """Say how large ``backbone`` is, and how many bytes of memory there are."""
        super().__init__(
            f"This network has {exact_text(backbone.parameters)} parameters. Its weights take "
            f"{bytes_text(backbone.weight_bytes)}, of {bytes_text(limit)} that there are here; training takes "
            f"{bytes_text(backbone.training_weight_bytes)} for them, and then the feature maps."
        )
        self.backbone = backbone


def require_memory_for(backbone: Backbone, limit: int | None = None) -> None:
    """Check that the weights of a network, which may not be filled yet, leave room for the rest.

    Args:
        backbone: The network.
        limit: Bytes of memory that there are; by default :func:`memory_limit`. Where it is unknown, no network is
            refused.

    Raises:
        TooLargeError: If training would take more than the memory for them: see
            :func:`encdec_widgets.explain.weight_memory.weight_memory`.
    """
    limit = memory_limit() if limit is None else limit
    if limit is not None and backbone.training_weight_bytes > limit:
        raise TooLargeError(backbone, limit)
