"""Several designs side by side: their figures with the ratio to the first one's, and what differs in their fields."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, overload

import attrs

from encdec_widgets.backbone import Backbone
from encdec_widgets.background import to_the_end
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.registry import answering
from encdec_widgets.explain.costs import Precision
from encdec_widgets.explain.table import csv_lines
from encdec_widgets.explore.comparing.facts import Fact, facts_of
from encdec_widgets.explore.comparing.fields import Difference, differences
from encdec_widgets.explore.comparing.given import Given, given_of
from encdec_widgets.explore.comparing.scaled import of_camera
from encdec_widgets.explore.comparing.times import (
    comparison_in,
    conditions_of,
    measured,
    raced,
    time_notices,
)
from encdec_widgets.explore.figures_of import FIGURES, figures_of
from encdec_widgets.explore.tell import TELLS, Conditions
from encdec_widgets.formatting import quoted
from encdec_widgets.workers.timing.raced import Raced
from encdec_widgets.workers.timing.result import Timing

_TOLD = ("cost", "receptive_field", "strides", "checks")


@attrs.frozen(kw_only=True, eq=False)
class Compared:
    """One of several designs.

    Attributes:
        name: What it is called in the comparison.
        design: The design.
        figures: Its figures by the names of :data:`encdec_widgets.explore.figures_of.FIGURES`; what is not known is
            left out. Memory is for the batch size of the comparison. Receptive field and strides are in px of the
            camera's image, so that designs of different input scales compare.
        ratios: Each figure over that of the first design; left out where one of the two is not known, infinite or 0, or
            where times are of different devices.
        time_interval: The 95 % interval of the ratio of its time, where it was in a race with the first; else None.
        checks: What is unexpected in it, a sentence each, warnings before advice.
        timing: Its time where it was measured.
        input_scale: By what the camera's images are multiplied in size before the network sees them.
        reason: Why there is no such network; empty if there is one.
    """

    name: str
    design: Design = attrs.field(repr=False)
    figures: Mapping[str, float]
    ratios: Mapping[str, float] = attrs.field(factory=dict, repr=False)
    time_interval: tuple[float, float] | None = attrs.field(default=None, repr=False)
    checks: tuple[str, ...] = attrs.field(default=(), repr=False)
    timing: Timing | None = None
    input_scale: float = 1.0
    reason: str = ""

    @property
    def advice(self) -> int:
        """How many of the checks are advice, and no warnings."""
        return len(self.checks) - int(self.figures.get("warnings", 0))

    @property
    def device(self) -> str | None:
        """What its time was measured on; None without a time."""
        return None if self.timing is None else f"{self.timing.device} ({self.timing.backend})"


@attrs.frozen(eq=False, repr=False)
class ComparedDesigns:
    """Several designs side by side; a notebook shows a table. Rows go by the order in which designs were given.

    Attributes:
        rows: The designs with their figures.
        batch_size: Images that go through a network at once, for memory.
        precision: What memory is computed with; None for that of each network.
        differences: The fields in which designs differ.
        notices: What to know before they are compared: what a race showed, times of different devices, why one was not
            timed; a sentence each.
        raced: The race that times are from; None without one.
    """

    rows: tuple[Compared, ...]
    batch_size: int
    precision: Precision | None
    differences: tuple[Difference, ...]
    notices: tuple[str, ...]
    _networks: tuple[Backbone | None, ...]
    raced: Raced | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Compared]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: int) -> Compared: ...
    @overload
    def __getitem__(self, key: str) -> Compared: ...
    def __getitem__(self, key: int | str) -> Compared:
        """A design by its number or its name.

        Raises:
            KeyError: If there is none of such a name; an IndexError if there is none of such a number.
        """
        if isinstance(key, int):
            return self.rows[key]
        for row in self.rows:
            if row.name == key:
                return row
        raise KeyError(
            f"No design of this name. Received: {key!r}. There are: {', '.join(r.name for r in self.rows)}."
        )

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The rows of the table: the figures that are known of some design, in their order."""
        return facts_of(self.rows, self.batch_size)

    @property
    def given(self) -> tuple[Given, ...]:
        """The designs with their networks."""
        return tuple(
            Given(row.name, row.design, network, row.reason, row.input_scale)
            for row, network in zip(self.rows, self._networks, strict=True)
        )

    def pictures(self, theme: Literal["light", "dark"] = "light") -> tuple[str, ...]:
        """Small pictures of the networks as SVG, all at one scale; an empty text where there is no network.

        Args:
            theme: "light" or "dark".
        """
        drawn = iter(answering("pictures")([one for one in self._networks if one is not None], theme=theme))
        return tuple("" if one is None else next(drawn) for one in self._networks)

    def to_csv(self) -> str:
        """All numbers as comma-separated values, a row a design, for a spreadsheet or ``pandas.read_csv``."""
        rows = []
        for i, row in enumerate(self.rows):
            cells: dict[str, Any] = {
                "name": row.name,
                "batch_size": self.batch_size,
                "input_scale": row.input_scale,
            }
            cells.update({name: row.figures.get(name) for name in FIGURES})
            cells["advice"] = None if row.reason else row.advice
            cells.update({f"{name}_ratio": row.ratios.get(name) for name in FIGURES})
            low, high = row.time_interval or (None, None)
            cells |= {"time_ms_ratio_low": low, "time_ms_ratio_high": high}
            cells["device"] = row.device
            cells.update({one.path: one.values[i] for one in self.differences})
            rows.append({**cells, "reason": row.reason})
        return "".join(csv_lines(rows))

    def to_html(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> str | Path:
        """The table with the pictures as a page of its own, which opens from a disk, light or dark as the reader's own.

        Args:
            path: The file to write; without one, the text is returned.
            overwrite: Whether a file that is there may be replaced.

        Raises:
            FileExistsError: If there is a file, and ``overwrite`` is False.
        """
        from encdec_widgets.explore.comparing.html import page_of

        text = page_of(self)
        if path is None:
            return text
        written: Path = answering("write_file")(path, text.encode(), overwrite=overwrite)
        return written

    def _repr_html_(self) -> str:
        from encdec_widgets.explore.comparing.html import table_of

        return table_of(self)

    def __repr__(self) -> str:
        table = [["", *(row.name for row in self.rows)]]
        for fact in self.facts:
            cells = (
                f"{value} ({ratio})" if ratio else value
                for value, ratio in zip(fact.values, fact.ratios, strict=True)
            )
            table.append([f"{fact.label} ({fact.sure})" if fact.sure else fact.label, *cells])
        table += [[one.words, *one.values] for one in self.differences]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        ]
        reasons = [f"{row.name}: {row.reason}" for row in self.rows if row.reason]
        return "\n".join([*lines, *reasons, *self.notices])


def compare_designs(
    designs: Sequence[Any],
    names: Sequence[str] | None = None,
    *,
    batch_size: int = 1,
    precision: Precision | None = None,
    input_scales: Sequence[float] | None = None,
    animal_px: float | None = None,
    timings: Sequence[Timing | None] | None = None,
    measure: bool = False,
    race: bool = False,
    **timing: Any,
) -> ComparedDesigns:
    """Compare several designs in a table; nothing is run, unless times are asked for.

    Args:
        designs: Each a Design, an architecture, the name of a preset, the path of a file that ``read_design`` reads, or
            a Backbone.
        names: What each is called; by default its preset, its file, or its family and what tells it apart.
        batch_size: Images that go through a network at once, for memory and time.
        precision: "float32", "mixed_float16" or "mixed_bfloat16"; None for that of each network.
        input_scales: Of each design, by what the camera's images are multiplied in size before the network sees them;
            1 for all if left out. What is seen and strides are told, and compared, in px of the camera's image.
        animal_px: Length of the animal in px of the camera's image, for checks.
        timings: Times that were measured before, one for each design; None where there is none.
        measure: Whether to time all of them now, one after the other; of one that cannot be timed, ``notices`` say why.
        race: Whether to time all of them now in turns, as :func:`encdec_widgets.race` does: each ratio of times has its
            95 % interval, and one of ``notices`` says what the race showed, or why there was none.
        **timing: Options of :func:`encdec_widgets.measure`, such as ``device``, where they are timed.

    Raises:
        ValueError: If there are no designs, one is none of these, or an option of the timing is not possible; it says
            what was received and what would work.

    Example:
        >>> from encdec_widgets import compare_designs
        >>> compared = compare_designs(["SLEAP centroid", "SLEAP medium top-down"], batch_size=4)
        >>> compared["SLEAP medium top-down"].ratios["parameters"]
        2.206...
        >>> [(one.words, one.values) for one in compared.differences]
        [('filters', ('16', '24')), ('up blocks', ('3', '2'))]
        >>> scaled = compare_designs(["SLEAP centroid", "SLEAP centroid"], input_scales=[1, 0.5])
        >>> scaled[1].ratios["receptive_field"], scaled[1].ratios["output_stride"]
        (2.0, 2.0)
    """
    given = given_of(designs, names, input_scales)
    _require_as_many("timings", timings, given)
    known = list(timings or [None] * len(given))
    arguments = {"batch_size": batch_size, "precision": precision, **timing}
    notices: list[str] = []
    outcome: Raced | None = None
    if race:
        outcome, notices = raced(given, arguments)
        if outcome is not None:
            of_name = dict(zip(outcome.names, outcome.timings, strict=True))
            known = [of_name.get(one.name, time) for one, time in zip(given, known, strict=True)]
    if measure:
        known, not_timed = measured(given, known, arguments)
        notices += not_timed
    compared = to_the_end(compared_in_steps(given, known, batch_size, precision, outcome, animal_px))
    return attrs.evolve(compared, notices=(*notices, *compared.notices))


def compared_in_steps(
    given: Sequence[Given],
    timings: Sequence[Timing | None],
    batch_size: int,
    precision: Precision | None,
    race: Raced | None = None,
    animal_px: float | None = None,
) -> Generator[None, None, ComparedDesigns]:
    """As :func:`compare_designs`, of designs that are built; one is told of in each step.

    Args:
        given: The designs with their networks.
        timings: The time of each where it was measured.
        batch_size: As there.
        precision: As there.
        race: The race that some of the times are from.
        animal_px: As there.
    """
    rows = []
    conditions: Conditions = {"batch_size": batch_size, "precision": precision, "animal_px": animal_px}
    for one, time in zip(given, timings, strict=True):
        rows.append(_row(one, time, conditions))
        yield
    return ComparedDesigns(
        tuple(_beside(row, rows[0], race) for row in rows),
        batch_size,
        precision,
        differences([one.design for one in given]),
        tuple(time_notices(rows, race)),
        tuple(one.backbone for one in given),
        race,
    )


def _require_as_many(name: str, values: Sequence[Any] | None, given: Sequence[Given]) -> None:
    if values is not None and len(values) != len(given):
        raise ValueError(
            f"{name} must be as many as there are designs, {len(given)}. Received: {len(values)}: {quoted(values)}."
        )


def _row(one: Given, time: Timing | None, conditions: Conditions) -> Compared:
    scale = one.input_scale
    if one.backbone is None:
        return Compared(name=one.name, design=one.design, figures={}, input_scale=scale, reason=one.reason)
    under: Conditions = {**conditions, "input_scale": scale}
    told = {name: TELLS[name](one.backbone, under) for name in _TOLD}
    figures = of_camera(figures_of(told), scale)
    if time is not None:
        figures["time_ms"] = time.median_ms
    return Compared(
        name=one.name,
        design=one.design,
        figures=figures,
        checks=tuple(check["reason"] for check in told["checks"]),
        timing=time,
        input_scale=scale,
    )


def _beside(row: Compared, first: Compared, race: Raced | None) -> Compared:
    """A design with its ratios to the first; that of their times is the race's, where both were in it."""
    ratios = {}
    for name, value in row.figures.items():
        base = first.figures.get(name)
        alike = name != "time_ms" or conditions_of(row) == conditions_of(first)
        if base and alike and float("inf") not in (base, value):
            ratios[name] = value / base
    comparison = None if row is first else comparison_in(race, first.timing, row.timing)
    if comparison is None or "time_ms" not in ratios:
        return attrs.evolve(row, ratios=ratios)
    # A comparison is of speeds.
    ratios["time_ms"] = 1 / comparison.ratio
    low = 1 / comparison.high if comparison.high else 0.0
    high = 1 / comparison.low if comparison.low else float("inf")
    return attrs.evolve(row, ratios=ratios, time_interval=(low, high))
