"""The call in each block that joins a skip connection with the block's other input."""

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen
class SkipJoin:
    """A call that joins a skip connection with something else.

    Attributes:
        call: Its name.
        skip: Those of its inputs that come by the skip connection alone, perhaps through layers of the block.
        other: Its other inputs.
    """

    call: str
    skip: tuple[str, ...]
    other: tuple[str, ...]


def skip_joins(calls: "nx.DiGraph[str]") -> dict[str, SkipJoin]:
    """The first call of each block, by the block's name, that joins a skip connection with something else.

    Blocks without one are left out: those that no skip connection enters, and those that have no other input.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
    """
    joins: dict[str, SkipJoin] = {}
    # Of each call in a block, whether it comes by the skip connection alone; None if by both.
    of_skip: dict[str, bool | None] = {}
    nodes = calls.nodes
    for name, call in nodes(data=True):
        block, inputs = call["block"], call["inputs"]
        if block is None or not inputs:
            continue
        before = calls.pred[name]
        sides = [
            True if before[source]["skip"] else nodes[source]["block"] == block and of_skip[source]
            for source in inputs
        ]
        side = sides[0] if len(set(sides)) == 1 else None
        of_skip[name] = side
        if side is None and block not in joins:
            joins[block] = SkipJoin(
                call=name,
                skip=tuple(source for source, skip in zip(inputs, sides, strict=True) if skip),
                other=tuple(source for source, skip in zip(inputs, sides, strict=True) if not skip),
            )
    return joins
