"""Where the boxes and edges of a block graph lie: rows are strides, columns are the order of the blocks.

Lengths are in columns (x) and rows (y, downwards negative), so that they hold for any size of the picture.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    import networkx as nx

Point = tuple[float, float]
_FLOW_BELOW = -0.1  # flow edges and skips leave a box at different heights, so that they can be told apart
_SKIP_ABOVE = 0.14
_OVER_BOXES = 0.36
_ROOM_FOR_NAME = 0.1  # boxes stand this much above the middle of their row
_MARK_BEFORE = 0.18  # where the mark of a skip stands, left of its block


@attrs.frozen
class Box:
    """The rectangle of a block.

    Attributes:
        x: Its centre, in columns.
        y: Its centre, in rows.
        width: In columns; every doubling of the channels adds the same.
        height: In rows; coarser levels are lower.
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


def box(data: Mapping[str, Any]) -> Box:
    """The box of a block, from its node attributes."""
    row = data["row"] or 0
    return Box(
        x=float(data["column"]),
        y=_ROOM_FOR_NAME - row,
        width=min(0.34 + 0.055 * math.log2(data["channels"] or 1), 0.95),
        height=max(0.64 - 0.03 * row, 0.4),
    )


def flow_path(source: Box, target: Box, boxes: Mapping[str, Box]) -> list[Point]:
    """From one block to the next: level, then down or up between the columns, then level."""
    start, end = (source.right, source.y + _FLOW_BELOW), (target.left, target.y + _FLOW_BELOW)
    if source.y == target.y:
        return _over(source, target, boxes, end) or [start, end]
    # Halfway between neighbours; just before the target where blocks lie in between.
    bend = (start[0] + end[0]) / 2 if target.x - source.x <= 1 else end[0] - 0.1
    return [start, (bend, start[1]), (bend, end[1]), end]


def skip_path(source: Box, target: Box, boxes: Mapping[str, Box]) -> list[Point]:
    """A level line from a feature to the decoder block; above the boxes where any lies in between.

    The last point but one is where the mark of the skip belongs.
    """
    start, end = (source.right, source.y + _SKIP_ABOVE), (target.left, target.y + _SKIP_ABOVE)
    mark = (target.left - _MARK_BEFORE, end[1])
    over = _over(source, target, boxes, mark)
    return [*over, end] if over else [start, mark, end]


def _over(source: Box, target: Box, boxes: Mapping[str, Box], end: Point) -> list[Point] | None:
    """The way over the boxes between two blocks of one row, down to ``end``; None if there are none."""
    between = [place for place in boxes.values() if source.x < place.x < target.x and place.y == source.y]
    if source.y != target.y or not between:
        return None
    level, x = source.y + _OVER_BOXES, min(end[0], target.left - 0.08)
    return [(source.x, source.y + source.height / 2), (source.x, level), (x, level), (x, end[1]), end]


def name_point(place: Box) -> Point:
    """Where the name of a block stands: under its box."""
    return place.x, place.y - place.height / 2 - 0.1


def boxes(graph: "nx.DiGraph[str]") -> dict[str, Box]:
    """The box of every block, by name."""
    return {name: box(data) for name, data in graph.nodes(data=True)}
