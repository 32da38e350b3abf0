"""A network in one sentence."""

from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import count_text, counted, stride_text

if TYPE_CHECKING:
    import networkx as nx


def summary(family: str, blocks: "nx.DiGraph[str]") -> str:
    """What a network is: "U-Net, 4 levels, 4 skips, output stride 2, 1.95 M parameters".

    Args:
        family: The name that it goes by: see :func:`encdec_widgets.designs.presets.family_name`.
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.

    Returns:
        The family; stacks, where there are several; levels (see :func:`levels`), of each stack; skip connections, of
        all stacks; the head, if there is one; the stride of the output (of the last one, where there are several);
        the number of parameters.
    """
    stacks = 1 + max(data["stack"] for _, data in blocks.nodes(data=True))
    deep = counted(levels(blocks), "level")
    skips = sum(data["skip"] for _, _, data in blocks.edges(data=True))
    heads = [data["channels"] for _, data in blocks.nodes(data=True) if data["stage"] == "head"]
    parts = [
        family,
        f"{stacks} stacks of {deep}" if stacks > 1 else deep,
        counted(skips, "skip"),
        *(f"head of {counted(channels, 'channel')}" for channels in heads[-1:]),
        f"output stride {stride_text(output_of(blocks)['strides'])}",
        f"{count_text(parameters_of(blocks))} parameters",
    ]
    return ", ".join(parts)


def levels(blocks: "nx.DiGraph[str]") -> int:
    """How many levels the encoder of the first stack has below its input.

    A level is a stride: this counts the different strides among the outputs of the encoder's blocks and what goes into
    the first of them, without that of the input. A U-Net whose encoder goes from stride 1 to stride 16 has 4 levels; so
    has an hourglass that goes from 4, where its stem ends, to 64. Strides that are unknown do not count.
    """
    encoder = [n for n, d in blocks.nodes(data=True) if d["stage"] == "encoder" and d["stack"] == 0]
    before = blocks.predecessors(encoder[0]) if encoder else ()
    strides = {blocks.nodes[name]["strides"] for name in (*before, *encoder)} - {None}
    return max(len(strides) - 1, 0)


def output_of(blocks: "nx.DiGraph[str]") -> dict[str, Any]:
    """Node attributes of the block that puts out the network's output; of the last one, where there are several."""
    name = [name for name in blocks if not blocks.out_degree(name)][-1]
    return dict(blocks.nodes[name])


def parameters_of(blocks: "nx.DiGraph[str]") -> int:
    """The parameters of all blocks."""
    return sum(data["parameters"] for _, data in blocks.nodes(data=True))
