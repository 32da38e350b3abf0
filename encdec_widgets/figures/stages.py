"""What each box is in the network: its colour, the brace below it, and the skip connections that it could have."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

NAMES = {
    "stem": "Stem",
    "encoder": "Encoder",
    "bottleneck": "Bottleneck",
    "decoder": "Decoder",
    "head": "Head",
    "join": "Between stacks",
}
"""What the parts of a network are called, by the name of their colour."""
SEVERAL = {"head": "Heads"}
"""What a part of several boxes is called where that is another name."""


def roles(graph: "nx.DiGraph[str]") -> dict[str, str]:
    """The name of the colour of each box, by the name of its node.

    The bottleneck is what the encoder has at its maximum stride, unless it has a single stride.
    """
    rows = [data["row"] for _, data in graph.nodes(data=True) if _is_encoder(data)]
    bottleneck = max(rows, default=0) if len(set(rows)) > 1 else None
    found = {}
    for name, data in graph.nodes(data=True):
        at_bottom = _is_encoder(data) and data["row"] == bottleneck
        stage = data.get("role") or ("bottleneck" if at_bottom else data["stage"])
        found[name] = stage if stage in NAMES else "input"
    return found


def _is_encoder(data: Mapping[str, Any]) -> bool:
    return data["stage"] == "encoder" and data["row"] is not None


def parts(graph: "nx.DiGraph[str]", role_of: Mapping[str, str]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Neighbours of one stack and one colour: the stack, the colour and the names of the nodes."""
    grouped = groupby(graph, key=lambda name: (graph.nodes[name]["stack"], role_of[name]))
    return [(stack, role, tuple(names)) for (stack, role), names in grouped]


def possible_skips(graph: "nx.DiGraph[str]") -> Iterator[tuple[str, str]]:
    """Skip connections that could be made and are not: blocks whose field ``skip_connection`` is off."""
    for name, data in graph.nodes(data=True):
        source = data.get("skip_source")
        if source is None or source not in graph or graph.has_edge(source, name):
            continue
        if getattr(data["definition"], "skip_connection", None) is False:
            yield source, name
