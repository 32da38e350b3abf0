"""Edits of single skip connections: whether a decoder block takes one in.

The blocks say it themselves, by their field ``skip_connection``. A block without that field always makes its skip
connection, or never does, and an architecture whose own code connects its blocks has no such edits at all.
"""

from typing import TYPE_CHECKING

from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.block_edits import can_be_edited
from encdec_widgets.designs.design import Design

if TYPE_CHECKING:
    import networkx as nx

_FIELD = "skip_connection"


def skip_switches(design: Design, blocks: "nx.DiGraph[str]") -> dict[str, bool]:
    """Tell which decoder blocks let their skip connection be taken in or out, and whether it is in now.

    Args:
        design: The design of the network.
        blocks: Its blocks: see :func:`encdec_widgets.networks.graph.block_graph`.

    Returns:
        By the name of the decoder block, in order. Blocks for which there is no feature are left out, and so are those
        that leave no choice.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
        >>> skip_switches(design, design.build().blocks)
        {'stack0_dec0': True, 'stack0_dec1': True}
    """
    if not can_be_edited(design):
        return {}
    decoder = design.blocks_of("decoder")
    return {
        name: any(edge["skip"] for *_, edge in blocks.in_edges(name, data=True))
        for name, data in blocks.nodes(data=True)
        if data["stage"] == "decoder"
        and data["has_source"]
        and data["index"] < len(decoder)
        and _FIELD in described_fields(decoder[data["index"]])
    }


def switch_skip(design: Design, blocks: "nx.DiGraph[str]", name: str) -> dict[str, bool] | None:
    """Take the skip connection of a decoder block out, or in where it is not made.

    Args:
        design: The design of the network.
        blocks: Its blocks.
        name: The name of the decoder block. In a network of several stacks, the block is the same in each of them.

    Returns:
        The change, as :meth:`Design.replace_all` takes it; None where there is no choice.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
        >>> switch_skip(design, design.build().blocks, "stack0_dec1")
        {'decoder[1].skip_connection': False}
    """
    made = skip_switches(design, blocks).get(name)
    return None if made is None else {f"decoder[{blocks.nodes[name]['index']}].{_FIELD}": not made}
