"""Blocks of a network lined up with the blocks of the network that it was edited from."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import networkx as nx

Node: TypeAlias = tuple[str, dict[str, Any]]


def aligned(before: "nx.DiGraph[str]", after: "nx.DiGraph[str]") -> dict[str, str]:
    """Blocks of ``after`` with their counterparts in ``before``.

    Names do not help: a new block in an encoder renames all that follow. So the blocks of a stage (of one stack) are
    lined up in their order, and every block of the shorter line is paired with one of the longer: with as many pairs of
    equal settings as possible, then of equal kind, then of equal stride, then as early as possible.

    Args:
        before: A graph of blocks: see :func:`encdec_widgets.networks.graph.block_graph`.
        after: Another.

    Returns:
        The name in ``before``, by the name in ``after``.
    """
    earlier, later = _groups(before), _groups(after)
    pairs: dict[str, str] = {}
    for group in later.keys() & earlier.keys():
        old, new = earlier[group], later[group]
        if len(old) <= len(new):
            pairs.update((b, a) for a, b in _lined_up(old, new))
        else:
            pairs.update(_lined_up(new, old))
    return {name: pairs[name] for name in after if name in pairs}


def settings_text(definition: Any) -> str:
    """The settings of a block, as a text that is the same for equal blocks, without addresses of objects.

    Where the ``__repr__`` of a user's block fails, it is the name of the block's class.
    """
    try:
        text = repr(definition)
    except Exception:  # noqa: BLE001 - a user's __repr__ can raise anything
        return type(definition).__name__
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)


def _groups(graph: "nx.DiGraph[str]") -> dict[tuple[str, int], list[Node]]:
    groups: dict[tuple[str, int], list[Node]] = {}
    for name, data in graph.nodes(data=True):
        groups.setdefault((data["stage"], data["stack"]), []).append((name, data))
    return groups


def _lined_up(short: Sequence[Node], long: Sequence[Node]) -> list[tuple[str, str]]:
    """The best pairs of all of ``short`` with some of ``long``, found from the end by dynamic programming."""
    spare = len(long) - len(short)
    scores = _scores(short, long)
    # best[i][s]: the score of pairing short[i:] with long[i + s:], of which s have been left out so far.
    best = [[0] * (spare + 1) for _ in range(len(short) + 1)]
    for i in reversed(range(len(short))):
        for s in reversed(range(spare + 1)):
            paired = scores[i][s] + best[i + 1][s]
            best[i][s] = paired if s == spare else max(paired, best[i][s + 1])
    pairs = []
    s = 0
    for i, (name, _) in enumerate(short):
        while best[i][s] != scores[i][s] + best[i + 1][s]:
            s += 1
        pairs.append((name, long[i + s][0]))
    return pairs


def _scores(short: Sequence[Node], long: Sequence[Node]) -> list[list[int]]:
    """How alike ``short[i]`` and ``long[i + s]`` are; each part of a key outweighs all parts before it."""
    keys = [[_key(data) for _, data in nodes] for nodes in (short, long)]
    weight = len(short) + 1
    return [
        [
            sum(
                weight**power * (ours == theirs)
                for power, (ours, theirs) in enumerate(zip(key, keys[1][i + s], strict=True))
            )
            for s in range(len(long) - len(short) + 1)
        ]
        for i, key in enumerate(keys[0])
    ]


def _key(data: dict[str, Any]) -> tuple[Any, ...]:
    """What is compared, the least important first."""
    return data["strides"], data["kind"], settings_text(data["definition"])
