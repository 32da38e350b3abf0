"""The cells of an output as they are drawn on the image: how exactly they let a point be found."""

from typing import TYPE_CHECKING, Any

from encdec_widgets.explore.fineness import Fineness
from encdec_widgets.figures.palette import DARK
from encdec_widgets.formatting import px_text
from encdec_widgets.networks.strides import one_stride

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.explain.receptive_field import ReceptiveField


def fineness_of(
    receptive: "ReceptiveField", blocks: "nx.DiGraph[str]", input_scale: float, animal_px: float
) -> Fineness | None:
    """How fine the output is, of several heads the first; None where its stride is not known, or not one.

    Args:
        receptive: The receptive fields of the network.
        blocks: What ``backbone.blocks`` is.
        input_scale: By what images are multiplied in size before the network sees them.
        animal_px: Length of the animal in px of the camera's image.
    """
    output = next(iter(receptive.outputs), None)
    stride = None if output is None else one_stride(blocks.nodes[output]["strides"])
    if stride is None:
        return None
    return Fineness(output_stride=stride, input_scale=input_scale, animal_px=animal_px)


def cells_on_image(fineness: Fineness | None) -> dict[str, Any]:
    """What the page draws: lengths in px of the image, and words; empty for nothing.

    Args:
        fineness: How fine the output is.
    """
    if fineness is None:
        return {}
    limit = f"± {px_text(fineness.limit_px)}"
    return {
        "size": fineness.cell_px,
        "sigma": fineness.sigma_camera_px,
        "colour": DARK.head,
        "label": "cell",
        "text": f"{px_text(fineness.cell_px)}, {limit}",
        "limit": limit,
        "spread": f"sigma {px_text(fineness.sigma_camera_px)}",
        "words": fineness.words,
    }
