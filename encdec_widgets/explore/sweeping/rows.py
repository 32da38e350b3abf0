"""The rows of a sweep: what is told of each combination, and tables of them."""

import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import as_data
from encdec_widgets.designs.heads import words_at
from encdec_widgets.explain.table import csv_lines
from encdec_widgets.explore.figures_of import figures_of
from encdec_widgets.formatting import value_text

_FIGURES = {
    "cost": ("parameters", "multiply_adds", "training_bytes", "inference_bytes"),
    "receptive_field": ("receptive_field",),
    "strides": ("output_stride", "maximum_stride"),
    "output_shape": (),
    "checks": ("warnings",),
    "time": ("time_ms",),
}
"""The figures that each part of what is told gives: the columns of a table."""


@attrs.frozen(kw_only=True)
class Row:
    """One combination of a sweep, and what was told of its design.

    Attributes:
        index: Its place in the grid, from 0.
        values: The value of each field of the grid, by its path.
        base: The design in which they are replaced.
        told: What :func:`encdec_widgets.explore.tell.tell` told of it; None where there is a reason.
        reason: Why nothing is told: there is no such network, or it could not be built; empty where something is.
        failed: Whether something is not told, or not timed, for a reason that may pass: for want of a process that
            could do it, say. It is not kept in a store, and is tried again when the sweep goes on.

    Example:
        >>> from encdec_widgets import sweep
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.explore.sweep import Row
        >>> row: Row = next(iter(sweep(UNet(), {"filters": [-8, 8]})))
        >>> row.index, row.reason
        (0, 'filters must be a whole number from 1 to 4096. Received: filters=-8.')
    """

    index: int
    values: Mapping[str, Any]
    base: Design = attrs.field(repr=False)
    told: Mapping[str, Any] | None = None
    reason: str = ""
    failed: bool = False

    @cached_property
    def design(self) -> Design | None:
        """Its design, made when it is first asked for; None where the values do not make one."""
        try:
            return self.base.replace_all(self.values)
        except Exception:  # noqa: BLE001 - a user's class may raise anything; the reason says what
            return None

    @property
    def label(self) -> str:
        """What distinguishes it from others of its sweep: "filters 16, down blocks 3"."""
        return ", ".join(
            f"{words_at(self.base, path)} {value_text(value)}" for path, value in self.values.items()
        )

    @property
    def figures(self) -> dict[str, float]:
        """What was told as numbers by name, by :func:`encdec_widgets.explore.figures_of.figures_of`."""
        return figures_of(self.told or {})

    @property
    def device(self) -> str | None:
        """What the time was measured on, a processor with its name: all are called "CPU". None without a time."""
        time = (self.told or {}).get("time", {})
        if "device" not in time:
            return None
        return f"{time['device']} ({time['processor']})" if time["device"] == "CPU" else str(time["device"])

    def as_cells(self, wanted: Iterable[str]) -> dict[str, Any]:
        """The row of a table: plain values by the names of the columns, the same for all rows of a sweep.

        Args:
            wanted: What the sweep tells.
        """
        told, figures = self.told or {}, self.figures
        cells: dict[str, Any] = {
            "index": self.index,
            **{path: _cell(value) for path, value in self.values.items()},
        }
        for part in wanted:
            cells.update({name: figures.get(name) for name in _FIGURES[part]})
            if part == "checks":
                cells["checks"] = "; ".join(check["kind"] for check in told.get("checks", ()))
            if part == "output_shape":
                cells["output_shape"] = " × ".join(
                    str(size or "any") for size in told.get("output_shape", ())
                )
            if part == "time":
                cells.update(device=self.device, time_reason=told.get("time", {}).get("reason", ""))
        return {**cells, "reason": self.reason}

    def as_data(self) -> dict[str, Any]:
        """The row as JSON has it."""
        values = {path: as_data(value) for path, value in self.values.items()}
        outcome = {"reason": self.reason} if self.told is None else {"told": dict(self.told)}
        return {"index": self.index, "values": values, **outcome, **({"failed": True} if self.failed else {})}


def csv_of(rows: Sequence[Row], wanted: Iterable[str]) -> str:
    """Rows as comma-separated values, for a spreadsheet or ``pandas.read_csv``."""
    return "".join(csv_lines([row.as_cells(wanted) for row in rows]))


def json_of(header: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """A sweep as JSON: what was asked, and the rows."""
    return json.dumps(
        {**header, "rows": [row.as_data() for row in rows]}, ensure_ascii=False, allow_nan=False
    )


def frame_of(rows: Sequence[Row], wanted: Iterable[str]) -> Any:
    """Rows as a ``pandas.DataFrame``, by their index.

    Raises:
        ImportError: If pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "to_pandas needs pandas, which cannot be imported here: pip install pandas; to_csv and to_json need nothing"
        ) from error
    return pandas.DataFrame([row.as_cells(wanted) for row in rows]).set_index("index")


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else value_text(value)
