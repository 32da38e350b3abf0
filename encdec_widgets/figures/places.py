"""Where boxes stand: a column for each, wide as the square root of its channels, and a row for each stride."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.figures.parts import text_width
from encdec_widgets.figures.scale import Scale, fitting
from encdec_widgets.figures.wires import Gap, Style

if TYPE_CHECKING:
    import networkx as nx

STYLES = (Style(5, 8, 7.5), Style(4, 6, 6), Style(2, 4, 4), Style(1, 0, 2.5))
"""From the largest small parts to the smallest: the first that leave most of the width to the boxes are drawn."""
_FOR_BOXES = 0.22  # of the width, at least
_WIDEST_GAP = 72.0
_TALLEST, _LOWEST, _EACH_LEVEL = 108.0, 15.0, 0.74
NUMBER, NAME = 17.0, 16.0
"""Height of the room for a number above a box, and for a name below it."""
_BETWEEN_ROWS = 7.0
_LANE = 6.0
NUMBER_SIZE = 13


@attrs.frozen
class Columns:
    """Left and right edges of boxes, and the sizes that they are drawn with."""

    edges: Mapping[str, tuple[float, float]]
    style: Style
    scale: Scale


@attrs.frozen
class Row:
    """The place of a row.

    Attributes:
        top: Of all of it.
        bottom: Of all of it.
        box_top: Of the faces of its boxes.
        box_bottom: See ``box_top``.
        lanes_apart: Distance of the lines above its boxes.
    """

    top: float
    bottom: float
    box_top: float
    box_bottom: float
    lanes_apart: float

    def lane(self, number: int) -> float:
        """The height of a lane above the boxes, from 0."""
        return self.top - 4 - self.lanes_apart * number


def columns(
    graph: "nx.DiGraph[str]",
    gaps: Mapping[str, Gap],
    labels: Mapping[str, str],
    left: float,
    right: float,
    scale: Scale | None,
) -> Columns:
    """The columns of all boxes between ``left`` and ``right``.

    Args:
        graph: The boxes.
        gaps: What stands before each.
        labels: The words below each, which have room where there is any.
        left: The edges of the room for boxes.
        right: See ``left``.
        scale: That of the session until now.
    """
    names = list(graph)
    room = right - left
    between = names[1:]
    style = next(
        (
            style
            for style in STYLES
            if sum(gaps[name].width(style) for name in between) <= (1 - _FOR_BOXES) * room
        ),
        STYLES[-1],
    )
    least = [gaps[name].width(style) for name in between]
    channels = [graph.nodes[name]["channels"] for name in names]
    scale = fitting(channels, room - sum(least) - style.depth, scale)
    widths = [scale.width(count) for count in channels]
    total = sum(widths) + sum(least) + style.depth
    if total > room:  # so many boxes that even narrow ones have no room
        squeeze = room / total
        widths, least = ([squeeze * length for length in lengths] for lengths in (widths, least))
        style, spread = style.squeezed(squeeze), least
    else:
        wished = _wished(names, gaps, labels, widths, least, style)
        spread = _spread(least, wished, room - total)
    total = sum(widths) + sum(spread) + style.depth
    x = left + (room - total) / 2
    edges = {}
    for name, width, gap in zip(names, widths, [*spread, 0.0], strict=True):
        edges[name] = (x, x + width)
        x += width + gap
    return Columns(edges, style, scale)


def _wished(
    names: Sequence[str],
    gaps: Mapping[str, Gap],
    labels: Mapping[str, str],
    widths: Sequence[float],
    least: Sequence[float],
    style: Style,
) -> list[float]:
    """The gaps that let all names stand under the middle of their boxes."""
    halves = [text_width(labels[name], 11) / 2 for name in names]
    wished = []
    for index, (_, after) in enumerate(pairwise(names)):
        beyond = halves[index] - widths[index] / 2
        next_beyond = halves[index + 1] - widths[index + 1] / 2
        if gaps[after].entering:  # an upright line stands between the two names
            into = gaps[after].entry(style, "flow")
            need = max(beyond + 4 + into, next_beyond + 4)
        else:
            need = beyond + next_beyond + 6
        wished.append(max(need, least[index]))
    return wished


def _spread(least: Sequence[float], wished: Sequence[float], spare: float) -> list[float]:
    """Gaps that take up what is spare: first what is wished for, then all alike."""
    wants = [wish - gap for wish, gap in zip(wished, least, strict=True)]
    share = min(1.0, spare / sum(wants)) if any(wants) else 1.0
    gaps = [gap + share * want for gap, want in zip(least, wants, strict=True)]
    more = max(0.0, spare - sum(wants)) / max(len(gaps), 1)
    return [max(gap, min(gap + more, _WIDEST_GAP)) for gap in gaps]


def rows(
    graph: "nx.DiGraph[str]",
    row_of: Mapping[str, int],
    at: Columns,
    lanes: Mapping[int, int],
    top: float,
    bottom: float,
) -> list[Row]:
    """The rows between two heights: boxes of finer levels are taller.

    Args:
        graph: The boxes.
        row_of: The row of each.
        at: Their columns.
        lanes: How many lines run above the boxes of a row.
        top: The edges of the room for rows.
        bottom: See ``top``.
    """
    count = max(row_of.values(), default=0) + 1
    style = at.style
    above = [style.depth + _LANE * lanes.get(row, 0) + 4 * (row in lanes) for row in range(count)]
    for name, row in row_of.items():
        start, end = at.edges[name]
        if not fits_inside(str(graph.nodes[name]["channels"]), end - start, _LOWEST):
            above[row] = max(above[row], style.depth + _LANE * lanes.get(row, 0) + NUMBER)
    around = [height + NAME + _BETWEEN_ROWS for height in above]
    room = top - bottom
    levels = [_EACH_LEVEL**row for row in range(count)]
    tallest = (room - sum(around)) / sum(levels)
    for _ in range(count):  # rows that have their least height leave the others less
        low = [row for row in range(count) if tallest * levels[row] < _LOWEST]
        rest = sum(level for row, level in enumerate(levels) if row not in low)
        tallest = (room - sum(around) - _LOWEST * len(low)) / rest if rest else 0.0
    boxes = [max(min(tallest, _TALLEST) * level, _LOWEST) for level in levels]
    total = sum(around) + sum(boxes)
    squeeze = min(1.0, room / total)
    loose = max(0.0, room - total) / (count + 1)
    found = []
    y = top - loose / 2
    for over, height in zip(above, boxes, strict=True):
        box_top = y - squeeze * over
        box_bottom = box_top - squeeze * height
        end = box_bottom - squeeze * (NAME + _BETWEEN_ROWS)
        found.append(Row(y, end, box_top, box_bottom, squeeze * _LANE))
        y = end - loose
    return found


def fits_inside(text: str, width: float, height: float) -> bool:
    """Whether a number fits inside a face of this size."""
    return text_width(text, NUMBER_SIZE, bold=True) + 4 <= width and height >= NUMBER_SIZE + 1
