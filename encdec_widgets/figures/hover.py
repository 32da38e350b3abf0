"""The text that the picture shows on hover over a block or a layer."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import counted, kernel_text, size_text, stride_text

if TYPE_CHECKING:
    import networkx as nx


def skip_text(graph: "nx.DiGraph[str]", source: str, target: str, kind: str) -> str:
    """The facts of a skip connection, one on each line, for plotly to show on hover.

    Args:
        graph: The blocks or layers.
        source: Name of the node that it leaves.
        target: Name of the node that it enters.
        kind: How it is joined; ``"possible"`` for one that could be made.
    """
    labels = (html.escape(graph.nodes[name]["label"]) for name in (source, target))
    title = "possible skip connection, not made" if kind == "possible" else f"skip connection, {kind}"
    return (
        f"<b>{title}</b><br>{' to '.join(labels)}<br>"
        f"{graph.nodes[source]['channels']} channels at stride {stride_text(graph.nodes[source]['strides'])}"
    )


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
