"""What a benchmark gives: rows of figures, printed as an aligned Markdown table and written as JSON.

A benchmark is a module with ``def run(quick: bool) -> Table``. Where two things are compared, they were measured
alternately in the same run, so that a ratio holds on a machine that is shared and noisy::

    row = Row.of("rebuild", "U-Net, filters", ours, stock, unit="ms", against="stock Keras", goal=0.2)
    return Table("One edit over a fresh build", [row], notes=["ours and stock: sequences of milliseconds"])

`Row.of` takes the raw samples; `Row(...)` takes finished figures (`Samples`, and `figure` for what the goal is about if
that is neither the ratio of the medians nor our median). A ratio is ours over the other: below 1 is faster.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any, Self

import attrs


@attrs.frozen
class Samples:
    """A summary of what was measured, in the unit of its row.

    Attributes:
        n: How many were measured.
        median: Their median.
        p95: Their 95th percentile (between the nearest two, linearly); with fewer than 20, nearly the largest.
    """

    n: int
    median: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Summarise the values, of which there must be one at least."""
        ordered = sorted(values)
        place = 0.95 * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        p95 = ordered[low] + (place - low) * (ordered[high] - ordered[low])
        return cls(n=len(ordered), median=statistics.median(ordered), p95=p95)


@attrs.frozen(kw_only=True)
class Row:
    """One line of a table.

    Attributes:
        benchmark: Name of the benchmark, such as ``keys``.
        case: What was measured, such as ``U-Net, filters``.
        unit: The unit of the samples, such as ``ms``.
        ours: The summary of what was measured, or None where the case could not be run (the remark says why).
        against: What it is compared with, in words; empty if with nothing.
        other: The summary of that.
        figure: What the goal is about. The ratio of the medians if there are two, else our median, unless given.
        goal: The most that the figure may be, or None.
        met: Whether it is: worked out from figure and goal unless given.
        remark: Anything else that a reader must know, in a few words.
    """

    benchmark: str
    case: str
    unit: str
    ours: Samples | None = None
    against: str = ""
    other: Samples | None = None
    figure: float | None = attrs.field()
    goal: float | None = None
    met: bool | None = attrs.field()
    remark: str = ""

    @figure.default
    def _figure(self) -> float | None:
        return self.ratio if self.other else self.ours.median if self.ours else None

    @met.default
    def _met(self) -> bool | None:
        return None if self.goal is None or self.figure is None else self.figure <= self.goal

    @property
    def ratio(self) -> float | None:
        """Our median over the other's, if there are two."""
        return (
            self.ours.median / self.other.median if self.ours and self.other and self.other.median else None
        )

    @property
    def medians(self) -> tuple[float | None, ...]:
        """The figures that the table has a column for: our median, and its ratio to the other."""
        return (self.ours.median if self.ours else None, self.ratio)

    @classmethod
    def of(
        cls,
        benchmark: str,
        case: str,
        ours: Sequence[float],
        other: Sequence[float] = (),
        *,
        unit: str,
        **more: Any,
    ) -> Self:
        """A row of raw samples; ``more`` are the other attributes, such as ``goal``, ``against``, ``remark``."""
        return cls(
            benchmark=benchmark,
            case=case,
            unit=unit,
            ours=Samples.of(ours) if ours else None,
            other=Samples.of(other) if other else None,
            **more,
        )

    def as_json(self) -> dict[str, Any]:
        """The row as plain data, with the ratio."""
        return {**attrs.asdict(self), "ratio": self.ratio}


_COLUMNS = (
    "case",
    "n",
    "median",
    "p95",
    "compared with",
    "median",
    "p95",
    "ratio",
    "figure",
    "goal",
    "met",
    "remark",
)


def _all_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(rows)


def _all_notes(notes: Iterable[str]) -> tuple[str, ...]:
    return tuple(notes)


@attrs.frozen
class Table:
    """What one benchmark found.

    Attributes:
        title: Its heading.
        rows: Its rows.
        notes: Sentences printed under it: what exactly was measured.
    """

    title: str
    rows: tuple[Row, ...] = attrs.field(converter=_all_rows)
    notes: tuple[str, ...] = attrs.field(default=(), converter=_all_notes)

    def as_json(self) -> dict[str, Any]:
        """The table as plain data."""
        return {"title": self.title, "notes": list(self.notes), "rows": [row.as_json() for row in self.rows]}

    def __str__(self) -> str:
        """A heading, an aligned Markdown table of the columns that hold anything, and the notes."""
        lines = [list(_COLUMNS), *map(_cells, self.rows)]
        kept = [i for i, _ in enumerate(_COLUMNS) if i == 0 or any(line[i] for line in lines[1:])]
        widths = [max(len(line[i]) for line in lines) for i in kept]
        texts = [
            "| "
            + " | ".join(_pad(line[i], width, _COLUMNS[i]) for i, width in zip(kept, widths, strict=True))
            + " |"
            for line in lines
        ]
        rule = "|" + "|".join(
            "-" * (width + 1) + _end(_COLUMNS[i]) for i, width in zip(kept, widths, strict=True)
        )
        return "\n".join(
            [f"### {self.title}", "", texts[0], f"{rule}|", *texts[1:], "", *self.notes]
        ).rstrip()


_WORDS = ("case", "compared with", "met", "remark")


def _pad(text: str, width: int, column: str) -> str:
    return text.ljust(width) if column in _WORDS else text.rjust(width)


def _end(column: str) -> str:
    return "-" if column in _WORDS else ":"


def _cells(row: Row) -> list[str]:
    ours, other = row.ours, row.other
    return [
        row.case,
        str(ours.n) if ours else "",
        _number(ours.median, row.unit) if ours else "",
        _number(ours.p95, row.unit) if ours else "",
        row.against,
        _number(other.median, row.unit) if other else "",
        _number(other.p95, row.unit) if other else "",
        _number(row.ratio) if row.ratio is not None else "",
        "" if row.figure is None or row.figure in row.medians else _number(row.figure, row.unit),
        "" if row.goal is None else _number(row.goal, "" if row.figure == row.ratio else row.unit),
        "" if row.met is None else "yes" if row.met else "no",
        row.remark,
    ]


def _number(value: float, unit: str = "") -> str:
    """Three digits at least, and never thousandths of what is large."""
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".rstrip()
