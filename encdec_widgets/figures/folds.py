"""Large graphs made smaller: stacks that are alike are drawn once, and repeated groups of layers as one box."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]

_NARROW, _NAMED = 8.5, 16.0  # px of the width for a box: at least, and with room for some names
_FEWEST = 3  # repetitions that are worth folding
_LONGEST = 12  # layers of a group that is repeated


def folded(graph: "Graph", width: float) -> tuple["Graph", dict[str, str]]:
    """A graph of fewer boxes, where there are more than have room.

    First, stacks that are alike are drawn once; then groups of layers that are repeated one after another in a block
    become one box; and if that is not enough, all layers of a block at one stride do.

    Args:
        graph: Of blocks or of layers, whose order is that of its columns.
        width: Of the canvas, in px.

    Returns:
        The graph that is to be drawn, and the name of the box that stands for each node. A box that stands for several
        layers has the name of the first one, a label such as "dense layer × 12" and ``times``, 12; those of alike
        stacks have ``to``, the number of the last of these stacks.
    """
    stands = {name: name for name in graph}
    for fold, each in ((_stacks, _NARROW), (_repeats, _NAMED), (_of_one_stride, _NARROW)):
        if len(graph) > width / each:
            drawn, into = fold(graph)
            graph = _joined(graph, drawn, into)
            stands = {name: into[box] for name, box in stands.items()}
    return graph, stands


def _joined(graph: "Graph", drawn: Mapping[str, Mapping[str, Any]], into: Mapping[str, str]) -> "Graph":
    """The graph of the boxes ``drawn``, with the edges that lead from one to a later one."""
    smaller: Graph = nx.DiGraph()
    for column, (name, data) in enumerate(drawn.items()):
        smaller.add_node(name, **{**data, "column": column})
    for source, target, data in graph.edges(data=True):
        start, end = into[source], into[target]
        if smaller.nodes[start]["column"] < smaller.nodes[end]["column"] and not (
            smaller.has_edge(start, end) and not data["skip"]
        ):
            smaller.add_edge(start, end, **data)
    return smaller


Fold = tuple[dict[str, Mapping[str, Any]], dict[str, str]]


def _stacks(graph: "Graph") -> Fold:
    """Runs of stacks that are alike, each drawn as its first one."""
    members: dict[int, list[str]] = {}
    for name, data in graph.nodes(data=True):
        if data["stage"] not in ("input", "stem", "other"):
            members.setdefault(data["stack"], []).append(name)
    into = {name: name for name in graph}
    last: dict[int, int] = {}
    for _, run in groupby(members, key=lambda stack: [_look(graph.nodes[name]) for name in members[stack]]):
        first, *others = run
        if len(others) + 1 >= _FEWEST:
            last[first] = others[-1]
            for stack in others:
                into.update(zip(members[stack], members[first], strict=True))
    drawn: dict[str, Mapping[str, Any]] = {
        name: {**data, "to": last.get(data["stack"], data["stack"])}
        for name, data in graph.nodes(data=True)
        if into[name] == name
    }
    return drawn, into


def _look(data: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two boxes of different stacks alike."""
    return data["stage"], data["kind"], data["channels"], data["row"], data["parameters"]


def _repeats(graph: "Graph") -> Fold:
    """Groups of layers that are repeated in a block, as one box each."""
    drawn: dict[str, Mapping[str, Any]] = {}
    into: dict[str, str] = {}
    for block, group in groupby(graph, key=lambda name: graph.nodes[name].get("block")):
        names = list(group)
        for length, times, run in _runs(graph, names) if block else ((1, 1, [name]) for name in names):
            into |= dict.fromkeys(run, run[0])
            data = graph.nodes[run[0]]
            if times > 1:
                unit = [graph.nodes[name] for name in run[:length]]
                data = {**_as_one(graph, run, f"{_unit(unit)} × {times}"), "times": times}
            drawn[run[0]] = data
    return drawn, into


def _runs(graph: "Graph", names: Sequence[str]) -> Iterator[tuple[int, int, Sequence[str]]]:
    """The names in order, cut into repeated groups and single ones: length of the unit, how often, and the names."""
    looks = [
        (data["kind"], data["row"], data["kernel_sizes"]) for data in (graph.nodes[name] for name in names)
    ]
    start = 0
    while start < len(names):
        best = (1, 1)
        for length in range(1, _LONGEST + 1):
            unit, times = looks[start : start + length], 1
            while looks[start + times * length : start + (times + 1) * length] == unit:
                times += 1
            if times >= _FEWEST and times * length > best[0] * best[1]:
                best = length, times
        length, times = best
        yield length, times, names[start : start + length * times]
        start += length * times


def _unit(unit: Sequence[Mapping[str, Any]]) -> str:
    """What a group is called: by the word that the names of its layers share, or by their kinds."""
    words = {str(data["label"]).split("_")[0].rstrip("0123456789") for data in unit}
    if len(words) == 1 and len(unit) > 1 and (word := words.pop()):
        return f"{word} layer"
    return ", ".join(data["kind"] for data in unit)


def _of_one_stride(graph: "Graph") -> Fold:
    """All layers of a block at one stride, as one box."""
    drawn: dict[str, Mapping[str, Any]] = {}
    into: dict[str, str] = {}
    for (block, _), group in groupby(
        graph, key=lambda name: (graph.nodes[name].get("block"), graph.nodes[name]["row"])
    ):
        names = list(group)
        for run in [names] if block else [[name] for name in names]:
            into |= dict.fromkeys(run, run[0])
            layers = sum(len(graph.nodes[name]["layers"]) for name in run)
            data = graph.nodes[run[0]]
            drawn[run[0]] = _as_one(graph, run, f"{data['block']}, {layers} layers") if len(run) > 1 else data
    return drawn, into


def _as_one(graph: "Graph", names: Sequence[str], label: str) -> dict[str, Any]:
    """The attributes of a box that stands for several layers, the last of which is its output."""
    several = [graph.nodes[name] for name in names]
    return {
        **several[-1],
        "label": label,
        "layer": None,
        "kind": ", ".join(dict.fromkeys(data["kind"] for data in several)),
        "kernel_sizes": tuple(dict.fromkeys(size for data in several for size in data["kernel_sizes"])),
        "layers": tuple(layer for data in several for layer in data["layers"]),
        "parameters": sum(data["parameters"] for data in several),
        "pools": any(data.get("pools") for data in several),
    }
