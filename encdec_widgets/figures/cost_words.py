"""The costs of a network in HTML, each number with what it is: exact, or an estimate."""

import html
from typing import TYPE_CHECKING

from encdec_widgets.words import bytes_text, count_text

if TYPE_CHECKING:
    from encdec_widgets.analysis.costs import Cost
    from encdec_widgets.analysis.receptive_field import ReceptiveField

_CONTAINS = (
    "Estimates hold the weights and the feature maps that are needed at one time; for training also gradients, Adam's "
    "two averages and all maps. They leave out what a backend needs besides, such as workspaces of convolutions."
)


def cost_html(cost: "Cost", field: "ReceptiveField", memory_bytes: int) -> str:
    """A table of what a network costs.

    Args:
        cost: What it costs.
        field: How far it sees.
        memory_bytes: Bytes of memory that there are here.
    """
    frozen = cost.parameters - cost.trainable_parameters
    trainable = f"{frozen:,} of them are not trained" if frozen else "all of them are trained"
    sees = field.output
    size = f"{sees.size[0]} × {sees.size[1]} px" if sees.size else sees.extent
    rows = [
        ("parameters", f"{cost.parameters:,}", f"exact; {trainable}"),
        (
            "multiply-adds",
            "not known" if cost.multiply_adds is None else count_text(cost.multiply_adds),
            "exact, for one image",
        ),
        ("weights", bytes_text(cost.weight_bytes), "exact, as they are stored"),
        ("forward pass", _about(cost.inference_bytes), f"estimate; most is held at {cost.peak_layer}"),
        (
            "training step",
            _about(cost.training_bytes),
            f"estimate; there are {bytes_text(memory_bytes)} here",
        ),
        ("output sees", size, "exact; more on the page “Field”"),
    ]
    lines = "".join(
        f'<tr><th scope="row">{name}</th><td><b>{html.escape(value)}</b>'
        f"<br><small>{html.escape(note)}</small></td></tr>"
        for name, value, note in rows
    )
    return (
        f'<table class="encdec-cost-table"><tbody>{lines}</tbody></table>'
        f"<details><summary>What memory contains</summary>{html.escape(_CONTAINS)}</details>"
    )


def _about(count: int | None) -> str:
    return "not known for any size" if count is None else f"≈ {bytes_text(count)}"
