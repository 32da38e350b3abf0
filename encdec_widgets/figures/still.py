"""Draws a plotly figure's plain data as SVG text, which is shown without a kernel and without a script.

It draws the types of traces that :func:`encdec_widgets.figures.block_figure` uses, wherever they are in the figure. A
saved picture does not know the theme of the page on which it is shown, so it has a pale background of its own.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import attrs

from encdec_widgets.figures.palette import INK, PALE, PAPER

WIDTH = 900
"""Width of the picture, in px."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 10, 10, 34
_ROW_HEIGHT = 84
_HEIGHTS = (120, 480)  # of the part with the boxes
_DASHES = {
    "dash": "7 4",
    "dot": "2 3",
    "dashdot": "7 3 2 3",
    "longdash": "11 5",
    "longdashdot": "11 4 2 4",
}
_TITLE = "Diagram of the network: a box a block, a row a stride, lines for the flow of data and for skips"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"<[^<>]*>")
_LETTER = 0.6  # an average letter's width, in its font's size


def still(figure: dict[str, Any]) -> str:
    """Draw a figure without plotly.

    Args:
        figure: ``{"data": [...], "layout": {...}}`` as :func:`encdec_widgets.figures.block_figure` returns it: scatter
            traces with lines, markers and text, bars, the axes' ranges, the y axis's labels and rectangles.

    Returns:
        An ``<svg>`` element, :data:`WIDTH` px wide. All texts of the figure are escaped.
    """
    layout = figure["layout"]
    place = _place(layout)
    parts = [f'<rect width="{WIDTH}" height="{_number(place.height)}" rx="4" fill="{PAPER}"/>']
    parts += _rows(layout, place)
    traces = [trace for trace in figure["data"] if trace.get("visible", True) is True]
    # As in plotly, bars are below lines, whatever the order of the traces.
    for kind, draw in (("bar", _bars), ("scatter", _scatter)):
        for trace in traces:
            if trace["type"] == kind:
                parts += draw(trace, place)
    parts += _legend(traces, place)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_TITLE}" width="{WIDTH}" '
        f'height="{_number(place.height)}" viewBox="0 0 {WIDTH} {_number(place.height)}" font-family="sans-serif">'
        f"<title>{_TITLE}</title>{''.join(parts)}</svg>"
    )


@attrs.frozen
class _Place:
    """Turns the figure's coordinates into those of the picture."""

    x: Callable[[float], float]
    y: Callable[[float], float]
    height: float


def _place(layout: dict[str, Any]) -> _Place:
    left, right = layout["xaxis"]["range"]
    bottom, top = layout["yaxis"]["range"]
    inner = min(max((top - bottom) * _ROW_HEIGHT, _HEIGHTS[0]), _HEIGHTS[1])
    return _Place(
        x=lambda x: _LEFT + (x - left) / (right - left) * (WIDTH - _LEFT - _RIGHT),
        y=lambda y: _TOP + (top - y) / (top - bottom) * inner,
        height=_TOP + inner + _BOTTOM,
    )


def _rows(layout: dict[str, Any], place: _Place) -> Iterator[str]:
    """The rectangles behind the boxes, and the labels of the rows."""
    for shape in layout.get("shapes", ()):
        if shape["type"] == "rect":
            across = shape.get("xref") == "paper"
            x0, x1 = (_LEFT, WIDTH - _RIGHT) if across else (place.x(shape["x0"]), place.x(shape["x1"]))
            y0, y1 = sorted((place.y(shape["y0"]), place.y(shape["y1"])))
            # Some rows, such as the first, reach beyond the range of the axis.
            y0, y1 = max(y0, _TOP), min(y1, place.height - _BOTTOM)
            yield _rectangle(x0, y0, x1 - x0, y1 - y0, f"fill={_quoted(shape.get('fillcolor', 'none'))}")
    axis = layout["yaxis"]
    for value, text in zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True):
        yield _text(_LEFT - 6, place.y(value), text, 11, anchor="end")


def _bars(trace: dict[str, Any], place: _Place) -> Iterator[str]:
    marker = trace.get("marker", {})
    hatched = marker.get("pattern", {}).get("shape", "")
    if any(_at(hatched, index) for index in range(len(trace["x"]))):
        yield (
            '<defs><pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><path d="M0 0V6" stroke="#000" stroke-opacity="0.22" '
            'stroke-width="3"/></pattern></defs>'
        )
    for index, (x, height) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        base, width = _at(trace.get("base"), index) or 0.0, _at(trace.get("width"), index) or 0.8
        left, right = place.x(x - width / 2), place.x(x + width / 2)
        top, bottom = place.y(base + height), place.y(base)
        box = (left, top, right - left, bottom - top)
        yield _rectangle(*box, f"fill={_quoted(_colour(marker, index))}{_outline(marker, index)}")
        if _at(hatched, index):
            yield _rectangle(*box, 'fill="url(#hatched)"')
        text = _at(trace.get("text"), index)
        if text and text.strip() and trace.get("textposition") != "none":
            font = trace.get("textfont", {})
            letters = max(map(len, _lines(text)))
            room = min(0.95 * (right - left) / (_LETTER * letters or 1), 0.8 * (bottom - top))
            size = min(_at(font.get("size"), index) or 12, room)
            colour = _at(font.get("color"), index) or INK
            yield _text((left + right) / 2, (top + bottom) / 2, text, size, colour)


def _scatter(trace: dict[str, Any], place: _Place) -> Iterator[str]:
    mode = trace.get("mode", "lines")
    points = [
        None if x is None or y is None else (place.x(x), place.y(y))
        for x, y in zip(trace["x"], trace["y"], strict=True)
    ]
    if "lines" in mode and any(points):
        yield f'<path d="{_path(points)}" fill="none" {_stroke(trace.get("line", {}))}/>'
    for index, point in enumerate(points):
        if point is not None and "markers" in mode:
            yield _mark(point, trace.get("marker", {}), index)
        text = _at(trace.get("text"), index)
        if point is not None and "text" in mode and text and text.strip():
            yield _label(point, text, trace, index)


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    path, pen = "", "M"
    for point in points:
        if point is not None:
            path += f"{pen}{_number(point[0])} {_number(point[1])}"
        pen = "M" if point is None else "L"
    return path


def _mark(point: tuple[float, float], marker: dict[str, Any], index: int) -> str:
    radius = (_at(marker.get("size"), index) or 6) / 2
    x, y = map(_number, point)
    symbol = _at(marker.get("symbol"), index) or "circle"
    paint = f"fill={_quoted(_colour(marker, index))}{_outline(marker, index)}"
    r, side = _number(radius), _number(2 * radius)
    if symbol.startswith("diamond"):
        d = _number(1.3 * radius)  # plotly's diamonds are larger by this factor
        return f'<path d="M{x} {y}m-{d} 0l{d} -{d}l{d} {d}l-{d} {d}z" {paint}/>'
    if symbol.startswith("square"):
        return f'<path d="M{x} {y}m-{r} -{r}h{side}v{side}h-{side}z" {paint}/>'
    return f'<circle cx="{x}" cy="{y}" r="{r}" {paint}/>'


def _label(point: tuple[float, float], text: str, trace: dict[str, Any], index: int) -> str:
    font = trace.get("textfont", {})
    size, colour = _at(font.get("size"), index) or 11, _at(font.get("color"), index) or INK
    vertical, _, horizontal = (_at(trace.get("textposition"), index) or "middle center").partition(" ")
    gap = size / 2 + (_at(trace.get("marker", {}).get("size"), index) or 0) / 2
    y = point[1] + {"top": -gap, "bottom": gap}.get(vertical, 0.0)
    return _text(point[0], y, text, size, colour, {"left": "end", "right": "start"}.get(horizontal, "middle"))


def _legend(traces: Sequence[dict[str, Any]], place: _Place) -> Iterator[str]:
    x, y = float(_LEFT), place.height - _BOTTOM / 2
    for trace in traces:
        if trace["type"] == "scatter" and trace.get("showlegend", True) and "lines" in trace.get("mode", ""):
            yield f'<path d="M{_number(x)} {_number(y)}h32" fill="none" {_stroke(trace.get("line", {}))}/>'
            yield _text(x + 38, y, trace["name"], 11, anchor="start")
            x += 38 + _LETTER * 11 * len(trace["name"]) + 16


def _text(x: float, y: float, text: str, size: float, colour: str = INK, anchor: str = "middle") -> str:
    """Lines of text centred at the height ``y``. Of plotly's markup, it understands ``<br>`` and lines in bold."""
    lines = []
    for index, (line, plain) in enumerate(zip(_split(text), _lines(text), strict=True)):
        weight = ' font-weight="bold"' if "<b>" in line else ""
        step = 0.35 - 0.6 * (len(_lines(text)) - 1) if index == 0 else 1.2
        lines.append(f'<tspan x="{_number(x)}" dy="{step:.4g}em"{weight}>{escape(plain)}</tspan>')
    return (
        f'<text y="{_number(y)}" font-size="{_number(size)}" text-anchor="{anchor}" fill={_quoted(colour)}>'
        f"{''.join(lines)}</text>"
    )


def _split(text: str) -> list[str]:
    return re.split(r"<br\s*/?>", text)


def _lines(text: str) -> list[str]:
    """The lines of plotly's text, without markup."""
    return [_NOT_IN_XML.sub("�", html.unescape(_TAG.sub("", line))) for line in _split(text)]


def _rectangle(x: float, y: float, width: float, height: float, paint: str) -> str:
    place = (_number(length) for length in (x, y, width, height))
    return '<rect x="{}" y="{}" width="{}" height="{}" {}/>'.format(*place, paint)


def _stroke(line: dict[str, Any]) -> str:
    dash = _DASHES.get(line.get("dash", "solid"))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke={_quoted(line.get("color", INK))} stroke-width="{_number(line.get("width", 2))}"{dashes}'


def _outline(marker: dict[str, Any], index: int) -> str:
    line = marker.get("line", {})
    width = _at(line.get("width"), index)
    if not width:
        return ""
    return f' stroke={_quoted(_at(line.get("color"), index) or INK)} stroke-width="{_number(width)}"'


def _colour(marker: dict[str, Any], index: int) -> str:
    return str(_at(marker.get("color"), index) or PALE)


def _at(value: Any, index: int) -> Any:
    """The value for one point, of a value for all points or of a list with one for each."""
    return value[index] if isinstance(value, list | tuple) else value


def _quoted(value: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("�", value))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
