"""A box of the picture in the words in which a screen reader says it."""

from typing import TYPE_CHECKING

from encdec_widgets.formatting import spoken_count

if TYPE_CHECKING:
    import networkx as nx


def spoken(graph: "nx.DiGraph[str]", name: str) -> str:
    """What a box of the picture is, to be read aloud.

    Args:
        graph: The blocks of a network (see :func:`encdec_widgets.networks.graph.block_graph`), or its layers as boxes;
            a box may stand for several (see :func:`encdec_widgets.figures.folds.folded`).
        name: The name of a node.

    Returns:
        The name, the stage, the channels, the size of the map, the parameters and where skip connections lead:
        "enc2, encoder, 64 channels, 64 by 64, 55 thousand parameters, skip connection to dec1".

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> blocks = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1)).build().blocks
        >>> spoken(blocks, "stack0_enc0")
        'enc0, encoder, 2 channels, 32 by 32, 58 parameters, skip connection to dec0'
    """
    data = graph.nodes[name]
    parts = [data["label"]]
    if data["label"] != data["stage"]:
        parts.append(data["kind"] if data.get("layer") else data["stage"])
    if data["channels"] is not None:
        parts.append(f"{data['channels']} channel{'' if data['channels'] == 1 else 's'}")
    if len(data["shape"]) == 3:
        parts.append(" by ".join("any size" if size is None else str(size) for size in data["shape"][:2]))
    if data["stage"] != "input":
        parts.append(f"{spoken_count(data['parameters'])} parameter{'' if data['parameters'] == 1 else 's'}")
    if data.get("to", data["stack"]) > data["stack"]:
        parts.append(f"alike in stacks {data['stack']} to {data['to']}")
    skips = graph.out_edges(name, data=True)
    parts += [
        f"skip connection to {graph.nodes[target]['label']}" for _, target, edge in skips if edge["skip"]
    ]
    return ", ".join(parts)
