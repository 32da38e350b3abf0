"""The parts of the glossary's pictures, in SVG: boxes, lines, words and grids of numbers."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import attrs
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from encdec_widgets.figures.charts.png import png_url
from encdec_widgets.figures.palette import on_page
from encdec_widgets.figures.parts import text_width
from encdec_widgets.formatting import number_text

WIDTH, HEIGHT = 240, 128
"""In px, as all lengths here."""
LETTERS = 11.0

Place = tuple[int, int]


@attrs.frozen
class Picture:
    """A small picture.

    Attributes:
        title: What it is of.
        caption: What it shows, in a sentence with the numbers of what it was computed from.
        parts: What is drawn, in SVG.
    """

    title: str
    caption: str
    parts: Markup = attrs.field(repr=False)

    @property
    def svg(self) -> Markup:
        """An ``<svg>`` element, whose colours are those of the page; screen readers read title and caption."""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}" '
            'font-family="inherit" '
            'font-size="{2:g}" text-anchor="middle" fill="{3}"><title>{4}</title><desc>{5}</desc>{6}</svg>'
        ).format(WIDTH, HEIGHT, LETTERS, on_page("text"), self.title, self.caption, self.parts)


def picture(title: str, caption: str, parts: Iterable[Markup]) -> Picture:
    """Put parts together."""
    return Picture(title, caption, Markup().join(parts))


def box(
    x: float, y: float, width: float, height: float, fill: str = "", edge: str = "border", more: str = ""
) -> Markup:
    """A rectangle by its upper left corner; ``fill`` and ``edge`` are roles of the palette, "" for none.

    Args:
        x: Of its left side.
        y: Of its upper side.
        width: Of it.
        height: Of it.
        fill: What its colour stands for.
        edge: What the colour of its border stands for.
        more: "dash" for a dashed border, "thick" for a thick one, "faint" for a faint filling.
    """
    look = {"dash": ' stroke-dasharray="3 2"', "thick": ' stroke-width="2"', "faint": ' fill-opacity="0.3"'}
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"{}/>').format(
        *map(_number, (x, y, width, height)), _colour(fill), _colour(edge), Markup(look.get(more, ""))
    )


def words(
    x: float, y: float, text: str, *, anchor: str = "middle", role: str = "text", bold: bool = False
) -> Markup:
    """A text whose letters stand on the line ``y``."""
    start = "" if anchor == "middle" else Markup(' text-anchor="{}"').format(anchor)
    colour = "" if role == "text" else Markup(' fill="{}"').format(on_page(role))
    weight = Markup(' font-weight="600"') if bold else ""
    return Markup('<text x="{}" y="{}"{}{}{}>{}</text>').format(
        _number(x), _number(y), start, colour, weight, text
    )


def line(
    points: Sequence[tuple[float, float]],
    role: str = "border",
    *,
    width: float = 1.5,
    dash: bool = False,
    head: bool = False,
) -> Markup:
    """Straight lines from point to point, with an arrow's head at the end if asked for."""
    way = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
    drawn = Markup('<path d="M{}" fill="none" stroke="{}" stroke-width="{:g}"{}/>').format(
        way, on_page(role), width, Markup(' stroke-dasharray="4 3"') if dash else ""
    )
    return drawn + arrow_head(points[-2], points[-1], role) if head else drawn


def arrow_head(start: tuple[float, float], end: tuple[float, float], role: str) -> Markup:
    """The head of an arrow that comes from ``start`` and ends at ``end``."""
    along = np.subtract(end, start)
    along = along / max(float(np.hypot(*along)), 1e-9)
    across = np.array([-along[1], along[0]])
    corners = [np.array(end), *(np.array(end) - 6 * along + side * 3 * across for side in (1, -1))]
    way = "L".join(f"{_number(x)} {_number(y)}" for x, y in corners)
    return Markup('<path d="M{}Z" fill="{}"/>').format(way, on_page(role))


def grid(
    values: NDArray[Any],
    x: float,
    y: float,
    cell: float,
    *,
    role: str = "encoder",
    marked: Collection[Place] = (),
    numbers: bool = True,
    most: float | None = None,
) -> Markup:
    """A map as squares, the fuller the higher its values; each with its number if there is room.

    Args:
        values: The map, (height, width).
        x: Of its left side.
        y: Of its upper side.
        cell: The side of a square.
        role: What its colour stands for.
        marked: The squares, by row and column, that get a thick border.
        numbers: Whether numbers are written.
        most: The value of a full square; the highest if left out.
    """
    highest = float(np.abs(values).max()) if most is None else most
    parts = []
    for (row, column), value in np.ndenumerate(values):
        share = 0.55 * min(abs(float(value)) / (highest or 1), 1.0)
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="{:.2g}"/>').format(
                *map(_number, (x + column * cell, y + row * cell, cell, cell)), on_page(role), share
            )
        )
    height, width = values.shape
    lines = [f"M{_number(x)} {_number(y + r * cell)}h{_number(width * cell)}" for r in range(height + 1)]
    lines += [f"M{_number(x + c * cell)} {_number(y)}v{_number(height * cell)}" for c in range(width + 1)]
    parts.append(Markup('<path d="{}" fill="none" stroke="{}"/>').format("".join(lines), on_page("divider")))
    parts += [box(x + c * cell, y + r * cell, cell, cell, "", "accent", "thick") for r, c in marked]
    if numbers:
        parts += [
            words(x + (c + 0.5) * cell, y + (r + 0.5) * cell + 4, _short(float(value)))
            for (r, c), value in np.ndenumerate(values)
        ]
    return Markup().join(parts)


def image(
    pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float, *, frame: bool = True
) -> Markup:
    """Pixels as a picture whose squares stay square."""
    drawn = Markup(
        '<image x="{}" y="{}" width="{}" height="{}" preserveAspectRatio="none" '
        'style="image-rendering:pixelated" href="{}"/>'
    ).format(*map(_number, (x, y, width, height)), png_url(pixels))
    return drawn + box(x, y, width, height) if frame else drawn


def overlay(url: str, x: float, y: float, width: float, height: float) -> Markup:
    """A picture that is given as a data URL, over what is there."""
    return Markup('<image x="{}" y="{}" width="{}" height="{}" href="{}"/>').format(
        *map(_number, (x, y, width, height)), url
    )


def pixels_of(mask: NDArray[np.bool_], x: float, y: float, side: float, role: str) -> Markup:
    """The pixels of a mask in one colour; runs of a row are one part."""
    each = side / mask.shape[0]
    way = []
    for number, row in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
        for start, end in edges.reshape(-1, 2):
            way.append(
                f"M{_number(x + start * each)} {_number(y + number * each)}h{_number((end - start) * each)}"
            )
            way.append(f"v{_number(each)}h{_number((start - end) * each)}z")
    return Markup('<path d="{}" fill="{}"/>').format("".join(way), on_page(role))


def rows_of_bars(labels: Sequence[str], values: Sequence[float], texts: Sequence[str], role: str) -> Markup:
    """Horizontal bars over the whole picture, one under the other, on one scale from 0."""
    left = max(text_width(label, LETTERS) for label in labels) + 6
    right = WIDTH - max(text_width(text, LETTERS) for text in texts) - 6
    step = min(HEIGHT / len(values), 22.0)
    top = (HEIGHT - step * len(values)) / 2
    most = max(values) or 1
    parts = []
    for number, (label, value, text) in enumerate(zip(labels, values, texts, strict=True)):
        y = top + number * step
        length = (right - left) * value / most
        parts += [
            words(left - 4, y + step / 2 + 4, label, anchor="end"),
            box(left, y + 0.15 * step, length, 0.7 * step, role, "", "faint"),
            line([(left, y + 0.15 * step), (left, y + 0.85 * step)], "border"),
            words(left + length + 4, y + step / 2 + 4, text, anchor="start"),
        ]
    return Markup().join(parts)


def columns_of_bars(
    values: Sequence[float], x: float, y: float, width: float, height: float, role: str
) -> Markup:
    """Columns that stand on the line ``y``, side by side, on one scale from 0."""
    each, most = width / len(values), max(values) or 1
    way = "".join(
        f"M{_number(x + i * each)} {_number(y)}v{_number(-height * value / most)}h{_number(0.85 * each)}V{_number(y)}"
        for i, value in enumerate(values)
    )
    bars = Markup('<path d="{}" fill="{}" fill-opacity="0.6"/>').format(way, on_page(role))
    return bars + line([(x, y), (x + width, y)])


def curve(points: Sequence[tuple[float, float]], x: float, y: float, width: float, height: float) -> Markup:
    """A curve over its axes, from the lower left corner (x, y), on scales that both begin at 0."""
    most_x, most_y = (max(point[axis] for point in points) or 1 for axis in (0, 1))
    way = [(x + width * px / most_x, y - height * py / most_y) for px, py in points]
    return Markup().join([line([(x, y - height), (x, y), (x + width, y)]), line(way, "accent", width=2)])


def _colour(role: str) -> str:
    return on_page(role) if role else "none"


def _short(value: float) -> str:
    return number_text(round(value, 1)).replace("-", "−").replace("0.", ".")


def _number(value: float) -> str:
    return f"{value + 0.0:.1f}".removesuffix(".0")
