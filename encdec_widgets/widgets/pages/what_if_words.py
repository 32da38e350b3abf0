"""What other values of a field would do, as charts and a few words for the panel."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.architectures.fields.described import is_number
from encdec_widgets.designs.heads import words_at
from encdec_widgets.designs.variants import user_classes
from encdec_widgets.explore.what_if import Point, Question
from encdec_widgets.figures.charts.curves import (
    Axis,
    Curve,
    Limit,
    curves,
    places_of,
    readings,
    values_table,
)
from encdec_widgets.formatting import bytes_text, count_text, counted, listed, px_text, value_text
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


def charts_of(question: Question, points: Mapping[Any, Point], card_bytes: int | None = None) -> Charts:
    """The charts of the points that are there so far, by value.

    Args:
        question: What is asked.
        points: The points by value.
        card_bytes: Memory of the card that is meant: a line in the chart of the memory; None for none.
    """
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
            limit=None if card_bytes is None or name != "training_bytes" else _limit(card_bytes),
        )
        for title, name, text in _QUANTITIES
    ]
    html = curves(axis, charts) + values_table(axis, charts)
    return Charts(html, places_of(axis), readings(axis, charts), axis.current)


def _limit(card_bytes: int) -> Limit:
    return Limit(card_bytes, bytes_text(card_bytes))


def fitting_words(question: Question, points: Mapping[Any, Point], card_bytes: int) -> str:
    """Which values of the field let a training step fit into a card, in a sentence; empty until all are tried."""
    if any(value not in points for value in question.values):
        return ""
    known = [(value, points[value].training_bytes) for value in question.values]
    needs = [(value, need) for value, need in known if need is not None]
    fit = [value for value, need in needs if need <= card_bytes]
    over = [value for value, need in needs if need > card_bytes]
    if not needs:
        return ""
    field, memory = words_at(question.design, question.path), bytes_text(card_bytes)
    if not over:
        return f"A training step fits into {memory} with each of these values."
    if not fit:
        return f"A training step fits into {memory} with none of these values."
    ends = over == [value for value, _ in needs][len(fit) :] and is_number(over[0])
    which = f"up to {field} {value_text(fit[-1])}" if ends else f"with {field} {_listed(fit)}"
    return f"A training step fits into {memory} {which}, and not with {_listed(over)}."


def _listed(values: Sequence[Any]) -> str:
    return listed(list(map(value_text, values)))


def status_html(
    question: Question, points: Mapping[Any, Point], *, computing: bool, fits: Sequence[str] = ()
) -> Markup:
    """What there is to say of a question.

    Args:
        question: What is asked.
        points: The points that are there so far, by value.
        computing: Whether others are on their way.
        fits: What fits into the card that is meant, in sentences.

    Returns:
        How many values are computed; what is not possible, and why; whose code runs; what fits; and what the memory
        depends on.
    """
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
    lines += filter(None, fits)
    images = counted(question.batch_size, "image")
    lines.append(f"Memory is an estimate for training: {images} at a time, {question.precision}.")
    return joined(map(note, lines))
