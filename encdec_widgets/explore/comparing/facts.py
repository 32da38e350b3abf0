"""The rows of a table of designs, each one figure of all of them as it is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from encdec_widgets.explore.comparing.scaled import is_length
from encdec_widgets.explore.comparing.words import (
    checks_text,
    figure_text,
    label_text,
    ratio_words,
    time_text,
)
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.formatting import number_text

if TYPE_CHECKING:
    from encdec_widgets.explore.compared import Compared


@attrs.frozen(kw_only=True)
class Fact:
    """A row of the table: one figure of all designs, as it is read.

    Attributes:
        name: Its name, one of :data:`encdec_widgets.explore.figures_of.FIGURES`, or "input_scale".
        label: What it is, with its conditions.
        sure: "exact", "estimate" or "measured"; empty of the input scale, which is chosen.
        values: Of each design, the number with its unit.
        ratios: Of each design but the first, how many times that of the first it is; empty where that says nothing.
    """

    name: str
    label: str
    sure: str
    values: tuple[str, ...]
    ratios: tuple[str, ...]


def facts_of(rows: "Sequence[Compared]", batch_size: int) -> tuple[Fact, ...]:
    """The figures that are known of some design, in their order.

    Where an image is scaled for a design, one row has the scales, and lengths are told to be of the camera's image.

    Args:
        rows: The designs.
        batch_size: Images that go through a network at once, for memory.
    """
    scaled = any(row.input_scale != 1 for row in rows)
    known = [
        Fact(
            name=name,
            label=label_text(name, batch_size, of_camera=scaled),
            sure=figure.sure,
            values=tuple(_value(name, row, scaled) for row in rows),
            ratios=("", *(_ratio(name, row) for row in rows[1:])),
        )
        for name, figure in FIGURES.items()
        if name == "time_ms" or any(name in row.figures for row in rows)
    ]
    if not scaled:
        return tuple(known)
    at = next((at for at, fact in enumerate(known) if is_length(fact.name)), len(known))
    return (*known[:at], _scales(rows), *known[at:])


def _scales(rows: "Sequence[Compared]") -> Fact:
    return Fact(
        name="input_scale",
        label="Input scale",
        sure="",
        values=tuple(number_text(row.input_scale) for row in rows),
        ratios=("",) * len(rows),
    )


def _value(name: str, row: "Compared", scaled: bool) -> str:
    if name == "time_ms" and row.timing is not None:
        return time_text(row.timing)
    if name == "warnings" and name in row.figures:
        return checks_text(int(row.figures[name]), row.advice)
    return figure_text(name, row.figures.get(name), of_camera=scaled)


def _ratio(name: str, row: "Compared") -> str:
    return ratio_words(row.ratios.get(name), row.time_interval if name == "time_ms" else None)
