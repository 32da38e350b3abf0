"""How many images fit in a memory at once."""

from typing import Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.presets import as_design
from encdec_widgets.explain.costs import MOST_IMAGES, Precision
from encdec_widgets.explore.cards import memory_bytes
from encdec_widgets.explore.requirements import WORKS
from encdec_widgets.formatting import quoted


def largest_batch(
    design: Any, memory: Any, work: str = "training", *, precision: Precision | None = None
) -> int:
    """The most images that a network can take at once in a memory, as ``Backbone.cost`` estimates it.

    The backend itself and the workspaces of its algorithms take memory too, which is not in the estimate.

    Args:
        design: A Design, an architecture, the name of a preset, or a Backbone.
        memory: Bytes, a text such as "8 GB", or the name of a card: see
            :func:`encdec_widgets.explore.cards.memory_bytes`.
        work: "training" for a training step, "forward" for a forward pass.
        precision: As in ``Backbone.cost``.

    Returns:
        From 0, where not even one fits, to 65,536.

    Raises:
        FieldError: (a ValueError) If the memory or the work is none, or the size of the input is left open.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.explore.largest_batch import largest_batch
        >>> design = preset("SLEAP medium single").replace("input_shape", (512, 512, 1))
        >>> largest_batch(design, "8 GB"), largest_batch(design, "T4", work="forward")
        (27, 317)
    """
    if work not in WORKS:
        raise FieldError("work", work, f"must be one of {', '.join(map(quoted, WORKS))}", WORKS)
    room = memory_bytes(memory)
    backbone = (
        design
        if isinstance(design, Backbone)
        else to_the_end(build_in_steps(as_design(design), suggests=False))
    )
    cost = backbone.cost(1, precision)
    most, weights = (
        (cost.training_bytes, cost.training_weight_bytes)
        if work == "training"
        else (cost.inference_bytes, cost.inference_weight_bytes)
    )
    if most is None:
        shape = backbone.design.input_shape
        raise FieldError("input_shape", shape, "must be fixed (no None in it) for its memory to be known")
    return min(max((room - weights) // (most - weights), 0), MOST_IMAGES)
