"""The text that the picture shows on hover over a block or a layer."""

import html
from collections.abc import Mapping
from typing import Any

from encdec_widgets.formatting import counted, kernel_text, size_text, stride_text


def hover_text(data: Mapping[str, Any], *more: str) -> str:
    """All facts of a block or a layer, one on each line, for plotly to show on hover.

    Args:
        data: Node attributes: see :func:`encdec_widgets.networks.graph.block_graph` for those of a block and
            :func:`encdec_widgets.figures.layers_as_boxes` for those of a layer, which has a ``layer``.
        more: Further lines; empty ones are left out.
    """
    layer = data.get("layer")
    name = data["label"] if layer is None else layer
    kernels = ", ".join(map(kernel_text, data["kernel_sizes"]))
    where = f" in {counted(len(data['layers']), 'layer')}" if layer is None else ""
    lines = [
        f"<b>{html.escape(name)}</b>",
        f"{html.escape(data['kind'])}, {data['stage']}",
        f"stride {stride_text(data['strides'])}, {size_text(data['shape'], data['strides'])} px",
        f"{data['channels']} channels",
        f"kernel {kernels} px" if kernels else "no kernel",
        f"{counted(data['parameters'], 'parameter')}{where}",
        *(f"<b>{html.escape(line)}</b>" for line in more if line),
    ]
    return "<br>".join(lines)
