"""Small SVG charts, one under the other: how several quantities depend on the value of one field."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.architectures.fields.described import is_number
from encdec_widgets.figures.palette import on_page
from encdec_widgets.formatting import value_text

_INK, _PAPER, _LINE, _AXIS, _WARNING = (
    on_page(role) for role in ("text", "page", "accent", "border", "warning")
)

# All in px.
WIDTH = 236
_LEFT, _RIGHT = 6, WIDTH - 52  # ends of the curves; their values are written to the right of them
_ROW, _TOP, _BASE = 54, 20, 48  # height of a chart, and where the greatest value and 0 lie in it
_FOOT = 14
_LETTER = 5.8  # about as wide as one is
_LONGEST = 14  # letters of a value
_HATCHED = 12  # px over a limit in which its name has room
_NEAR = 1.5
"""A limit that is so many times the greatest value is drawn; one that is further away would flatten the curve."""

_NOTHING = Markup("")


def _tuple(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(values)


def _set(indices: Iterable[int]) -> frozenset[int]:
    return frozenset(indices)


@attrs.frozen(kw_only=True)
class Axis:
    """The values of the field, which all charts share.

    Attributes:
        title: Name of the field.
        values: The values that were tried, in order.
        current: Index of the value that the field has now.
        impossible: Indices of values for which there is no network.
        pending: Indices of values whose networks are not built yet.
    """

    title: str
    values: tuple[Any, ...] = attrs.field(converter=_tuple)
    current: int
    impossible: frozenset[int] = attrs.field(default=(), converter=_set)
    pending: frozenset[int] = attrs.field(default=(), converter=_set)

    @property
    def of_numbers(self) -> bool:
        """Whether the field also has values between these, so that a line may join them."""
        return all(map(is_number, self.values))

    def places(self) -> list[float]:
        """The position of each value on the axis, from 0 to 1."""
        if len(self.values) == 1:
            return [0.5]
        if not self.of_numbers:
            return [i / (len(self.values) - 1) for i in range(len(self.values))]
        low, high = min(self.values), max(self.values)
        return [(number - low) / (high - low) for number in self.values]


@attrs.frozen
class Limit:
    """How much of a quantity there is: a line in its chart, over which values do not fit.

    Attributes:
        value: As much.
        text: The same as text, with its unit.
    """

    value: float
    text: str


@attrs.frozen(kw_only=True)
class Curve:
    """One quantity.

    Attributes:
        title: Its name, such as "parameters", with its unit if ``text`` writes none.
        values: The quantity at each value of the field; None where there is no number.
        text: Writes a number as text, with its unit.
        estimate: Whether it is an estimate; otherwise it is exact.
        instead: Words in place of a number, such as "whole image", by the index in ``values``.
        limit: How much of it there is; None where that is not asked.
    """

    title: str
    values: tuple[float | None, ...] = attrs.field(converter=_tuple)
    text: Callable[[float], str]
    estimate: bool = False
    instead: Mapping[int, str] = attrs.field(factory=dict)
    limit: Limit | None = None

    @property
    def name(self) -> str:
        """The title, with the mark of an estimate."""
        return f"{self.title} (estimate)" if self.estimate else self.title

    def written(self, value: float) -> str:
        """A value as it is written, with the mark of an estimate."""
        return f"≈ {self.text(value)}" if self.estimate else self.text(value)

    def known(self) -> list[tuple[int, float]]:
        """The values that are known, each with its index."""
        return [(i, value) for i, value in enumerate(self.values) if value is not None]

    def over(self) -> list[int]:
        """The indexes of the values that are over the limit."""
        return [i for i, value in self.known() if self.limit is not None and value > self.limit.value]


def places_of(axis: Axis) -> list[float]:
    """Where the values of the field lie in the drawing, in px from its left edge."""
    return [_LEFT + place * (_RIGHT - _LEFT) for place in axis.places()]


def readings(axis: Axis, charts: Sequence[Curve]) -> list[str]:
    """What the charts show at each value of the field, in words.

    Args:
        axis: The values of the field.
        charts: The quantities.

    Returns:
        A text for each value, such as "filters 24: 4.39 M parameters, 236 px receptive field".
    """
    return [_reading(axis, charts, i) for i in range(len(axis.values))]


def _reading(axis: Axis, charts: Sequence[Curve], i: int) -> str:
    at = f"{axis.title} {value_text(axis.values[i])}"
    if i in axis.impossible:
        return f"{at}: not possible"
    if i in axis.pending:
        return f"{at}: being computed"
    return f"{at}: {', '.join(f'{curve.title} {_cell_in_full(axis, curve, i)}' for curve in charts)}"


def curves(axis: Axis, charts: Sequence[Curve]) -> Markup:
    """Draw each quantity from 0 to its greatest value, and mark the present value of the field in every chart.

    Args:
        axis: The values of the field.
        charts: The quantities.

    Returns:
        An ``<svg>``, ``WIDTH`` px wide, with a label that says in words what it shows. Colours are those of
        JupyterLab's theme, light or dark; titles and values are escaped.
    """
    height = _ROW * len(charts) + _FOOT
    xs = places_of(axis)
    parts = [part for row, curve in enumerate(charts) for part in _chart(axis, curve, xs, _ROW * row)]
    return Markup(
        '<svg role="img" aria-label="{words}" width="{width}" height="{height}" '
        'viewBox="0 0 {width} {height}" style="display:block; font:11px var(--jp-ui-font-family, sans-serif); '
        'fill:{ink}; font-variant-numeric:tabular-nums">{parts}</svg>'
    ).format(
        words=_in_words(axis, charts),
        width=WIDTH,
        height=height,
        ink=_INK,
        parts=_NOTHING.join((*parts, *_foot(axis, xs, height))),
    )


def values_table(axis: Axis, charts: Sequence[Curve]) -> Markup:
    """A table of all that the charts show, folded until it is opened: for those who cannot see them, and for copying.

    Args:
        axis: The values of the field.
        charts: The quantities, a column each.

    Returns:
        A ``<details>`` element, which scrolls if it is wider than the page.
    """
    head = _NOTHING.join(
        Markup('<th scope="col">{}</th>').format(name)
        for name in (axis.title, *(curve.title for curve in charts))  # estimates are marked in every cell
    )
    rows = []
    for i, value in enumerate(axis.values):
        now = i == axis.current
        title = f"{value_text(value)}, now" if now else value_text(value)
        cells = _NOTHING.join(Markup("<td>{}</td>").format(_cell_in_full(axis, curve, i)) for curve in charts)
        weight = Markup(' style="font-weight:600"') if now else ""
        rows.append(Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(weight, title, cells))
    return Markup(
        "<details><summary>All values as a table</summary>"
        '<div role="region" aria-label="{title}: all values" tabindex="0" '
        'style="overflow-x:auto"><table style="border-spacing:1px 0; font:10px var(--jp-ui-font-family, sans-serif); '
        'color:{ink}; font-variant-numeric:tabular-nums; text-align:right"><thead><tr>{head}</tr></thead>'
        "<tbody>{rows}</tbody></table></div></details>"
    ).format(title=axis.title, ink=_INK, head=head, rows=_NOTHING.join(rows))


def _chart(axis: Axis, curve: Curve, xs: Sequence[float], top: float) -> Iterator[Markup]:
    known = curve.known()
    most = max((value for _, value in known), default=0.0)
    if curve.limit is not None and most < curve.limit.value <= _NEAR * most:
        most = curve.limit.value
    base, height = top + _BASE, _BASE - _TOP
    points = {i: (xs[i], base - height * (value / most if most else 0)) for i, value in known}
    if curve.limit is not None and curve.limit.value <= most:
        yield from _limit(curve.limit, base - height * curve.limit.value / most, base - height, points)
    yield _text(0, top + 11, curve.name)
    yield _text(WIDTH, top + 11, _cell(axis, curve, axis.current), "text-anchor:end; font-weight:600")
    yield _stroke(f"M{_LEFT - 4} {base}H{_RIGHT + 4}", _AXIS)
    now = xs[axis.current]
    yield _stroke(f"M{now:.1f} {top + _TOP - 3}V{base}", _INK, "stroke-dasharray:3 2")
    if known:
        yield _text(WIDTH, top + _TOP + 8, curve.text(most), "text-anchor:end; font-size:10px")
        yield _text(WIDTH, base, "0", "text-anchor:end; font-size:10px")
    if axis.of_numbers:
        lines = ("L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in _runs(points))
        yield _stroke("".join(f"M{line}" for line in lines), _LINE, "stroke-width:1.5")
    else:
        yield _stroke(
            "".join(f"M{x:.1f} {base}V{y:.1f}" for x, y in points.values()), _LINE, "stroke-width:3"
        )
    yield from _dots(points, axis.current, lambda i: _point_in_words(axis, curve, i))
    for i in sorted(axis.impossible):
        yield _cross(xs[i], base - 5, f"{axis.title} {value_text(axis.values[i])}: not possible")


def _limit(limit: Limit, y: float, top: float, points: Mapping[int, tuple[float, float]]) -> Iterator[Markup]:
    """The line of a limit, its name at the end that is further from the curve, and the area over it, hatched."""
    left, right = _LEFT - 4, _RIGHT + 4
    hatches = [
        (max(x, left), y - max(left - x, 0), min(x + y - top, right)) for x in range(left - _BASE, right, 6)
    ]
    over = "".join(f"M{x} {at:.1f}L{end:.1f} {at - end + x:.1f}" for x, at, end in hatches if x < end)
    yield _stroke(over, _WARNING, "opacity:0.4")
    yield _stroke(f"M{left} {y:.1f}H{right}", _WARNING, "stroke-width:1.5; stroke-dasharray:6 2")
    away = [abs(points[i][1] - y) for i in (min(points), max(points))]
    x, anchor = (left, "start") if away[0] > away[1] else (right, "end")
    halo = f"paint-order:stroke; stroke:{_PAPER}; stroke-width:3px"
    look = f"text-anchor:{anchor}; font-size:10px; font-weight:600; {halo}"
    yield _text(x, y - 3 if y - top > _HATCHED else y + 10, limit.text, look)


def _cell(axis: Axis, curve: Curve, i: int) -> str:
    """A quantity at one of the values of the field; in words if there is no number."""
    value = curve.values[i]
    if value is not None:
        return curve.written(value)
    if i in curve.instead:
        return curve.instead[i]
    if i in axis.impossible:
        return "not possible"
    return "…" if i in axis.pending else "not known"


def _cell_in_full(axis: Axis, curve: Curve, i: int) -> str:
    """The same, and whether it is over the limit."""
    cell = _cell(axis, curve, i)
    return f"{cell} (more than {curve.limit.text})" if curve.limit and i in curve.over() else cell


def _runs(points: dict[int, tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Runs of points at neighbouring values, so that no line is drawn across a missing point."""
    order = sorted(points)
    for _, run in groupby(enumerate(order), key=lambda pair: pair[1] - pair[0]):
        yield [points[i] for _, i in run]


def _foot(axis: Axis, xs: Sequence[float], height: float) -> Iterator[Markup]:
    """The value that the field has now, and the first and the last value if there is room beside it."""
    texts = [_short(value_text(value)) for value in axis.values]
    y, now = height - 3, axis.current
    half = _LETTER * len(texts[now]) / 2 + 1
    middle = min(max(xs[now], half), WIDTH - half)
    yield _text(middle, y, texts[now], "text-anchor:middle; font-weight:600")
    if now != 0 and _LETTER * len(texts[0]) + 4 < middle - half:
        yield _text(0, y, texts[0])
    end = _RIGHT + 4
    if now != len(texts) - 1 and middle + half < end - _LETTER * len(texts[-1]) - 4:
        yield _text(end, y, texts[-1], "text-anchor:end")


def _in_words(axis: Axis, charts: Iterable[Curve]) -> str:
    texts = list(map(value_text, axis.values))
    said = [f"{axis.title} is {texts[axis.current]}; shown from {texts[0]} to {texts[-1]}."]
    for curve in charts:
        known = [i for i, value in enumerate(curve.values) if value is not None or i in curve.instead]
        told = dict.fromkeys([*known[:1], *(i for i in known if i == axis.current), *known[-1:]])
        words = [f"{_cell(axis, curve, i)} {'now, ' if i == axis.current else ''}at {texts[i]}" for i in told]
        said.append(f"{curve.name}: {', '.join(words) or _cell(axis, curve, axis.current)}.")
        if curve.limit is not None and known:
            over = ", ".join(texts[i] for i in curve.over())
            said.append(f"More than {curve.limit.text}: {over or 'none of these'}.")
    if axis.impossible:
        said.append(f"Not possible: {', '.join(texts[i] for i in sorted(axis.impossible))}.")
    return " ".join(said)


def _point_in_words(axis: Axis, curve: Curve, i: int) -> str:
    return f"{axis.title} {value_text(axis.values[i])}: {_cell_in_full(axis, curve, i)}, {curve.name}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _text(x: float, y: float, text: str, style: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" style="{}">{}</text>').format(x, y, style, text)


def _stroke(path: str, colour: str, style: str = "") -> Markup:
    way = Markup('<path d="{}" style="fill:none; stroke:{}; {}"/>')
    return way.format(path, colour, style) if path else _NOTHING


def _dots(
    points: Mapping[int, tuple[float, float]], now: int, words: Callable[[int], str]
) -> Iterator[Markup]:
    """Hollow dots, and a larger, filled dot at the present value. The area that reacts to the mouse is larger."""
    yield _group(f"fill:{_PAPER}; stroke:{_LINE}", (_circle(*p, 2) for i, p in points.items() if i != now))
    if now in points:
        yield _group(f"fill:{_INK}; stroke:{_PAPER}", [_circle(*points[now], 4)])
    titled = (_circle(*point, 6, _title(words(i))) for i, point in points.items())
    yield _group("fill:transparent", titled)


def _group(style: str, shapes: Iterable[Markup]) -> Markup:
    return Markup('<g style="{}">{}</g>').format(style, _NOTHING.join(shapes))


def _title(words: str) -> Markup:
    return Markup("<title>{}</title>").format(words)


def _circle(x: float, y: float, radius: int, inside: Markup = _NOTHING) -> Markup:
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}">{}</circle>').format(x, y, radius, inside)


def _cross(x: float, y: float, words: str) -> Markup:
    arms = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"
    return Markup(
        '<path class="cross" d="{}" style="fill:none; stroke:{}; stroke-width:1.5">{}</path>'
    ).format(arms, _INK, _title(words))
