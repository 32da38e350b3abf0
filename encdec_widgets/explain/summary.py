"""A network in one sentence."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import count_text, counted, listed, stride_text

if TYPE_CHECKING:
    import networkx as nx


def summary(family: str, blocks: "nx.DiGraph[str]") -> str:
    """What a network is: "U-Net, 4 levels, 4 skips, output stride 2, 1.95 M parameters".

    Args:
        family: The name that it goes by: see :func:`encdec_widgets.designs.presets.family_name`.
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.

    Returns:
        The family; stacks, where there are several; levels (see :func:`levels`), of each stack; skip connections, of
        all stacks; the heads, if there are any; the stride of the output, or of each head, of the last stack; the
        number of parameters.
    """
    stacks = 1 + max(data["stack"] for _, data in blocks.nodes(data=True))
    deep = counted(levels(blocks), "level")
    skips = sum(data["skip"] for _, _, data in blocks.edges(data=True))
    outputs = outputs_of(blocks)
    parts = [
        family,
        f"{stacks} stacks of {deep}" if stacks > 1 else deep,
        counted(skips, "skip"),
        *_heads([data["channels"] for data in outputs if data["stage"] == "head"]),
        f"output stride {output_strides(blocks)}",
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


def outputs_of(blocks: "nx.DiGraph[str]") -> tuple[dict[str, Any], ...]:
    """Node attributes of the blocks that put out the network's outputs: the heads of the last stack, or its output."""
    ends = [data for name, data in blocks.nodes(data=True) if not blocks.out_degree(name)]
    heads = [end for end in ends if end["stage"] == "head" and end["stack"] == ends[-1]["stack"]]
    return tuple(heads or ends[-1:])


def output_strides(blocks: "nx.DiGraph[str]") -> str:
    """The different strides of the network's outputs, in words: "2", or "2 and 4" of two heads."""
    return listed(stride_text(data["strides"]) for data in outputs_of(blocks))


def _heads(channels: Sequence[int]) -> Iterator[str]:
    """How many channels the heads have, in words."""
    if len(channels) == 1:
        yield f"head of {counted(channels[0], 'channel')}"
    elif channels:
        yield f"{len(channels)} heads of {listed(map(str, channels))} channels"


def parameters_of(blocks: "nx.DiGraph[str]") -> int:
    """The parameters of all blocks."""
    return sum(data["parameters"] for _, data in blocks.nodes(data=True))
