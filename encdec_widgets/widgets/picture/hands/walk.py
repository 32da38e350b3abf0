"""How the keyboard walks the boxes of the picture: left and right in their order, up and down between them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.explain.spoken import spoken
from encdec_widgets.figures.folds import folded
from encdec_widgets.figures.parts import Rect, Scene

if TYPE_CHECKING:
    import networkx as nx


def stops(
    graph: "nx.DiGraph[str]", places: Mapping[str, Rect], flags: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """All boxes of a picture, in the order in which the keyboard walks them.

    Args:
        graph: What is drawn: blocks, or layers as boxes.
        places: Where each box is, by the name of its node. Nodes that are not drawn have none.
        flags: What is remarked of boxes, by name.

    Returns:
        For each box, ready for the page: its ``name``; ``words``, which say what it is; ``flagged``, whether there is
        a remark on it; ``rect``, its left, right, bottom and top; and the places in this list of the boxes that are
        ``up`` and ``down`` of it, -1 for none. Down goes along a skip connection that leaves the box, up along one that
        enters it; where there is none, each goes to the nearest box of the next row.
    """
    flags = flags or {}
    names = [name for name in graph if name in places]
    numbers = {name: number for number, name in enumerate(names)}
    rows: dict[int, list[int]] = {}
    for number, name in enumerate(names):
        rows.setdefault(graph.nodes[name]["row"] or 0, []).append(number)

    def beside(name: str, rows_down: int) -> int:
        row = (graph.nodes[name]["row"] or 0) + rows_down
        return min(rows.get(row, [-1]), key=lambda number: abs(number - numbers[name]))

    def next_to(name: str, along: list[str], rows_down: int) -> int:
        drawn = [numbers[other] for other in along if other in numbers]
        return drawn[0] if drawn else beside(name, rows_down)

    return [
        {
            "name": name,
            "words": ", ".join(filter(None, (spoken(graph, name), flags.get(name, "").removeprefix("⚠ ")))),
            "flagged": name in flags,
            "rect": [places[name].left, places[name].right, places[name].bottom, places[name].top],
            "up": next_to(name, [a for a, _, edge in graph.in_edges(name, data=True) if edge["skip"]], -1),
            "down": next_to(name, [b for _, b, edge in graph.out_edges(name, data=True) if edge["skip"]], 1),
        }
        for name in names
    ]


def stops_of_network(
    graph: "nx.DiGraph[str]", scene: Scene, flags: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The boxes of the picture of a network, as :func:`stops` lists them.

    Args:
        graph: Blocks, or layers as boxes.
        scene: Where each of them stands.
        flags: What is remarked of boxes, by name.
    """
    boxes, _ = folded(graph, scene.width)
    return stops(boxes, {name: box.whole for name, box in scene.boxes.items()}, flags)
