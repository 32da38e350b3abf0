"""The layers of a network, or of one of its blocks, as a graph that can be drawn like one of blocks."""

from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import networkx as nx

from encdec_widgets.figures.stages import roles
from encdec_widgets.formatting import quoted
from encdec_widgets.networks.block_labels import without_stack
from encdec_widgets.networks.graph import add_rows

if TYPE_CHECKING:
    Graph = nx.DiGraph[str]


def layers_as_boxes(layers: "Graph", blocks: "Graph", block: str | None = None) -> "Graph":
    """A graph of layers, to be drawn by :func:`encdec_widgets.figures.scene.scene`.

    Args:
        layers: What ``backbone.layers`` is: see :func:`encdec_widgets.networks.graph.layer_graph`.
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.
        block: Name of the block whose layers are wanted; None for those of the whole network.

    Returns:
        A graph with a node for each layer, with the layer's name. Nodes and edges have the attributes of a graph of
        blocks; nodes also have ``layer``, the name, ``role``, the colour of their block, and ``block``, its label.
        Columns are a topological order that follows each branch, block by block. The ``label`` is the name without the
        words with which all names of the block begin.

        With ``block``, there is also a node for each block that a layer of this one takes an input from. It has the
        name of that block, the label "from enc2" (with its stack, if it is in another one), and the shape, channels and
        strides of that input, but no ``layer``.

    Raises:
        ValueError: If there is no block of that name.
    """
    if block is not None and block not in blocks:
        raise ValueError(f"There is no block named {quoted(block)}. There are: {', '.join(blocks)}.")
    members = tuple(layers) if block is None else blocks.nodes[block]["layers"]
    homes = {layer: name for name, data in blocks.nodes(data=True) for layer in data["layers"]}
    labels = _labels(blocks, members, homes)
    role_of = roles(blocks)
    graph: Graph = nx.DiGraph()
    if block is not None:
        stack = blocks.nodes[block]["stack"]
        for name, source in _sources(layers, blocks, members, homes).items():
            taken = {key: layers.nodes[source][key] for key in ("shape", "channels", "strides", "stride")}
            label = f"from {without_stack(blocks.nodes[name]['label'], stack)}"
            more = {
                "label": label,
                "layer": None,
                "column": len(graph),
                "role": role_of[name],
                "skip_source": None,
            }
            graph.add_node(name, **blocks.nodes[name] | taken | more)
    for name in _in_order(layers, blocks, members, homes):
        graph.add_node(
            name,
            **_box(name, layers.nodes[name]),
            label=labels[name],
            layer=name,
            role=role_of[homes[name]],
            block=blocks.nodes[homes[name]]["label"],
            pools=layers.nodes[name]["kind"].endswith("Pooling2D"),
            column=len(graph),
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
    """The attributes of a block, for a layer."""
    same = ("kind", "stage", "stack", "shape", "channels", "strides", "stride", "parameters")
    kernel = data["kernel_size"]
    return {key: data[key] for key in same} | {
        "kernel_sizes": (kernel,) if kernel else (),
        "layers": (name,),
    }


def _sources(
    layers: "Graph", blocks: "Graph", members: Iterable[str], homes: dict[str, str]
) -> dict[str, str]:
    """The blocks that ``members`` take an input from, in order, each with the layer that gives it."""
    wanted = set(members)
    found = {
        homes[source]: source
        for member in members
        for source in layers.predecessors(member)
        if source not in wanted
    }
    return {name: found[name] for name in blocks if name in found}


def _in_order(layers: "Graph", blocks: "Graph", members: Iterable[str], homes: dict[str, str]) -> list[str]:
    """``members`` in topological order: block by block as far as possible, and each branch from end to end."""
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
    """Names without the words with which all names of the block begin."""
    together: dict[str, list[list[str]]] = {}
    for name in members:
        together.setdefault(homes[name], []).append(name.split("_"))
    common = {home: _common(words, home) for home, words in together.items()}
    return {
        name: blocks.nodes[name]["label"] if name == home else "_".join(name.split("_")[common[home] :])
        for name, home in ((name, homes[name]) for name in members)
    }


def _common(words: list[list[str]], home: str) -> int:
    """How many words all names share at their beginning, leaving at least one; of a single name, its block's words."""
    columns = zip(*words, *([home.split("_")] if len(words) == 1 else []), strict=False)
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    return min(same, *(len(each) - 1 for each in words))
