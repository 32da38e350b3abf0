"""One description of the picture, drawn by plotly and as SVG: where everything stands, its colours and its words."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.figures.braces import braces, braces_height, scale_bar
from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.figures.folds import folded
from encdec_widgets.figures.hover import hover_text, skip_text
from encdec_widgets.figures.parts import Box, Line, Mark, Rect, Scene, Swatch, Text, text_width
from encdec_widgets.figures.places import NUMBER_SIZE, Columns, Row, columns, fits_inside, rows
from encdec_widgets.figures.scale import Scale
from encdec_widgets.figures.stages import parts, roles
from encdec_widgets.figures.wires import SIGNS, Wire, gaps, heights, lanes, line, wires
from encdec_widgets.figures.writing import Room
from encdec_widgets.formatting import size_text, stride_text
from encdec_widgets.networks.block_labels import without_stack

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Box", "Line", "Mark", "Rect", "Scene", "Swatch", "Text", "scene"]

WIDTH, HEIGHT = 692, 470
"""Size of the canvas in px where nobody says how large the picture is."""
_EDGE = 10.0
_MOST_CHIPS = 5
_LOWER = 13.5  # px, of a name for which there is no room beside the next one
_NOTE = 18.0


def scene(
    graph: "nx.DiGraph[str]",
    *,
    width: float = WIDTH,
    height: float = HEIGHT,
    selected: Collection[str] = (),
    changed: Mapping[str, str] | None = None,
    colouring: Colouring | None = None,
    flags: Mapping[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
    scale: Scale | None = None,
    before: Scene | None = None,
    title: str = "",
    numbers: bool = True,
    tells_scale: bool = True,
) -> Scene:
    """Where everything stands in the picture of a graph of blocks or layers.

    Args:
        graph: What ``backbone.blocks`` is (see :func:`encdec_widgets.networks.graph.block_graph`), or the boxes of
            :func:`encdec_widgets.figures.layers_as_boxes`.
        width: Of the canvas, in px. Texts keep their size: on a narrow canvas, fewer have room.
        height: Of the canvas, in px.
        selected: Names of the nodes to outline.
        changed: What an edit changed of boxes, in a few words, by name, the largest change first.
        colouring: Values to colour the boxes by, instead of by their stage. They are written above the boxes.
        flags: Remarks on boxes, shown on hover, by name. A sign stands before the names of these boxes.
        pictures: Pictures that fill the faces of boxes, as data URLs by name. Channels are written above these boxes.
        scale: The scale of the session until now: how wide channels are drawn.
        before: The scene before the edit, whose boxes leave a faint outline where they have changed.
        title: What it is of, where that is not a whole network.
        numbers: Whether channels, sizes and what happens on the way are written, or the names alone.
        tells_scale: Whether it says that boxes are narrower than in other pictures.

    Returns:
        The scene. Where a graph has more boxes than there is room for, alike stacks are drawn once, and repeated groups
        of layers as one box. Its ``scale`` is to be given to the next one.

    Example:
        >>> from encdec_widgets import preset
        >>> drawn = scene(preset("SLEAP medium single").build().blocks)
        >>> [text.text for text in drawn.texts if text.text.startswith("1/")]
        ['1/2', '1/4', '1/8', '1/16']
    """
    graph, stands = folded(graph, width)
    selected = {stands[name] for name in selected if name in stands}
    changed = {stands[name]: words for name, words in (changed or {}).items() if name in stands}
    flags = {stands[name]: remark for name, remark in (flags or {}).items() if name in stands}
    pictures = {name: url for name, url in (pictures or {}).items() if stands.get(name) == name}
    row_of = {name: data["row"] or 0 for name, data in graph.nodes(data=True)}
    column_of = {name: column for column, name in enumerate(graph)}
    label_of = {name: ("⚠ " if name in flags else "") + _label(data) for name, data in graph.nodes(data=True)}
    role_of = roles(graph)
    all_wires = wires(graph, row_of)
    gap_of = gaps(list(graph), all_wires)
    of_rows = _row_labels(graph) if numbers else {}
    label_widths = (
        max(text_width(share, 13, bold=True), text_width(size, 11)) for share, size in of_rows.values()
    )
    left = max(label_widths, default=0.0) + 2 * _EDGE
    at = columns(graph, gap_of, label_of, left + _EDGE, width - _EDGE, scale)
    lane_of = lanes(all_wires, column_of, row_of)
    in_lanes: dict[int, int] = {}
    for wire, lane in lane_of.items():
        row = row_of[wire.source]
        in_lanes[row] = max(in_lanes.get(row, 0), lane + 1)
    groups = parts(graph, role_of)
    low = -height + braces_height(groups, width)
    shrank = tells_scale and at.scale.steps
    note = f"Widths × {at.scale.share:.2g}: the network outgrew the picture" if shrank else ""
    places = rows(graph, row_of, at, in_lanes, -4.0 - _NOTE * bool(title or note), low)

    boxes = {}
    for name, data in graph.nodes(data=True):
        place, (x0, x1) = places[row_of[name]], at.edges[name]
        valued = colouring is None or name in colouring.values
        said = hover_text(
            data, colouring.said(name) if colouring else "", changed.get(name, ""), flags.get(name, "")
        )
        boxes[name] = Box(
            name=name,
            left=x0,
            right=x1,
            top=place.box_top,
            bottom=place.box_bottom,
            depth=at.style.depth,
            fill=colouring.step(name) if colouring else role_of[name],
            hollow=not valued or (colouring is None and not data["parameters"] and data["stage"] != "input"),
            selected=name in selected,
            hover=said,
        )
    lines = tuple(
        line(
            wire,
            boxes[wire.source],
            boxes[wire.target],
            gap_of[wire.target],
            at.style,
            places[row_of[wire.source]].lane(lane_of.get(wire, 0)),
        )
        for wire in all_wires
    )
    marks = tuple(_mark(graph, wire, boxes[wire.target], at) for wire in all_wires if wire.is_skip)

    room = Room(Rect(0, width, 0, -height))
    for box in boxes.values():
        room.take(box.whole.grown(4 if box.selected else 1))
    for way in lines:
        room.take_line(way)
    for mark in marks:
        room.take(mark.rect.grown(1))
    texts = [*_written_rows(of_rows, places, left, room)]
    texts += room.write(Text(title, _EDGE, -11, 13, "text", "start", bold=True))
    texts += room.write(Text(note, width - _EDGE, -11, anchor="end"))
    swatches: tuple[Swatch, ...]
    if colouring is None:
        swatches, words_below = braces(graph, groups, boxes, low, width, room)
    else:
        swatches, words_below = scale_bar(colouring, label_of, left + _EDGE, low, width, room)
    times = {name: f"× {data['times']}" for name, data in graph.nodes(data=True) if "times" in data}
    texts += _names(boxes, label_of, selected, flags, times, room, first=True)
    texts += _numbers(graph, boxes, colouring, pictures, room) if numbers else ()
    texts += _names(boxes, label_of, selected, flags, times, room, first=False)
    chips = _chips(boxes, changed, room)
    texts += _steps(graph, lines, row_of, room) if numbers else ()
    return Scene(
        width=width,
        height=height,
        boxes=boxes,
        lines=lines,
        marks=marks,
        rules=tuple((place.bottom - 1, left, width - _EDGE / 2) for place in places[:-1]),
        swatches=swatches,
        texts=(*texts, *words_below),
        chips=chips,
        before=() if before is None else tuple(_ghosts(before, boxes)),
        pictures=pictures,
        scale=at.scale,
    )


def _mark(graph: "nx.DiGraph[str]", wire: Wire, target: Box, at: Columns) -> Mark:
    radius = at.style.radius
    return Mark(
        kind=wire.kind,
        source=wire.source,
        target=wire.target,
        x=target.left - radius - at.style.pad / 2,
        y=heights(target, at.style)[1],
        radius=radius,
        sign=SIGNS[wire.kind] if radius > 4 else "",
        hover=skip_text(graph, wire.source, wire.target, wire.kind),
    )


def _row_labels(graph: "nx.DiGraph[str]") -> dict[int, tuple[str, str]]:
    """The share of the input's size that each row has, and the size in px."""
    found: dict[int, tuple[str, str]] = {}
    for _, data in graph.nodes(data=True):
        if data["row"] is not None and data["row"] not in found:
            found[data["row"]] = share_text(data["strides"]), size_text(data["shape"], data["strides"])
    return found


def _label(data: Mapping[str, Any]) -> str:
    """The name below a box: without its stack, which is named below all of its boxes."""
    return without_stack(str(data["label"]), data["stack"])


def share_text(strides: Any) -> str:
    """The size of a map as a share of the input's: "1/4" for a stride of 4.

    >>> share_text(4), share_text((1, 2)), share_text(0.5), share_text(1)
    ('1/4', '1 × 1/2', '2', '1')
    """
    if isinstance(strides, tuple):
        return " × ".join(dict.fromkeys(map(share_text, strides)))
    if strides is None or strides == 0:
        return "?"
    return stride_text(1 / strides) if strides != 1 else "1"


def _written_rows(
    labels: Mapping[int, tuple[str, str]], places: list[Row], left: float, room: Room
) -> Iterator[Text]:
    for row, (share, size) in labels.items():
        middle = (places[row].box_top + places[row].box_bottom) / 2
        yield from room.write(Text(share, left - _EDGE, middle + 8, 13, "text", "end", bold=True))
        yield from room.write(Text(size, left - _EDGE, middle - 8, anchor="end"))


def _numbers(
    graph: "nx.DiGraph[str]",
    boxes: Mapping[str, Box],
    colouring: Colouring | None,
    pictures: Collection[str],
    room: Room,
) -> Iterator[Text]:
    """Channels in the boxes or above them; of a colouring, the values above them."""
    for name, box in boxes.items():
        if colouring is None:
            channels = graph.nodes[name]["channels"]
            text = "" if channels is None else str(channels)
            if name not in pictures and fits_inside(text, box.right - box.left, box.top - box.bottom):
                role = "text" if box.hollow else "on_fill"
                yield Text(text, box.x, (box.top + box.bottom) / 2, NUMBER_SIZE, role, bold=True)
                continue
            choices: Iterable[Text] = _above(box, text, NUMBER_SIZE, "text")
        else:
            choices = chain.from_iterable(
                _above(box, colouring.written(name, unit=unit), 11, "text") for unit in (True, False)
            )
        yield from room.write_first(choices)


def _above(box: Box, text: str, size: int, role: str) -> Iterator[Text]:
    y = box.top + box.depth + (5 if box.selected else 2) + 0.6 * size
    middle = Text(text, box.x + box.depth / 2, y, size, role, bold=True)
    yield middle
    yield middle.at(box.left, y, "start")
    yield middle.at(box.right + box.depth, y, "end")


def _names(
    boxes: Mapping[str, Box],
    labels: Mapping[str, str],
    selected: Collection[str],
    flags: Collection[str],
    times: Mapping[str, str],
    room: Room,
    *,
    first: bool,
) -> Iterator[Text]:
    """The names below boxes; first those of boxes that are selected or flagged, or stand for several groups."""
    for name, box in boxes.items():
        if (name in selected or name in flags or name in times) is first:
            role = "text" if name in selected else "warning" if name in flags else "muted"
            text = Text(labels[name], box.x, box.bottom - 11, role=role, bold=name in selected)
            short = "⚠" if name in flags else times.get(name, "")
            yield from room.write_first(_below(text, box, short, room))


def _below(text: Text, box: Box, short: str, room: Room) -> Iterator[Text]:
    """The places for a name below a box, the best ones first, and then for what is said of it at least."""
    for y in (text.y, text.y - _LOWER):
        yield text.at(box.x, y, "middle")
        yield text.at(box.right, y, "end")
        yield text.at(box.left, y, "start")
        yield room.inside(text.at(box.left, y, "start"))
    yield attrs.evolve(text, text=short)


def _chips(boxes: Mapping[str, Box], changed: Mapping[str, str], room: Room) -> tuple[Text, ...]:
    """What an edit changed, beside the boxes that changed most."""
    found: list[Text] = []
    for name, words in changed.items():
        if len(found) < _MOST_CHIPS and name in boxes:
            found += room.write_first(_beside(boxes[name], words))
    return tuple(found)


def _beside(box: Box, words: str) -> Iterator[Text]:
    """The places for what changed of a box: above it, above its number, beside that, and beside its name."""
    above = list(_above(box, words, 11, "accent"))
    yield from above
    for text in above:
        yield text.at(text.x, text.y + 16, text.anchor)
    right, left = box.right + box.depth, box.left
    for by in (4, 12, 20):
        yield above[0].at(right + by, above[0].y, "start")
        yield above[0].at(left - by, above[0].y, "end")
    yield above[0].at(right + 4, box.bottom - 11, "start")
    yield above[0].at(left - 4, box.bottom - 11, "end")


def _steps(
    graph: "nx.DiGraph[str]", lines: tuple[Line, ...], row_of: Mapping[str, int], room: Room
) -> Iterator[Text]:
    """What happens on the way down and on the way up, said once each."""
    for down in (True, False):
        ways = {
            words: way
            for way in reversed(lines)
            if way.kind == "flow" and (words := _step(graph, way, row_of, down=down))
        }
        for words, way in reversed(ways.items()):
            upright = [(a, b) for a, b in zip(way.points, way.points[1:], strict=False) if a[0] == b[0]]
            choices = []
            for (x, y0), (_, y1) in upright:
                for share in (0.6, 0.5, 0.75, 0.4):
                    y = y0 + share * (y1 - y0)
                    choices += [Text(words, x - 5, y, anchor="end"), Text(words, x + 5, y, anchor="start")]
            yield from room.write(*(choices if down else choices[1::2] + choices[::2]))


def _step(graph: "nx.DiGraph[str]", way: Line, row_of: Mapping[str, int], *, down: bool) -> str:
    source, target = (graph.nodes[name] for name in (way.source, way.target))
    if row_of[way.source] == row_of[way.target] or (row_of[way.source] < row_of[way.target]) is not down:
        return ""
    if not source["stride"] or not target["stride"]:
        return ""
    factor = target["stride"] / source["stride"]
    if down:
        return f"{'pool ' if target.get('pools') else ''}÷{stride_text(factor)}"
    return f"×{stride_text(1 / factor)}"


def _ghosts(before: Scene, boxes: Mapping[str, Box]) -> Iterator[Rect]:
    """Outlines of boxes that stand elsewhere now, or are gone."""
    for name, box in before.boxes.items():
        now = boxes.get(name)
        if now is None or now.whole != box.whole:
            yield box.whole
