"""Benchmark 1: every editable field of each preset, our rebuild over a fresh stock-Keras build of the same network.

An edit changes one field of a preset to a value next to the present one. In milliseconds, in turns and in one run:

- until the picture: `edited.build(previous=backbone)` and reading ``blocks``, all that is drawn;
- with weights: that and ``model``, whose weights are then filled; those of ``backbone`` were filled before;
- stock Keras: the edited network from nothing, with weights, as `tests.benchmarks.stock` writes it.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Sequence
from typing import Literal

import attrs

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from tests.benchmarks.edits import Field, fields
from tests.benchmarks.stock import Recipe, assert_same, recipe, stock
from tests.benchmarks.tables import Row, Samples, Table

GOAL_PRESETS = ("U-Net", "Stacked hourglass, 1 stack", "FC-DenseNet56")
QUICK_PRESETS = ("SLEAP medium single", *GOAL_PRESETS)
# Seconds that a preset may take: as many random edits as fit, then as many repetitions.
GOAL_SECONDS, OTHER_SECONDS, QUICK_SECONDS = 70.0, 12.0, 8.0
LEAST = 4  # edits of every preset, however long they take
# Edits that look as slow as this, relative to stock, are measured again, so that noise makes no slowest edit.
GOAL = 0.2  # five times faster
SUSPECT, SUSPECT_PAIRS, SUSPECT_SHARE = 0.7, 7, 0.2

End = Literal["picture", "weights"]
ENDS: dict[End, str] = {"picture": "until the picture", "weights": "with weights"}
SCOPES = {"block": "one block", "network": "the whole network", "none": "nothing that is built"}


@attrs.define
class Case:
    """One edit of a preset, and what was measured for it in milliseconds.

    Attributes:
        preset: Name of the preset.
        path: The field.
        scope: A key of ``SCOPES``: what the edit changes.
        design: The edited design.
        recipe: The edited network, to be built in stock Keras.
        times: Ours, until each end.
        stock: Stock Keras's.
    """

    preset: str
    path: str
    scope: str
    design: Design
    recipe: Recipe
    times: dict[End, list[float]]
    stock: list[float]

    def ratio(self, end: End) -> float:
        """Our median over stock's."""
        return statistics.median(self.times[end]) / statistics.median(self.stock)

    @property
    def worst(self) -> float:
        """The larger of its ratios."""
        return max(map(self.ratio, ENDS))

    def measure_ours(self, backbone: Backbone) -> None:
        """Rebuild once."""
        for end, milliseconds in _ours(self.design, backbone)[0].items():
            self.times[end].append(milliseconds)

    def measure_stock(self) -> None:
        """Build once in stock Keras."""
        gc.collect()
        start = time.perf_counter()
        model = stock(self.recipe)
        self.stock.append(1e3 * (time.perf_counter() - start))
        if len(self.stock) == 1:
            assert_same(self.recipe, model)

    def measure_both(self, backbone: Backbone) -> None:
        """One of each, every other time stock Keras first."""
        if len(self.stock) % 2:
            self.measure_stock()
            self.measure_ours(backbone)
        else:
            self.measure_ours(backbone)
            self.measure_stock()


@attrs.frozen
class Measured:
    """What was measured of one preset.

    Attributes:
        name: Its name.
        cases: Its edits.
        fields: How many fields it has.
        fixed: How many of those tried have no other value that works.
    """

    name: str
    cases: list[Case]
    fields: int
    fixed: int


def run(quick: bool) -> Table:
    """Measure all presets, or a few of them for seconds each."""
    names = QUICK_PRESETS if quick else _different_presets()
    measured = []
    for name in names:
        seconds = QUICK_SECONDS if quick else GOAL_SECONDS if name in GOAL_PRESETS else OTHER_SECONDS
        measured.append(_measure(name, seconds))
    rows = [row for each in measured for row in _rows(each)]
    slowest = [_slowest([case for each in measured for case in each.cases], end) for end in ENDS]
    tried = sum(len(each.cases) + each.fixed for each in measured)
    return Table(
        "Rebuild after one edit, over a fresh build in stock Keras",
        [*rows, *slowest],
        notes=[
            "Until the picture: build(previous=...), and its blocks. With weights: that, and weights filled.",
            "Stock Keras: the edited network from nothing, with weights.",
            "Goals are about each edit's own ratio of medians: about the median of all, and about the largest.",
            f"{tried} of {sum(each.fields for each in measured)} fields were tried, drawn at random as time allowed.",
            f"{sum(each.fixed for each in measured)} of those have no other value that works.",
            "Block fields are those of a first, a middle and a last block of every kind.",
            "Presets that are the same design are measured once.",
            "Objects that stay alive were frozen for Python's garbage collector, which helps both sides alike.",
        ],
    )


def _different_presets() -> list[str]:
    found: dict[Design, str] = {}
    for name in presets():
        found.setdefault(preset(name), name)
    return list(found.values())


def _measure(name: str, seconds: float) -> Measured:
    design = preset(name)
    backbone = design.build()
    _read(backbone)
    assert backbone.model is not None  # and its weights are filled
    own = recipe(backbone.structure)
    stock(own)  # warms up
    gc.collect()
    gc.freeze()
    every = _shuffled(fields(design))
    cases: list[Case] = []
    fixed = 0
    start = time.monotonic()
    for field in every:
        case = _case(name, field, backbone, own)
        if case is None:
            fixed += 1
        else:
            cases.append(case)
        if len(cases) >= LEAST and time.monotonic() - start > seconds:
            break
    while time.monotonic() - start < seconds:
        min(cases, key=lambda case: len(case.stock)).measure_both(backbone)
    while time.monotonic() - start < seconds * (1 + SUSPECT_SHARE):
        suspects = [case for case in cases if case.worst > SUSPECT and len(case.stock) < SUSPECT_PAIRS]
        if not suspects:
            break
        max(suspects, key=lambda case: case.worst).measure_both(backbone)
    gc.unfreeze()
    return Measured(name, cases, len(every), fixed)


def _shuffled(every: list[Field]) -> list[Field]:
    """The fields in random order, those of blocks and those of the whole network evenly mixed."""
    random.Random(4).shuffle(every)
    places: dict[int, float] = {}
    for scope in ("block", "network"):
        of_scope = [field for field in every if field.scope == scope]
        places |= {id(field): (i + 0.5) / len(of_scope) for i, field in enumerate(of_scope)}
    return sorted(every, key=lambda field: places[id(field)])


def _case(name: str, field: Field, backbone: Backbone, own: Recipe) -> Case | None:
    """The edit to the nearest value that can be built, measured once; None if there is no such value."""
    for edited in field.neighbours(backbone.design):
        try:
            times, built = _ours(edited, backbone)
        except FieldError:
            continue
        new = recipe(built.structure)
        changes = attrs.evolve(new, name=own.name) != own
        case = Case(
            preset=name,
            path=field.path,
            scope=field.scope if changes else "none",
            design=edited,
            recipe=new,
            times={end: [milliseconds] for end, milliseconds in times.items()},
            stock=[],
        )
        del built
        case.measure_stock()
        return case
    return None


def _ours(design: Design, backbone: Backbone) -> tuple[dict[End, float], Backbone]:
    gc.collect()
    start = time.perf_counter()
    built = design.build(previous=backbone)
    _read(built)
    picture = time.perf_counter()
    assert built.model is not None
    weights = time.perf_counter()
    return {"picture": 1e3 * (picture - start), "weights": 1e3 * (weights - start)}, built


def _read(backbone: Backbone) -> None:
    """What the picture is drawn from."""
    _ = backbone.blocks


def _rows(measured: Measured) -> list[Row]:
    rows = []
    for scope, words in SCOPES.items():
        cases = [case for case in measured.cases if case.scope == scope]
        for end in ENDS if cases else ():
            rows.append(_row(f"{measured.name}: {words}, {ENDS[end]}", cases, end))
            if scope == "block" and measured.name in GOAL_PRESETS:
                ratios = [case.ratio(end) for case in cases]
                rows.append(Row.of("rebuild", "ours / stock, edit by edit", ratios, unit="", goal=GOAL))
    return rows


def _row(words: str, cases: Sequence[Case], end: End) -> Row:
    ratio = statistics.median(case.ratio(end) for case in cases)
    worst = max(cases, key=lambda case: case.ratio(end))
    return Row.of(
        "rebuild",
        words,
        [value for case in cases for value in case.times[end]],
        [value for case in cases for value in case.stock],
        unit="ms",
        against="stock Keras",
        remark=f"edits: {len(cases)}, median {ratio:.2g} of stock's time, worst {worst.ratio(end):.2g}: {worst.path}",
    )


def _slowest(cases: Sequence[Case], end: End) -> Row:
    worst = max(cases, key=lambda case: case.ratio(end))
    slower = [case for case in cases if case.ratio(end) > 1]
    return Row(
        benchmark="rebuild",
        case=f"slowest edit of all, {ENDS[end]}",
        unit="ms",
        ours=Samples.of(worst.times[end]),
        against="stock Keras",
        other=Samples.of(worst.stock),
        goal=1,
        remark=f"{worst.preset}, {worst.path}; {len(slower)} of {len(cases)} edits are slower than stock",
    )
