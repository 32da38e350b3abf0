"""A scene as SVG text, which is shown without a kernel and without a script, and can be taken away as a file.

A saved picture does not know the theme of the page on which it is shown, so it has a background of its own.
"""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from encdec_widgets.figures.box_pictures import pictures_in
from encdec_widgets.figures.palette import LIGHT, Palette
from encdec_widgets.figures.parts import Box, Line, Mark, Point, Rect, Scene, Text, text_width
from encdec_widgets.figures.shading import (
    DARKER,
    DASHES,
    EMPTY,
    LIGHTER,
    Shade,
    colour_of,
    edge_of,
    faces,
    frame,
    sides,
    tops,
)

_SVG_DASHES = {"solid": "", "dash": "7 4", "dot": "2 3", "longdashdot": "11 4 2 4"}
_SIZE, _LINE, _EDGE = 12.0, 18.0, 10.0
"""Of a caption, in px: its letters, its lines, and the room around it."""
_ANCHOR = "middle"
"""Of most texts; it stands once, for all of them."""
_QUOTES = {'"': "&quot;"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def still(
    scene: Scene,
    palette: Palette = LIGHT,
    *,
    background: bool = True,
    caption: str = "",
    mm_per_px: float | None = None,
) -> str:
    """Draw a scene without plotly.

    Args:
        scene: What :func:`encdec_widgets.figures.scene.scene` returns.
        palette: The colours.
        background: Whether the page's colour lies under it; otherwise what lies under the picture is seen.
        caption: A text below the picture, in as many lines as it takes.
        mm_per_px: How large a px is where the picture has a size in mm; None for a size in px, as on a page.

    Returns:
        An ``<svg>`` element as large as the scene, with its caption. All texts are escaped. A box has the name of its
        node as ``data-box``.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.figures.scene import scene
        >>> still(scene(preset("SLEAP centroid").build().blocks)).count("data-box=")
        11
    """
    said_below = list(_lines(caption, scene.width - 2 * _EDGE))
    tall = scene.height + (_EDGE + _LINE * len(said_below) if said_below else 0)
    width, height = _number(scene.width), _number(tall)
    parts = [f'<rect width="{width}" height="{height}" rx="4" fill="{palette.page}"/>'] if background else []
    for y, start, end in scene.rules:
        parts.append(_path([(start, y), (end, y)], palette.divider, 1))
    parts += (_rect(swatch.rect, colour_of(swatch.fill, palette)) for swatch in scene.swatches)
    for box in scene.boxes.values():
        parts += _box(box, palette)
    parts += pictures_in(scene)
    parts += (_path(frame(rect), palette.accent, 2) for rect in scene.outlines)
    for line in scene.lines:
        parts += _line(line, palette)
    parts += (_mark(mark, palette) for mark in scene.marks)
    parts += (_text(text, palette) for text in (*scene.texts, *scene.chips))
    for number, words in enumerate(said_below):
        y = scene.height + _LINE * (number + 0.5)
        parts.append(_written(words, _EDGE, -y, _SIZE, palette.text, "start", bold=False))
    said = f"{scene.about}. {escape(_NOT_IN_XML.sub('�', caption), _QUOTES)}" if caption else scene.about
    sizes = (
        _number(side) if mm_per_px is None else f"{side * mm_per_px:.2f}mm" for side in (scene.width, tall)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" width="{}" height="{}" '.format(
            said, *sizes
        )
        + f'viewBox="0 0 {width} {height}" font-family="sans-serif" text-anchor="{_ANCHOR}">'
        + f"<title>{said}</title>{''.join(parts)}</svg>"
    )


def _lines(text: str, width: float) -> Iterator[str]:
    """A text in lines that are no longer than a width, in px."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, _SIZE) > width:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line


def _box(box: Box, palette: Palette) -> Iterator[str]:
    fill, edge = _quoted(colour_of(box.fill, palette)), edge_of(box.fill, palette)
    stroke = f' stroke="{edge}"' if edge else ""
    yield f"<path data-box={_quoted(box.name)} d={_outline_of(faces(box))} fill={fill}{stroke}/>"
    shades: tuple[tuple[Iterable[Point], Shade], ...] = ((tops(box), LIGHTER), (sides(box), DARKER))
    for points, shade in shades:
        yield f'<path d={_outline_of(points)} fill="{shade.colour}" fill-opacity="{shade.opacity}"/>'
    if box.hollow:
        yield f'<path d={_outline_of(EMPTY.inside(box))} fill="{palette.page}" fill-opacity="{EMPTY.opacity}"/>'


def _line(line: Line, palette: Palette) -> Iterator[str]:
    look = DASHES[line.kind]
    colour = colour_of(look.role, palette)
    yield _path(line.points, colour, look.width, look.dash)
    if line.head:
        yield f'<path d={_outline_of(line.head)} fill="{colour}"/>'


def _mark(mark: Mark, palette: Palette) -> str:
    look = DASHES[mark.kind]
    colour = colour_of(look.role, palette)
    dash = ' stroke-dasharray="2 3"' if look.dash == "dot" and mark.kind == "possible" else ""
    circle = (
        f'<circle cx="{_number(mark.x)}" cy="{_number(-mark.y)}" r="{_number(mark.radius)}" '
        f'fill="{palette.page}" stroke="{colour}" stroke-width="1.5"{dash}/>'
    )
    return circle + _written(mark.sign, mark.x, mark.y, 11, colour, "middle", bold=True)


def _text(text: Text, palette: Palette) -> str:
    return _written(
        text.text, text.x, text.y, text.size, colour_of(text.role, palette), text.anchor, bold=text.bold
    )


def _written(text: str, x: float, y: float, size: float, colour: str, anchor: str, *, bold: bool) -> str:
    if not text:
        return ""
    weight = ' font-weight="600"' if bold else ""
    start = "" if anchor == _ANCHOR else f' text-anchor="{anchor}"'
    return (
        f'<text x="{_number(x)}" y="{_number(-y + 0.35 * size)}" font-size="{_number(size)}"'
        f'{start}{weight} fill="{colour}">{escape(_NOT_IN_XML.sub("�", text))}</text>'
    )


def _rect(rect: Rect, colour: str) -> str:
    place = (rect.left, -rect.top, rect.right - rect.left, rect.top - rect.bottom)
    return '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'.format(*map(_number, place), colour)


def _path(points: Iterable[Point], colour: str, width: float, dash: str = "solid") -> str:
    dashes = f' stroke-dasharray="{_SVG_DASHES[dash]}"' if _SVG_DASHES[dash] else ""
    return (
        f'<path d="{_along(points)}" fill="none" stroke="{colour}" stroke-width="{_number(width)}"{dashes}/>'
    )


def _outline_of(points: Iterable[Point]) -> str:
    return f'"{_along(points)}Z"'


def _along(points: Iterable[Point]) -> str:
    """A way through points, written as short as SVG allows: H and V are lines along one axis."""
    (x, y), *rest = ((_number(x), _number(-y)) for x, y in points)
    parts = [f"M{x} {y}"]
    for to_x, to_y in rest:
        parts.append(f"H{to_x}" if to_y == y else f"V{to_y}" if to_x == x else f"L{to_x} {to_y}")
        x, y = to_x, to_y
    return "".join(parts)


def _quoted(value: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("�", value))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
