"""The designs of a sweep as a table: every fact of their picture, also for people who cannot see it or point at it."""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.explain.table import Row, csv_lines
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.session.pins import Pinned
from encdec_widgets.widgets.designs.swept import Swept

WHOLE = "whole image"
PIN = "pin"
_AS_IT_IS = ("count", "stride")
"""Figures of these units are read as plain numbers, all digits of them."""


def designs_table(swept: Swept, pins: Sequence[Pinned]) -> dict[str, Any]:
    """A row a design, as :class:`encdec_widgets.widgets.picture.facts_table.FactsTable` sends it.

    Args:
        swept: The designs.
        pins: The designs that are pinned.

    Returns:
        ``kind``, ``columns``, ``rows``, ``blocks`` (the names of the designs), ``skips`` (none), ``pins`` (whether it
        is pinned, by the names of those that can be), ``texts`` (of each row the cells that are read otherwise than
        as their plain value, such as "56.1 MB"; else None) and ``csv``, whose header has the units.
    """
    from encdec_widgets.export.designs_figure import quantity_of  # Here, as most people never sweep.

    standing = swept.standing
    known = [name for name in FIGURES if any(name in row.figures for row in swept.rows)]
    quantities = {name: quantity_of(name) for name in known}
    written = {name for name in known if FIGURES[name].unit not in _AS_IT_IS}
    rows: list[Row] = []
    texts: list[list[str | None]] = []
    can_be: dict[str, bool] = {}
    pinned = {index for pin in pins for index in swept.rows_of(pin.design)}
    for row in swept.rows:
        figures = row.figures
        cells: Row = {"design": row.label}
        cells.update({_column(name): _cell(figures.get(name)) for name in known})
        cells["stands"] = standing[row.index]
        rows.append(cells)
        said = [
            quantities[name].written(figures[name]) if name in written and name in figures else None
            for name in known
        ]
        texts.append([None, *said, None, None])
        if not row.reason:
            can_be[str(row.index)] = row.index in pinned
    labels = [_lower(quantities[name].label) for name in known]
    columns = ["design", *labels, "stands", PIN] if rows else []
    return {
        "kind": "designs",
        "columns": columns,
        "rows": [[*cells.values(), ""] for cells in rows],
        "blocks": [str(row.index) for row in swept.rows],
        "skips": {},
        "pins": can_be,
        "texts": texts,
        "csv": csv_lines(rows),
    }


def _column(name: str) -> str:
    """The name of a column of the CSV, whose numbers have no units beside them."""
    figure = FIGURES[name]
    label = _lower(figure.label)
    return label if figure.unit in _AS_IT_IS else f"{label} ({figure.unit})"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _cell(value: float | None) -> str | float | None:
    return WHOLE if value == float("inf") else value
