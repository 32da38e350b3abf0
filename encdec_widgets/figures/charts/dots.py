"""Named dots on two axes, as SVG: which networks a class has found, say."""

import math
from collections.abc import Callable, Sequence

import attrs
from markupsafe import Markup

from encdec_widgets.figures.palette import on_page

# All in px.
WIDTH, HEIGHT = 420, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 14, WIDTH - 90, 26, HEIGHT - 34
_RADIUS = 4.5
_MANY_TIMES = 10
"""From here on an axis is divided by powers, not by differences."""


@attrs.frozen(kw_only=True)
class Dot:
    """One dot.

    Attributes:
        label: The text beside it.
        x: Where it lies from left to right.
        y: Where it lies from bottom to top.
        filled: Whether it is filled; otherwise it is a ring.
    """

    label: str
    x: float
    y: float
    filled: bool = True


@attrs.frozen(kw_only=True)
class Scale:
    """One of the two axes.

    Attributes:
        title: What it shows.
        text: Writes a value, with its unit.
        limit: A value that is marked by a line; None for none.
        limit_text: What that line says.
    """

    title: str
    text: Callable[[float], str]
    limit: float | None = None
    limit_text: str = ""


def dots(points: Sequence[Dot], across: Scale, upward: Scale) -> Markup:
    """Draw the dots; those at the same place have their labels side by side.

    Args:
        points: The dots; one with a value that is not finite is left out.
        across: The axis from left to right.
        upward: The axis from bottom to top.

    Returns:
        An ``<svg>``, whose label says in words where each dot lies; empty without dots. Texts are escaped. Colours
        follow the page, light or dark.
    """
    points = [point for point in points if math.isfinite(point.x) and math.isfinite(point.y)]
    if not points:
        return Markup("")
    place_x = _places([point.x for point in points], across.limit, _LEFT + 8, _RIGHT)
    place_y = _places([point.y for point in points], upward.limit, _BOTTOM - 8, _TOP + 8)
    groups: dict[tuple[float, float, bool], list[str]] = {}
    for point in points:
        groups.setdefault((point.x, point.y, point.filled), []).append(point.label)
    parts = [_axis(), *_names(across, upward)]
    if across.limit is not None:
        x = place_x(across.limit)
        aside, end = (4, "") if x < WIDTH / 2 else (-4, "text-anchor:end")
        parts += [
            _limit(f"M{x:.1f} {_TOP}V{_BOTTOM}"),
            _text(x + aside, _BOTTOM + 12, across.limit_text, end),
        ]
    if upward.limit is not None:
        y = place_y(upward.limit)
        parts += [
            _limit(f"M{_LEFT} {y:.1f}H{WIDTH}"),
            _text(WIDTH, y - 4, upward.limit_text, "text-anchor:end"),
        ]
    for (at_x, at_y, filled), labels in groups.items():
        parts.append(_dot(place_x(at_x), place_y(at_y), ", ".join(labels), filled))
    words = "; ".join(
        f"{', '.join(labels)}: {across.title} {across.text(x)}, {upward.title} {upward.text(y)}"
        for (x, y, _), labels in groups.items()
    )
    return Markup(
        '<svg role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}" style="display:block; '
        'max-width:100%; font:11px var(--jp-ui-font-family, sans-serif); fill:{}">{}</svg>'
    ).format(words, WIDTH, HEIGHT, WIDTH, HEIGHT, on_page("text"), Markup("").join(parts))


def _places(
    values: Sequence[float], limit: float | None, low: float, high: float
) -> Callable[[float], float]:
    """Where a value lies on an axis from ``low`` to ``high``, in px; by powers where values differ many times."""
    shown = [*values, *([] if limit is None else [limit])]
    least, most = min(shown), max(shown)
    by_powers = least > 0 and most / least >= _MANY_TIMES
    scale: Callable[[float], float] = math.log if by_powers else float
    extent = scale(most) - scale(least)

    def place(value: float) -> float:
        share = (scale(value) - scale(least)) / extent if extent else 0.5
        return low + share * (high - low)

    return place


def _axis() -> Markup:
    path = f"M{_LEFT} {_TOP}V{_BOTTOM}H{WIDTH}"
    return Markup('<path d="{}" fill="none" stroke="{}"/>').format(path, on_page("border"))


def _names(across: Scale, upward: Scale) -> list[Markup]:
    return [
        _text(_LEFT, _TOP - 10, f"↑ {upward.title}", "font-weight:600"),
        _text(WIDTH, HEIGHT - 12, f"{across.title} →", "text-anchor:end; font-weight:600"),
    ]


def _limit(path: str) -> Markup:
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-dasharray="4 3"/>').format(
        path, on_page("text")
    )


def _dot(x: float, y: float, label: str, filled: bool) -> Markup:
    colour = on_page("accent")
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" fill="{}" stroke="{}" stroke-width="1.5"/>').format(
        x, y, _RADIUS, colour if filled else "none", colour
    )
    return dot + _text(x + 8, y + 4, label)


def _text(x: float, y: float, text: str, style: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" style="{}">{}</text>').format(x, y, style, text)
