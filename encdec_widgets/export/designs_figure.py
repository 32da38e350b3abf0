"""Rows of a sweep, or of a comparison, as points of a picture: their figures, their front, and their words."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.explore.figures_of import FIGURES, FigureName
from encdec_widgets.explore.pareto import Front, pareto
from encdec_widgets.figures.designs.axis import Quantity
from encdec_widgets.figures.designs.cloud import Cloud, Dot
from encdec_widgets.figures.designs.designs_as_plotly import designs_as_plotly
from encdec_widgets.figures.palette import DARK, LIGHT
from encdec_widgets.formatting import (
    bytes_text,
    count_text,
    counted,
    digits,
    px_text,
    quoted,
    stride_text,
    value_text,
)

X, Y = "parameters", "receptive_field"
"""The figures that are against each other where nobody says which."""

_TEXTS: Mapping[str, Callable[[float], str]] = {
    "count": count_text,
    "bytes": bytes_text,
    "px": px_text,
    "stride": stride_text,
    "ms": lambda ms: f"{digits(ms)} ms",
}
_THEMES = {"light": LIGHT, "dark": DARK}


def designs_figure(
    rows: Iterable[Any], x: str = X, y: str = Y, colour: str | None = None, *, theme: str = "light"
) -> dict[str, Any]:
    """Draw rows of a sweep by two of their figures, with the Pareto front of the two.

    Args:
        rows: Rows of a sweep, which have ``figures``, ``values`` and a ``reason`` where there are none; or a sweep,
            of which those are drawn that are done.
        x: The figure that goes to the right: one of :data:`encdec_widgets.explore.figures_of.FIGURES`.
        y: The figure that goes up.
        colour: A third one, for colour and size of the points.
        theme: "light" or "dark".

    Returns:
        ``{"data": [...], "layout": {...}}``: ``plotly.graph_objects.Figure(**it)`` shows it.

    Raises:
        ValueError: If there is no such figure or theme.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from encdec_widgets import Design, designs_figure, sweep
        >>> from encdec_widgets.architectures import UNet
        >>> design, executor = Design(UNet(down_blocks=2, up_blocks=2), (32, 32, 1)), ThreadPoolExecutor(1)
        >>> found = sweep(design, {"filters": [4, 8]}, executor=executor).run()
        >>> figure = designs_figure(found, "parameters", "receptive_field")
        >>> figure["layout"]["title"]["text"]
        'Pareto front: 1 of 2 designs<br>Better: lower parameters; every position of the output sees more.'
    """
    if theme not in _THEMES:
        raise ValueError(f"There is no such theme. Received: {quoted(theme)}. Would work: 'light', 'dark'.")
    # A sweep would do the others when it is iterated.
    return designs_as_plotly(cloud_of(getattr(rows, "rows", rows), x, y, colour), _THEMES[theme])


def cloud_of(
    rows: Iterable[Any],
    x: str = X,
    y: str = Y,
    colour: str | None = None,
    *,
    current: Collection[int] = (),
) -> Cloud:
    """Rows as points.

    Args:
        rows: As in :func:`designs_figure`.
        x: The figure that goes to the right.
        y: The figure that goes up.
        colour: A third one, or None.
        current: Indexes of the rows whose design is being edited.

    Raises:
        ValueError: If there is no such figure.
    """
    kept = [_Known(row, row.figures) for row in rows]
    across, up = _figure(x), _figure(y)
    quantities = {
        name: quantity_of(name) for name in dict.fromkeys((x, y, *(() if colour is None else (colour,))))
    }
    known = [one for one in kept if x in one.figures and y in one.figures]
    front = pareto(known, {x: across.better, y: up.better}) if known else None  # type: ignore[dict-item]
    on_front = set(front.indices) if front else set()
    dots = [
        Dot(
            name=str(one.row.index),
            label=one.row.label,
            short=" · ".join(map(value_text, one.row.values.values())),
            x=one.figures[x],
            y=one.figures[y],
            third=None if colour is None else one.figures.get(colour),
            on_front=place in on_front,
            words=_words(one, quantities),
            current=one.row.index in current,
        )
        for place, one in enumerate(known)
    ]
    return Cloud(
        dots=tuple(dots),
        x=quantities[x],
        y=quantities[y],
        third=None if colour is None else quantities[colour],
        notes=tuple(_notes(kept, front, (x, y), colour)),
    )


@attrs.frozen
class _Known:
    """A row with its figures, which are read from what was told of it once."""

    row: Any
    figures: Mapping[str, float]

    @property
    def reason(self) -> str:
        return str(self.row.reason)

    @property
    def device(self) -> str | None:
        device: str | None = getattr(self.row, "device", None)
        return device


def quantity_of(name: str) -> Quantity:
    """A figure as an axis has it."""
    figure = _figure(name)
    whole = "whole image" if figure.unit == "px" else "∞"
    return Quantity(
        name=name,
        label=figure.label + (" (estimate)" if figure.sure == "estimate" else ""),
        text=_TEXTS[figure.unit],
        beyond=whole,
        ratios=figure.unit != "px" and name != "warnings",
        doubles=figure.unit == "stride",
        better=figure.better,
    )


def _words(one: _Known, quantities: Mapping[str, Quantity]) -> tuple[str, ...]:
    """Some figures of a row in words."""
    found = []
    for name, quantity in quantities.items():
        value = one.figures.get(name)
        found.append(f"{quantity.label}: {'not known' if value is None else quantity.written(value)}")
    if "time_ms" in one.figures and one.device:
        found.append(f"Measured on {one.device}")
    return tuple(found)


def _figure(name: str) -> FigureName:
    if name not in FIGURES:
        raise ValueError(
            f"There is no such figure. Received: {quoted(name)}. Would work: {', '.join(map(repr, FIGURES))}."
        )
    return FIGURES[name]


def _notes(
    rows: Sequence[_Known], front: Front | None, names: tuple[str, str], colour: str | None
) -> Iterable[str]:
    """How many are on the front, which are not drawn, and what must be said beside a ranking."""
    if front is None:
        yield "No design with both figures yet" if rows else "No designs yet"
    else:
        aims = "; ".join(_better(name) for name in dict.fromkeys(names))
        yield f"Pareto front: {len(front.indices)} of {counted(front.count, 'design')}"
        yield f"Better: {aims}."
    refused = sum(bool(row.reason) for row in rows)
    if refused:
        yield f"Not drawn: {counted(refused, 'combination')} that make{'s' * (refused == 1)} no network."
    for name in dict.fromkeys(names):
        without = sum(not row.reason and name not in row.figures for row in rows)
        if without:
            yield f"Not drawn: {counted(without, 'design')} without this figure: {_label(name)}."
    if colour is not None and front is not None:
        without = sum(not row.reason and colour not in row.figures for row in rows)
        if without:
            yield f"Without a colour: {counted(without, 'design')}, of which this is not known: {_label(colour)}."
    whole = sum(math.isinf(row.figures.get("receptive_field", 0)) for row in rows)
    if whole and "receptive_field" in (*names, colour):
        yield f"{counted(whole, 'design')} see{'s' * (whole == 1)} the whole image: at the end of the axis."
    yield from front.notices if front else ()


def _label(name: str) -> str:
    label = quantity_of(name).label
    return label[0].lower() + label[1:]


def _better(name: str) -> str:
    if name == "receptive_field":
        return f"{_label(name)} more"
    return f"{FIGURES[name].better}er {_label(name)}"
