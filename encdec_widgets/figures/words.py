"""What the picture says of a block or a layer on hover."""

import html
from collections.abc import Mapping
from typing import Any

from encdec_widgets.words import counted, kernel_text, size_text, stride_text


def hover_text(data: Mapping[str, Any], mark: str = "") -> str:
    """All facts of a block or a layer, a line each, as plotly shows them on hover.

    Args:
        data: Node attributes: see :func:`encdec_widgets.graph.block_graph` for those of a block and
            :func:`encdec_widgets.figures.layers_as_boxes` for those of a layer, which has a ``layer``.
        mark: What else to say of it.
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
        *([f"<b>{html.escape(mark)}</b>"] if mark else []),
    ]
    return "<br>".join(lines)
