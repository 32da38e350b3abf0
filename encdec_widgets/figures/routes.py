"""The paths of the edges between boxes: level, or up and down between the columns, never through a box.

If boxes lie in between, an edge goes over them. There, edges that would overlap have lanes of their own.
"""

import bisect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from encdec_widgets.figures.geometry import Box, Point

if TYPE_CHECKING:
    import networkx as nx

Edge = tuple[str, str]
_FLOW_BELOW = -0.1  # flow edges and skips leave a box at different heights, so that they can be told apart
_SKIP_ABOVE = 0.14
_MARK_BEFORE = 0.18  # distance of the mark of a level skip from its block
_FIRST_LANE = 0.04  # above the boxes
_LANES = 0.14  # height of all lanes of a row together; above them are the names of the next row
_LANE = 0.045


def routes(graph: "nx.DiGraph[str]", places: Mapping[str, Box]) -> dict[Edge, list[Point]]:
    """The path of every edge, from its source to its target.

    Args:
        graph: The graph, whose edges say whether they are a ``skip``.
        places: The box of every node.

    Returns:
        For each edge, points to be joined by straight lines. The last but one point of a skip is that of its mark.
    """
    rows: dict[float, list[float]] = {}
    for place in places.values():
        rows.setdefault(place.y, []).append(place.x)
    for columns in rows.values():
        columns.sort()
    level: dict[Edge, list[Point]] = {}
    over: list[Edge] = []
    for source, target, edge in graph.edges(data=True):
        if _is_blocked(places[source], places[target], rows):
            over.append((source, target))
        else:
            level[source, target] = _level(places[source], places[target], edge["skip"])
    lanes = _lanes(over, places)
    return level | {edge: _over(places[edge[0]], places[edge[1]], lanes[edge]) for edge in over}


def _is_blocked(source: Box, target: Box, rows: Mapping[float, list[float]]) -> bool:
    """Whether a level line from ``source`` to the column of ``target`` meets a box."""
    columns = rows[source.y]
    first, last = bisect.bisect_right(columns, source.x), bisect.bisect_left(columns, target.x)
    return last > first


def _level(source: Box, target: Box, skip: bool) -> list[Point]:
    height = _SKIP_ABOVE if skip else _FLOW_BELOW
    start, end = (source.right, source.y + height), (target.left, target.y + height)
    # If the box before is in the same row, the mark is in the gap between the two.
    mark = (max(end[0] - _MARK_BEFORE, (end[0] + target.x - 1) / 2), end[1])
    if source.y == target.y:
        return [start, mark, end] if skip else [start, end]
    bend = _gap_before(target) if target.x - source.x > 1 else (start[0] + end[0]) / 2
    corners = [start, (bend, start[1]), (bend, end[1])]
    return [*corners, mark, end] if skip else [*corners, end]


def _over(source: Box, target: Box, lane: float) -> list[Point]:
    """The path up from the source, along its lane, and down to the target."""
    out, height = source.x + source.width / 4, source.top + lane
    start = [(out, source.top), (out, height)]
    if source.y == target.y:
        enter = target.x - target.width / 4
        return [*start, (enter, height), (enter, target.top)]
    bend = _gap_before(target)
    entry = target.y + _FLOW_BELOW
    return [*start, (bend, height), (bend, entry), (target.left, entry)]


def _gap_before(place: Box) -> float:
    """Halfway between two columns, which no box reaches."""
    return place.x - 0.5


def _lanes(edges: list[Edge], places: Mapping[str, Box]) -> dict[Edge, float]:
    """How far above the boxes each edge runs: shorter ones below longer ones, edges of one source on the same lane."""
    numbers: dict[Edge, int] = {}
    taken: dict[float, list[list[tuple[float, float, str]]]] = {}
    for source, target in sorted(edges, key=lambda edge: places[edge[1]].x - places[edge[0]].x):
        lanes = taken.setdefault(places[source].y, [])
        start, end = places[source].x, places[target].x
        for number, lane in enumerate(lanes):  # noqa: B007 - it is used after the loop
            if all(name == source or end <= first or last <= start for first, last, name in lane):
                break
        else:
            number = len(lanes)
            lanes.append([])
        lanes[number].append((start, end, source))
        numbers[source, target] = number
    heights = {}
    for (source, target), number in numbers.items():
        lanes = taken[places[source].y]
        step = min(_LANE, _LANES / max(len(lanes) - 1, 1))
        heights[source, target] = _FIRST_LANE + number * step
    return heights
