"""What the picture says of a block or a layer on hover, and how it writes a quantity."""

import html
from collections.abc import Mapping
from typing import Any

from encdec_widgets.formatting import counted, kernel_text, size_text, stride_text


def hover_text(data: Mapping[str, Any], *more: str) -> str:
    """All facts of a block or a layer, a line each, as plotly shows them on hover.

    Args:
        data: Node attributes: see :func:`encdec_widgets.networks.graph.block_graph` for those of a block and
            :func:`encdec_widgets.figures.layers_as_boxes` for those of a layer, which has a ``layer``.
        more: What else to say of it, a line each.
    """
    layer = data.get("layer")
    name = data["label"] if layer is None else layer
    kernels = ", ".join(map(kernel_text, data["kernel_sizes"]))
    where = f" in {counted(len(data['layers']), 'layer')}" if layer is None else ""
    lines = [
        f"<b>{html.escape(name)}</b>",
        f"{html.escape(data['kind'])}, {data['stage']}",
        f"stride {stride_text(data['stride'])}, {size_text(data['shape'], data['stride'])} px",
        f"{data['channels']} channels",
        f"kernel {kernels} px" if kernels else "no kernel",
        f"{counted(data['parameters'], 'parameter')}{where}",
        *(f"<b>{html.escape(line)}</b>" for line in more if line),
    ]
    return "<br>".join(lines)
