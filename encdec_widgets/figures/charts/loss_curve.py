"""The loss of one or two trainings, step by step, as a small SVG; edits are marked on it."""

from collections.abc import Iterator, Sequence

import attrs
from markupsafe import Markup

from encdec_widgets.figures.palette import on_page
from encdec_widgets.formatting import digits, exact_text

_INK, _MUTED, _AXIS = (on_page(role) for role in ("text", "muted", "border"))
_LINES = ((on_page("accent"), ""), (on_page("decoder"), "5 3"))
"""Colour and dashes of each curve: colour is not the only sign."""

# All in px.
WIDTH, HEIGHT = 276, 108
_LEFT, _RIGHT, _TOP, _BASE = 34, WIDTH - 14, 16, HEIGHT - 18
_DIGIT = 6  # about as wide as one is
POINTS = 120
"""A curve of more steps is drawn by the means of so many runs of steps: single batches scatter."""

_USUAL, _ABOVE = 0.9, 1.6
"""So large a share of the losses is usual; what is so many times higher above the least one is cut off."""

_NOTHING = Markup("")


@attrs.frozen(kw_only=True)
class Loss:
    """One curve.

    Attributes:
        points: Pairs of step and loss, in order of the steps.
        marks: Each edit as its step and its words.
        name: What it is called where there are two; empty of one alone.
    """

    points: Sequence[tuple[int, float]]
    marks: Sequence[tuple[int, str]] = ()
    name: str = ""


def loss_curve(curves: Sequence[Loss]) -> Markup:
    """Draw the losses on one scale, from the least to the greatest usual one; what lies above is cut off.

    Args:
        curves: One or two. Each edit is a dashed line with its number, and has its words as a tooltip.

    Returns:
        An ``<svg>`` that is as wide as its place, with a label that says in words what it shows; empty if there are no
        points. Colours are those of the page, light or dark; texts are escaped.

    Example:
        >>> from encdec_widgets.figures.charts.loss_curve import Loss, loss_curve
        >>> drawn = loss_curve([Loss(points=[(1, 8.3), (2, 7.9)], marks=[(2, "filters 8 to 12")])])
        >>> print(drawn.partition('aria-label="')[2].partition('"')[0])
        Loss: from 8.30 at step 1 to 7.90 at step 2. Edit 1 at step 2: filters 8 to 12.
    """
    drawn = [(curve, _means(curve.points)) for curve in curves if curve.points]
    if not drawn:
        return _NOTHING
    values = [value for _, points in drawn for _, value in points]
    low, high = min(values), _top(values)
    if high == low:
        high, low = high + 0.5, low - 0.5
    last = max(curve.points[-1][0] for curve, _ in drawn)
    scale = _Scale(last, low, high)
    parts = [
        _text(0, _TOP - 6, "loss"),
        _stroke(f"M{_LEFT} {_BASE}H{_RIGHT}", _AXIS),
        _text(_LEFT - 4, _TOP + 8, digits(high), "text-anchor:end; font-size:10px"),
        _text(_LEFT - 4, _BASE, digits(low), "text-anchor:end; font-size:10px"),
        _text(_LEFT, HEIGHT - 5, "0", "font-size:10px"),
        _text(_RIGHT, HEIGHT - 5, f"step {exact_text(last)}", "text-anchor:end; font-size:10px"),
    ]
    for (colour, dashes), (curve, points) in zip(_LINES, drawn, strict=False):
        parts += _marks(curve, scale)
        path = "L".join(f"{scale.x(step):.1f} {scale.y(value):.1f}" for step, value in points)
        parts.append(_stroke(f"M{path}", colour, f"stroke-width:1.5; stroke-dasharray:{dashes or 'none'}"))
        if curve.name:
            step, value = points[-1]
            end = _text(scale.x(step) + 3, scale.y(value) + 4, curve.name, f"fill:{colour}; font-weight:600")
            parts.append(end)
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" style="display:block; width:100%; '
        'font:11px var(--jp-ui-font-family, sans-serif); fill:{}; font-variant-numeric:tabular-nums">{}</svg>'
    ).format(" ".join(_in_words(curve) for curve, _ in drawn), WIDTH, HEIGHT, _INK, _NOTHING.join(parts))


@attrs.frozen
class _Scale:
    """Where a step and a loss lie in the drawing."""

    last: int
    low: float
    high: float

    def x(self, step: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * step / max(self.last, 1)

    def y(self, loss: float) -> float:
        return max(_BASE - (_BASE - _TOP) * (loss - self.low) / (self.high - self.low), _TOP)


def _top(losses: Sequence[float]) -> float:
    """The greatest loss that is drawn to scale: a first step, or one after an edit, may be a hundred times larger."""
    low, most = min(losses), max(losses)
    usual = sorted(losses)[int(_USUAL * (len(losses) - 1))]
    return min(most, low + _ABOVE * (usual - low)) if usual > low else most


def _means(points: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    """The points, or the means of runs of them where there are many."""
    each = -(-len(points) // POINTS)
    runs = (points[start : start + each] for start in range(0, len(points), each))
    return [
        (points[-1][0] if run[-1] is points[-1] else run[len(run) // 2][0], sum(v for _, v in run) / len(run))
        for run in runs
    ]


def _marks(curve: Loss, scale: _Scale) -> Iterator[Markup]:
    free = 0.0
    for number, (step, words) in enumerate(curve.marks, 1):
        x = scale.x(step)
        line = Markup(
            '<path d="M{:.1f} {}V{}" style="stroke:{}; stroke-dasharray:3 2"><title>{}</title></path>'
        )
        yield line.format(x, _TOP - 2, _BASE, _MUTED, words)
        if x >= free:  # numbers that would touch are left out; the list below has all of them
            yield _text(x, _TOP - 6, str(number), "text-anchor:middle; font-size:10px")
            free = x + _DIGIT * (len(str(number)) + 1)


def _in_words(curve: Loss) -> str:
    points = curve.points
    whose = f"Loss of {curve.name}" if curve.name else "Loss"
    start, end = (f"{digits(loss)} at step {exact_text(step)}" for step, loss in (points[0], points[-1]))
    edits = (
        f"Edit {n} at step {exact_text(step)}: {words}." for n, (step, words) in enumerate(curve.marks, 1)
    )
    return " ".join([f"{whose}: from {start} to {end}.", *edits])


def _text(x: float, y: float, text: str, style: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" style="{}">{}</text>').format(x, y, style, text)


def _stroke(path: str, colour: str, style: str = "") -> Markup:
    return Markup('<path d="{}" style="fill:none; stroke:{}; {}"/>').format(path, colour, style)
