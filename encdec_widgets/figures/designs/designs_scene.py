"""Designs as points in a scene: drawn, walked by keys, zoomed and saved as the picture of a network is."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from encdec_widgets.figures.colour_scale import STEPS
from encdec_widgets.figures.designs.axis import Axis
from encdec_widgets.figures.designs.cloud import Cloud, Dot, Shades
from encdec_widgets.figures.parts import Box, Line, Point, Rect, Scene, Swatch, Text, text_width
from encdec_widgets.figures.scale import Scale
from encdec_widgets.figures.shading import frame
from encdec_widgets.figures.writing import Room

ABOUT = "Designs by two of their figures: a square a design, filled on the Pareto front, hollow where it is dominated"
_EDGE = 10.0
_RIGHT = 46.0
"""Free at the right: the tools of the picture stand there."""
_LINE = 17.0
_BELOW = 46.0
_SWATCH = 9.0
_RING = 1.5
"""Between a point on the front and the line around it."""
_SPACE = "\N{NO-BREAK SPACE}"
"""At the sides of what is told of a point: plotly leaves 3 px, which is too little."""
_GAP = 2.0
"""Between words and a line of the grid."""
_LONGEST = 60
_MOST_OF_HEAD = 0.25
"""The share of the height that notes take at most."""


def designs_scene(cloud: Cloud, width: float, height: float) -> Scene:
    """Where everything stands in the picture of designs.

    Args:
        cloud: The designs. Without any, the notes alone are written.
        width: Of the canvas, in px.
        height: Of the canvas, in px.
    """
    x_axis, y_axis = cloud.x_axis, cloud.y_axis
    head = list(_head(cloud, width))[: max(1, int(_MOST_OF_HEAD * height / _LINE))]
    if not cloud.dots:
        return _scene(width, height, {}, texts=tuple(head))
    rows = len({text.y for text in head})
    shades = cloud.shades
    swatches, scale_words = _scale(cloud, shades, -_EDGE - _LINE * (rows + 0.5)) if shades.ends else ((), ())
    top = -_EDGE - _LINE * (rows + bool(swatches)) - 26
    left = _EDGE + max(text_width(y_axis.quantity.written(tick), 11) for tick in y_axis.ticks) + 8
    inside = Rect(left, width - _RIGHT, top, -height + _BELOW)

    def at(dot: Dot) -> tuple[float, float]:
        across, up = x_axis.share(dot.x), y_axis.share(dot.y)
        return (
            inside.left + across * (inside.right - inside.left),
            inside.bottom + up * (inside.top - inside.bottom),
        )

    # What is dominated lies below what is on the front.
    dots = sorted(cloud.dots, key=lambda dot: (dot.x, dot.y, dot.name))
    places = {dot.name: at(dot) for dot in dots}
    boxes = {dot.name: _box(dot, places[dot.name], shades, cloud) for dot in dots}
    room = Room(Rect(0, width, 0, -height))
    for text in (*head, *scale_words):
        room.take(text.rect)
    for box in boxes.values():
        room.take(box.whole.grown(1))
    front = Line("flow", "", "", tuple(_steps(cloud, [places[dot.name] for dot in cloud.front])))
    # What is cheap has the dark colours: on a dark page the front would be what is seen least.
    rings = tuple(
        Line("flow", "", "", tuple(frame(boxes[dot.name].whole.grown(_RING)))) for dot in cloud.front
    )
    room.take_line(front)
    texts = [*head, *scale_words, *_beside_axes(x_axis, y_axis, inside, room)]
    for dot in cloud.front:
        texts += room.write_first(_names(dot, boxes[dot.name]))
    written = [text.rect for text in texts]
    columns = tuple(
        Line("possible", "", "", ((x, low), (x, high)))
        for x, _ in _ticks_across(x_axis, inside)
        for low, high in _between(
            (inside.bottom, inside.top),
            ((rect.bottom, rect.top) for rect in written if rect.left < x < rect.right),
        )
    )
    return _scene(
        width,
        height,
        boxes,
        lines=(*columns, front, *rings),
        rules=(
            *(
                (y, left, right)
                for y, _ in _ticks_up(y_axis, inside)
                for left, right in _between(
                    (inside.left, inside.right),
                    ((rect.left, rect.right) for rect in written if rect.bottom < y < rect.top),
                )
            ),
            (inside.bottom, inside.left, inside.right),
        ),
        swatches=swatches,
        texts=tuple(texts),
    )


def _scene(width: float, height: float, boxes: dict[str, Box], **parts: Any) -> Scene:
    empty: dict[str, Any] = dict.fromkeys(("lines", "marks", "rules", "swatches", "texts"), ())
    return Scene(width=width, height=height, boxes=boxes, scale=Scale(), about=ABOUT, **{**empty, **parts})


def _between(line: tuple[float, float], gaps: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The parts of a line that lie outside of some gaps, so that it does not run through words."""
    start, end = line
    for low, high in sorted(gaps):
        if start < min(low - _GAP, end):
            yield start, min(low - _GAP, end)
        start = max(start, high + _GAP)
    if start < end:
        yield start, end


def _steps(cloud: Cloud, points: Sequence[Point]) -> Iterator[Point]:
    """The front from left to right, in steps: of each place along x, the best that there is of y."""
    for point, after in zip(points, (*points[1:], None), strict=True):
        yield point
        if after is not None:
            yield (after[0], point[1]) if cloud.x.better == "low" else (point[0], after[1])


def _head(cloud: Cloud, width: float) -> Iterator[Text]:
    """The notes, in as many lines as they take."""
    y = -_EDGE - _LINE / 2
    for number, note in enumerate(cloud.notes):
        size, bold = (13, True) if not number else (11, False)
        line = ""
        for word in (*note.split(), None):
            longer = f"{line} {word}".strip()
            if word is not None and text_width(longer, size, bold=bold) <= width - 2 * _EDGE:
                line = longer
                continue
            yield Text(line, _EDGE, y, size, "text" if bold else "muted", "start", bold=bold)
            line, y = word or "", y - _LINE


def _scale(cloud: Cloud, shades: Shades, y: float) -> tuple[tuple[Swatch, ...], tuple[Text, ...]]:
    """The colours of the third figure, between the numbers at their ends."""
    assert cloud.third is not None
    assert shades.ends is not None
    least, most = map(cloud.third.written, shades.ends)
    words = Text(f"Colour and size: {cloud.third.label}", _EDGE, y, 11, "text", "start")
    first = Text(least, words.rect.right + 10, y, 11, "muted", "start")
    start = first.rect.right + 6
    swatches = tuple(
        Swatch(Rect(start + _SWATCH * step, start + _SWATCH * (step + 1), y + 5, y - 5), f"value {step}")
        for step in range(STEPS)
    )
    return swatches, (words, first, Text(most, start + _SWATCH * STEPS + 6, y, 11, "muted", "start"))


def _box(dot: Dot, place: tuple[float, float], shades: Shades, cloud: Cloud) -> Box:
    half, (x, y) = shades.side(dot) / 2, place
    lines = (dot.label, *dot.words, "On the Pareto front" if dot.on_front else "Dominated")
    return Box(
        name=dot.name,
        left=x - half,
        right=x + half,
        top=y + half,
        bottom=y - half,
        depth=0.0,
        fill=shades.fill(dot),
        hollow=not dot.on_front,
        selected=dot.current,
        hover="<br>".join(f"{_SPACE}{escape(line)}{_SPACE}" for line in lines),
    )


def _ticks_across(axis: Axis, inside: Rect) -> list[tuple[float, float]]:
    return [(inside.left + axis.share(tick) * (inside.right - inside.left), tick) for tick in axis.ticks]


def _ticks_up(axis: Axis, inside: Rect) -> list[tuple[float, float]]:
    return [(inside.bottom + axis.share(tick) * (inside.top - inside.bottom), tick) for tick in axis.ticks]


def _beside_axes(x_axis: Axis, y_axis: Axis, inside: Rect, room: Room) -> Iterator[Text]:
    """The numbers of both axes, and what they are."""
    yield from room.write(
        Text(f"↑ {y_axis.quantity.title}", inside.left, inside.top + 14, 12, "text", "start", bold=True)
    )
    yield from room.write(
        Text(f"{x_axis.quantity.title} →", inside.right, inside.bottom - 33, 12, "text", "end", bold=True)
    )
    for y, tick in _ticks_up(y_axis, inside):
        yield from room.write(Text(y_axis.quantity.written(tick), inside.left - 6, y, anchor="end"))
    for x, tick in _ticks_across(x_axis, inside):
        text = Text(x_axis.quantity.written(tick), x, inside.bottom - 14)
        yield from room.write(text, room.inside(text))


def _names(dot: Dot, box: Box) -> Iterator[Text]:
    """The places for the name of a design on the front, and then for its short one: at its sides, above and below."""
    middle = (box.top + box.bottom) / 2
    for words in filter(None, (dot.label, dot.short)):
        name = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
        text = Text(name, box.x, box.top + 10, 11, "accent" if dot.current else "text", bold=dot.current)
        yield text.at(box.right + 9, middle, "start")
        yield text.at(box.left - 9, middle, "end")
        yield text
        yield text.at(box.x, box.bottom - 10, "middle")
        yield text.at(box.left, box.top + 10, "start")
        yield text.at(box.left, box.bottom - 10, "start")
        yield text.at(box.right, box.top + 10, "end")
        yield text.at(box.right, box.bottom - 10, "end")
