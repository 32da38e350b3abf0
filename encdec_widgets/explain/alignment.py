"""Blocks of a network lined up with the blocks of the network that it was edited from."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.designs.counterparts import same_heads

if TYPE_CHECKING:
    import networkx as nx

Node: TypeAlias = tuple[str, dict[str, Any]]


def aligned(before: "nx.DiGraph[str]", after: "nx.DiGraph[str]") -> dict[str, str]:
    """Blocks of ``after`` with their counterparts in ``before``.

    Names do not help: a new block in an encoder renames all that follow. So the blocks of a stage (of one stack) are
    lined up in their order, and every block of the shorter line is paired with one of the longer: with as many pairs of
    equal settings as possible, then of equal kind, then of equal stride, then as early as possible. Heads are known by
    their own names: see :func:`encdec_widgets.designs.counterparts.same_heads`.

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
        heads = [[data["definition"] for _, data in nodes] for nodes in (old, new)]
        if all(isinstance(head, Head) for head in chain(*heads)):  # They have names of their own.
            indexes = enumerate(same_heads(*heads))
            pairs.update((new[j][0], old[i][0]) for j, i in indexes if i is not None)
            continue
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


def same_settings(one: Any, other: Any) -> bool:
    """Whether two blocks have the same settings.

    They are compared by content. Texts are made of what differs alone, and tell what has no equality but its identity,
    such as a function that is defined anew with every block.
    """
    if one is other or same(one, other):
        return True
    if type(one) is not type(other) or not attrs.has(type(one)):
        return settings_text(one) == settings_text(other)
    return not differing_settings(one, other)


def differing_settings(one: Any, other: Any) -> list[tuple[str, str, str]]:
    """The fields in which two blocks of one attrs class differ: names, and texts of what each has."""
    names = [field.name for field in attrs.fields(type(one)) if field.repr]
    values = [(name, getattr(one, name), getattr(other, name)) for name in names]
    texts = [(name, settings_text(a), settings_text(b)) for name, a, b in values if not same(a, b)]
    return [(name, a, b) for name, a, b in texts if a != b]


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
    """How alike ``short[i]`` and ``long[i + s]`` are; each part outweighs all parts before it."""
    weight = len(short) + 1
    return [
        [
            sum(weight**power * alike for power, alike in enumerate(_alike(ours, long[i + s][1])))
            for s in range(len(long) - len(short) + 1)
        ]
        for i, (_, ours) in enumerate(short)
    ]


def _alike(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[bool, ...]:
    """What is the same of two blocks, the least important first."""
    return (
        bool(ours["strides"] == theirs["strides"]),
        bool(ours["kind"] == theirs["kind"]),
        same_settings(ours["definition"], theirs["definition"]),
    )
