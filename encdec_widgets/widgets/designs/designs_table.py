"""The designs of a sweep as a table: every fact of their picture, also for people who cannot see it or point at it."""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.explain.table import Row, csv_lines
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.session.pins import Pinned
from encdec_widgets.widgets.designs.swept import Swept

WHOLE = "whole image"
PIN = "pin"


def designs_table(swept: Swept, pins: Sequence[Pinned]) -> dict[str, Any]:
    """A row a design, as :class:`encdec_widgets.widgets.picture.facts_table.FactsTable` sends it.

    Args:
        swept: The designs.
        pins: The designs that are pinned.

    Returns:
        ``kind``, ``columns``, ``rows``, ``blocks`` (the names of the designs), ``skips`` (none), ``pins`` (whether it
        is pinned, by the names of those that can be) and ``csv``.
    """
    standing = swept.standing
    known = [name for name in FIGURES if any(name in row.figures for row in swept.rows)]
    rows: list[Row] = []
    can_be: dict[str, bool] = {}
    pinned = {index for pin in pins for index in swept.rows_of(pin.design)}
    for row in swept.rows:
        figures = row.figures
        cells: Row = {"design": row.label}
        cells.update({_column(name): _cell(figures.get(name)) for name in known})
        cells["stands"] = standing[row.index]
        rows.append(cells)
        if not row.reason:
            can_be[str(row.index)] = row.index in pinned
    columns = [*rows[0], PIN] if rows else []
    return {
        "kind": "designs",
        "columns": columns,
        "rows": [[*cells.values(), ""] for cells in rows],
        "blocks": [str(row.index) for row in swept.rows],
        "skips": {},
        "pins": can_be,
        "csv": csv_lines(rows),
    }


def _column(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: float | None) -> str | float | None:
    return WHOLE if value == float("inf") else value
