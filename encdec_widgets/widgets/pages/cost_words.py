"""The costs of a network in HTML, each number with what it is: exact, or an estimate."""

from typing import TYPE_CHECKING

from markupsafe import Markup

from encdec_widgets.formatting import bytes_text, count_text, counted, exact_text, listed, sizes_text
from encdec_widgets.widgets.base.texts import joined

if TYPE_CHECKING:
    from encdec_widgets.explain.costs import Cost
    from encdec_widgets.explain.receptive_field import ReceptiveField

_CONTAINS = (
    "Multiply-adds are those of one image. Estimates of memory hold the weights and the feature maps that are needed "
    "at one time; for training also gradients, Adam's two averages and all maps. They leave out what a backend needs "
    "besides, such as workspaces of convolutions: TensorFlow on a processor was seen to take 1.8 times the estimate of "
    "a forward pass."
)


def cost_html(cost: "Cost", seen: "ReceptiveField", memory_bytes: int | None) -> Markup:
    """A table of what a network costs.

    Args:
        cost: What it costs.
        seen: How far it sees.
        memory_bytes: Bytes of memory that there are here; None where that is unknown.
    """
    frozen = cost.parameters - cost.trainable_parameters
    sees = seen.output
    count = cost.multiply_adds
    uncounted = [name for name, part in cost.layers.items() if part.multiply_adds is None]
    rows = [
        ("parameters", exact_text(cost.parameters), "exact"),
        *([("not trained", exact_text(frozen), "of these, exact")] if frozen else []),
        (
            "multiply-adds",
            "not known" if count is None else count_text(count),
            f"unknown in {counted(len(uncounted), 'layer')}" if uncounted else "exact",
        ),
        ("weights", bytes_text(cost.weight_bytes), "exact"),
        ("forward pass", _about(cost.inference_bytes), "estimate"),
        ("training step", _about(cost.training_bytes), "estimate"),
        (
            "output sees",
            f"{sizes_text(sees.size)} px" if sees.size else sees.extent,
            "exact" if sees.size else "",
        ),
    ]
    row = Markup('<tr><th scope="row">{}</th><td><b>{}</b></td><td>{}</td></tr>')
    here = "" if memory_bytes is None else f"There are {bytes_text(memory_bytes)} of memory here."
    unknown = f"Multiply-adds are unknown in {listed(uncounted)}. " if uncounted else ""
    most = f"A forward pass holds most at the layer {cost.peak_layer}. " if cost.peak_layer else ""
    return Markup(
        '<table class="encdec-cost-table"><tbody>{}</tbody></table>'
        "<details><summary>What the numbers mean</summary>{} {}{}{}</details>"
    ).format(
        joined(row.format(name, value, kind) for name, value, kind in rows),
        _CONTAINS,
        unknown,
        most,
        here,
    )


def _about(count: int | None) -> str:
    return "not known" if count is None else f"≈ {bytes_text(count)}"
