"""The ways of lines between boxes: along a row, up and down between two columns, and over boxes that are in the way.

Every box has a column of its own, so that no upright part of a line can meet one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs

from encdec_widgets.figures.parts import Box, Line, Point
from encdec_widgets.figures.stages import possible_skips

if TYPE_CHECKING:
    import networkx as nx

Way = Literal["straight", "bend", "drop", "over"]
SIGNS = {"concatenation": "C", "addition": "+", "other": "?", "possible": ""}


@attrs.frozen
class Style:
    """How large the small parts of a picture are, in px.

    Attributes:
        depth: Of a box.
        head: Length of the head of an arrow; 0 for none.
        radius: Of the mark of a skip.
        lane: Distance of two lines side by side.
        pad: Room around lines and marks.
    """

    depth: float
    head: float
    radius: float
    lane: float = 6.0
    pad: float = 4.0

    @property
    def mark_zone(self) -> float:
        """Width of a mark with the head of the arrow before it."""
        return self.head + 2 * self.radius + self.pad

    def squeezed(self, share: float) -> "Style":
        """The same with smaller sizes."""
        return Style(*(share * size for size in attrs.astuple(self)))


@attrs.frozen
class Wire:
    """An edge, and which way its line goes.

    Attributes:
        kind: As that of :class:`~encdec_widgets.figures.parts.Line`.
        way: ``"straight"`` along a row; ``"bend"`` along the row of the source, then up or down before the target;
            ``"drop"`` up or down after the source, then along the row of the target; ``"over"`` the boxes of the row.
        rises: Whether it comes to its target from below.
    """

    source: str
    target: str
    kind: str
    way: Way
    rises: bool

    @property
    def is_skip(self) -> bool:
        """Whether it is a skip connection, made or not."""
        return self.kind != "flow"


def wires(graph: "nx.DiGraph[str]", row_of: Mapping[str, int]) -> list[Wire]:
    """All edges of a graph, and the skips that it could have."""
    column_of = {name: column for column, name in enumerate(graph)}
    rows: dict[int, list[int]] = {}
    for name, column in column_of.items():
        rows.setdefault(row_of[name], []).append(column)

    def is_free(row: int, start: int, end: int) -> bool:
        return bisect_left(rows[row], end) <= bisect_right(rows[row], start)

    def way(source: str, target: str) -> Way:
        start, end = column_of[source], column_of[target]
        if is_free(row_of[source], start, end):
            return "straight" if row_of[source] == row_of[target] else "bend"
        return "drop" if row_of[source] != row_of[target] and is_free(row_of[target], start, end) else "over"

    edges = [
        (s, t, (e["merge"] if e["merge"] in SIGNS else "other") if e["skip"] else "flow")
        for s, t, e in graph.edges(data=True)
    ]
    edges += [(source, target, "possible") for source, target in possible_skips(graph)]
    return [Wire(s, t, kind, way(s, t), row_of[s] > row_of[t]) for s, t, kind in edges]


@attrs.frozen
class Gap:
    """What stands between two columns.

    Attributes:
        leaving: Kinds of lines that go up or down just after the left box: "flow", "skip".
        entering: Kinds of lines that go up or down just before the right box.
        mark: Whether there is a mark before the right box.
        beside: Whether lines into the right box go up or down beside its mark, not under it.
    """

    leaving: frozenset[str]
    entering: frozenset[str]
    mark: bool
    beside: bool

    def width(self, style: Style) -> float:
        """The least width that it needs, in px, from the face of the left box to that of the right one."""
        right = (
            self.entry(style, "skip" if "skip" in self.entering else "flow") if self.entering else style.head
        )
        return (
            style.depth
            + style.pad
            + style.lane * len(self.leaving)
            + max(right, style.mark_zone * self.mark, style.pad)
        )

    def entry(self, style: Style, kind: str) -> float:
        """How far before the right box a line goes up or down."""
        beside = style.mark_zone if self.mark and self.beside else style.head
        flow = beside + style.pad
        if kind == "flow":
            return flow
        return max(style.mark_zone + style.pad, flow + style.lane if "flow" in self.entering else 0)


def gaps(names: Sequence[str], all_wires: Iterable[Wire]) -> dict[str, Gap]:
    """The gap before each box."""
    leaving: dict[str, set[str]] = {name: set() for name in names}
    entering: dict[str, set[str]] = {name: set() for name in names}
    marked, beside = set(), set()
    for wire in all_wires:
        kind = "skip" if wire.is_skip else "flow"
        if wire.way in ("drop", "over"):
            leaving[wire.source].add(kind)
        if wire.way in ("bend", "over"):
            entering[wire.target].add(kind)
            if kind == "flow" and not (wire.way == "bend" and wire.rises):
                beside.add(wire.target)
        if wire.is_skip:
            marked.add(wire.target)
    before = ["", *names]
    return {
        name: Gap(
            frozenset(leaving.get(before[index], ())),
            frozenset(entering[name]),
            name in marked,
            name in beside,
        )
        for index, name in enumerate(names)
    }


def heights(box: Box, style: Style) -> tuple[float, float]:
    """At which heights the flow of data and a skip connection meet a box."""
    height = box.top - box.bottom
    flow = box.bottom + max(min(5.0, height / 2), 0.38 * height)
    return flow, max(box.top - 0.25 * height, flow + style.radius + 5)


def lanes(
    all_wires: Iterable[Wire], column_of: Mapping[str, int], row_of: Mapping[str, int]
) -> dict[Wire, int]:
    """The lane above its row for each line over boxes: shorter lines below longer ones; one for those of one source."""
    taken: dict[int, list[list[tuple[int, int, str]]]] = {}
    found = {}
    over = [wire for wire in all_wires if wire.way == "over"]
    for wire in sorted(over, key=lambda wire: column_of[wire.target] - column_of[wire.source]):
        of_row = taken.setdefault(row_of[wire.source], [])
        start, end = column_of[wire.source], column_of[wire.target]
        number = next(
            (
                number
                for number, lane in enumerate(of_row)
                if all(name == wire.source or end <= first or last <= start for first, last, name in lane)
            ),
            len(of_row),
        )
        if number == len(of_row):
            of_row.append([])
        of_row[number].append((start, end, wire.source))
        found[wire] = number
    return found


def line(wire: Wire, source: Box, target: Box, gap: Gap, style: Style, lane_y: float) -> Line:
    """The line of an edge, with its arrow's head.

    Args:
        wire: The edge.
        source: The box that it leaves.
        target: The box that it enters.
        gap: What stands before the target.
        style: The sizes of small parts.
        lane_y: The height of its lane, if it goes over boxes.
    """
    kind = "skip" if wire.is_skip else "flow"
    out, end = (heights(box, style)[wire.is_skip] for box in (source, target))
    start_x, end_x = source.right + source.depth, target.left - style.pad / 4
    if wire.is_skip:
        end_x -= 2 * style.radius + style.pad / 2  # a mark stands between
    first = start_x + style.pad + (style.lane if kind == "skip" else 0)
    before = target.left - gap.entry(style, kind)
    corners: dict[Way, list[Point]] = {
        "straight": [],
        "bend": [(before, out), (before, end)],
        "drop": [(first, out), (first, end)],
        "over": [(first, out), (first, lane_y), (before, lane_y), (before, end)],
    }
    # Boxes of one row stand at one height, but for skips from one row to another.
    level = end if wire.way == "straight" else out
    points = ((start_x, level), *corners[wire.way], (end_x - 0.7 * style.head, end))
    return Line(wire.kind, wire.source, wire.target, points, _head(end_x, end, style))


def _head(x: float, y: float, style: Style) -> tuple[Point, ...]:
    if not style.head:
        return ()
    half = 0.45 * style.head
    return ((x, y), (x - style.head, y + half), (x - style.head, y - half))
