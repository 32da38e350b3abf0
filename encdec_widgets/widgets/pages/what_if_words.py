"""What other values of a field would do, as charts and a few words for the panel."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.designs.heads import words_at
from encdec_widgets.designs.variants import user_classes
from encdec_widgets.explore.what_if import Point, Question
from encdec_widgets.figures.charts.curves import Axis, Curve, curves, places_of, readings, values_table
from encdec_widgets.formatting import bytes_text, count_text, counted, px_text, value_text
from encdec_widgets.widgets.base.texts import joined, note

_QUANTITIES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("parameters", "parameters", count_text),
    ("multiply-adds", "multiply_adds", count_text),
    ("training memory", "training_bytes", bytes_text),
    ("receptive field", "receptive_field_px", px_text),
)
_ESTIMATES = ("training_bytes",)


@attrs.frozen
class Charts:
    """The charts of a field, and what a page needs to read them point by point.

    Attributes:
        html: The charts, and a table of the same.
        places: Where the values lie, in px of the drawing.
        readings: What is to be read at each value.
        current: Index of the value that the field has now.
    """

    html: Markup
    places: list[float]
    readings: list[str]
    current: int


def charts_of(question: Question, points: Mapping[Any, Point]) -> Charts:
    """The charts of the points that are there so far, by value."""
    values = question.values
    there = [points.get(value) for value in values]
    axis = Axis(
        title=words_at(question.design, question.path),
        values=values,
        current=values.index(question.current),
        impossible={i for i, point in enumerate(there) if point is not None and point.error},
        pending={i for i, point in enumerate(there) if point is None},
    )
    whole = {i: "whole image" for i, point in enumerate(there) if point is not None and point.whole_image}
    charts = [
        Curve(
            title=title,
            values=[None if p is None else getattr(p, name) for p in there],
            text=text,
            estimate=name in _ESTIMATES,
            instead=whole if name == "receptive_field_px" else {},
        )
        for title, name, text in _QUANTITIES
    ]
    html = curves(axis, charts) + values_table(axis, charts)
    return Charts(html, places_of(axis), readings(axis, charts), axis.current)


def status_html(question: Question, points: Mapping[Any, Point], *, computing: bool) -> Markup:
    """How many values are computed; what is not possible, and why; whose code runs; and what the memory depends on."""
    lines = []
    if len(points) < len(question.values):
        so_far = f"{len(points)} of {len(question.values)} values"
        lines.append(f"Computing: {so_far} …" if computing else f"{so_far} so far")
    refused = [value for value in question.values if value in points and points[value].error]
    if refused:
        first = value_text(refused[0])
        lines.append(
            f"Not possible: {', '.join(map(value_text, refused))}. With {first}: {points[refused[0]].error}."
        )
    if users := user_classes(question.design):
        lines.append(f"To try values out, the code of {', '.join(users)} runs in the background.")
    images = counted(question.batch_size, "image")
    lines.append(f"Memory is an estimate for training: {images} at a time, {question.precision}.")
    return joined(map(note, lines))
