"""The positions of the boxes of a graph: rows by stride, columns by the order of the nodes.

Lengths are in columns (x) and rows (y, negative downwards), so that they do not depend on the size of the picture.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    import networkx as nx

Point = tuple[float, float]
_ROOM_FOR_NAME = 0.1  # boxes stand this much above the middle of their row
_ROOM_FOR_OUTLINE = 0.05


@attrs.frozen
class Box:
    """The rectangle of a block or a layer.

    Attributes:
        x: Its centre, in columns.
        y: Its centre, in rows.
        width: In columns; each doubling of the channels adds the same width.
        height: In rows; boxes of coarser levels are lower.
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y - self.height / 2


def box(data: Mapping[str, Any]) -> Box:
    """The box of a node, from its attributes."""
    row = data["row"] or 0
    return Box(
        x=float(data["column"]),
        y=_ROOM_FOR_NAME - row,
        width=min(0.34 + 0.055 * math.log2(data["channels"] or 1), 0.95),
        height=max(0.64 - 0.03 * row, 0.4),
    )


def name_point(place: Box) -> Point:
    """The point under a box where the first line of its name begins."""
    return place.x, place.bottom - _ROOM_FOR_OUTLINE


def mark_point(place: Box) -> Point:
    """The point above a box where the last line of its mark ends."""
    return place.x, place.top + _ROOM_FOR_OUTLINE


def boxes(graph: "nx.DiGraph[str]") -> dict[str, Box]:
    """The box of every node, by name."""
    return {name: box(data) for name, data in graph.nodes(data=True)}
