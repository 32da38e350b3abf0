"""Where what a skip connection brings to a block is joined with what the block has from elsewhere."""

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen
class SkipJoin:
    """A call that joins a skip connection with something else.

    Attributes:
        call: Its name.
        skip: The calls whose outputs it takes that come of the skip connection alone; layers of the block may lie in
            between.
        other: The others whose outputs it takes.
    """

    call: str
    skip: tuple[str, ...]
    other: tuple[str, ...]


def skip_joins(calls: "nx.DiGraph[str]") -> dict[str, SkipJoin]:
    """The first call of each block, by the block's name, that joins a skip connection with something else.

    Blocks without one are left out: no skip connection enters them, or it is all that they have.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
    """
    joins: dict[str, SkipJoin] = {}
    # Of each call in a block, whether it comes of the skip connection alone; None if of both.
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
