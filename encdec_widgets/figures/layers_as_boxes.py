"""The layers of a network, or of one of its blocks, as a graph that is drawn as blocks are."""

from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import networkx as nx

from encdec_widgets.networks.graph import add_rows

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]


def layers_as_boxes(layers: "Graph", blocks: "Graph", block: str | None = None) -> "Graph":
    """A graph of layers, to be drawn by :func:`encdec_widgets.figures.block_figure`.

    Args:
        layers: What ``backbone.layers`` is: see :func:`encdec_widgets.networks.graph.layer_graph`.
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.
        block: Name of the block whose layers are wanted; None for those of the whole network.

    Returns:
        A node a layer, named as the layer, with the node and edge attributes of a graph of blocks and with ``layer``,
        its name. Columns are a topological order that follows each branch, block by block. The ``label`` is the name
        without what all layers of the block have in common.

        With ``block``, there is also a node for every block that a layer of this one takes something from: named as
        that block, labelled "from enc2" (with its stack, where that is another), with the shape, channels and stride of
        what is taken, and no ``layer``.

    Raises:
        ValueError: If there is no block of that name.
    """
    if block is not None and block not in blocks:
        raise ValueError(f"There is no block named {block!r}. There are: {', '.join(blocks)}.")
    members = tuple(layers) if block is None else blocks.nodes[block]["layers"]
    homes = {layer: name for name, data in blocks.nodes(data=True) for layer in data["layers"]}
    labels = _labels(blocks, members, homes)
    graph: Graph = nx.DiGraph()
    if block is not None:
        stack = f"stack{blocks.nodes[block]['stack']}_"
        for name, source in _sources(layers, blocks, members, homes).items():
            taken = {key: layers.nodes[source][key] for key in ("shape", "channels", "stride")}
            label = f"from {blocks.nodes[name]['label'].removeprefix(stack)}"
            more = {"label": label, "layer": None, "column": len(graph)}
            graph.add_node(name, **blocks.nodes[name] | taken | more)
    for name in _in_order(layers, blocks, members, homes):
        graph.add_node(
            name, **_box(name, layers.nodes[name]), label=labels[name], layer=name, column=len(graph)
        )
    add_rows(graph)
    wanted = set(members)
    for source, target, data in layers.edges(data=True):
        if target in wanted:
            start = source if source in wanted else homes[source]
            merge = {"merge": blocks.edges[homes[source], homes[target]]["merge"]} if data["skip"] else {}
            graph.add_edge(start, target, skip=data["skip"], **merge)
    return graph


def _box(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a layer has of a block's attributes."""
    same = ("kind", "stage", "stack", "shape", "channels", "stride", "parameters")
    kernel = data["kernel_size"]
    return {key: data[key] for key in same} | {
        "kernel_sizes": (kernel,) if kernel else (),
        "layers": (name,),
    }


def _sources(
    layers: "Graph", blocks: "Graph", members: Iterable[str], homes: dict[str, str]
) -> dict[str, str]:
    """The blocks that ``members`` take something from, in order, with the layer that it comes from."""
    wanted = set(members)
    found = {
        homes[source]: source
        for member in members
        for source in layers.predecessors(member)
        if source not in wanted
    }
    return {name: found[name] for name in blocks if name in found}


def _in_order(layers: "Graph", blocks: "Graph", members: Iterable[str], homes: dict[str, str]) -> list[str]:
    """``members`` block by block, as far as one can be told before the next, and each branch from end to end."""
    inside = layers.subgraph(members)
    ends = [name for name in inside if not inside.out_degree(name)]
    against: Graph = inside.reverse()
    place: dict[str, int] = {}
    for end in ends:
        for name in nx.dfs_postorder_nodes(against, end):
            place.setdefault(name, len(place))
    columns = {name: column for column, name in enumerate(blocks)}
    return list(
        nx.lexicographical_topological_sort(inside, key=lambda name: (columns[homes[name]], place[name]))
    )


def _labels(blocks: "Graph", members: Iterable[str], homes: dict[str, str]) -> dict[str, str]:
    """Names without what all names of the block begin with, in whole words."""
    together: dict[str, list[list[str]]] = {}
    for name in members:
        together.setdefault(homes[name], []).append(name.split("_"))
    common = {home: _common(words, home) for home, words in together.items()}
    return {
        name: blocks.nodes[name]["label"] if name == home else "_".join(name.split("_")[common[home] :])
        for name, home in ((name, homes[name]) for name in members)
    }


def _common(words: list[list[str]], home: str) -> int:
    """How many words all names begin with, so that none has nothing left; of a single one, those of its block."""
    columns = zip(*words, *([home.split("_")] if len(words) == 1 else []), strict=False)
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    return min(same, *(len(each) - 1 for each in words))
