"""Benchmark 8: a loop that edits a designer and reads its model each time, against a fresh stock-Keras build.

An edit sets one field of a `Designer`, without a page, to one of two values in turn. In milliseconds, in turns and in
one run:

- ours: `designer.set(...)` until `designer.model` is there with all its weights;
- stock Keras: the edited network from nothing, with weights, as `tests.benchmarks.stock` writes it.

Then the same edits alone, many times, with the resident memory of the process beside them, as it is: Python's collector
is never called. A field that belongs to the whole network changes all weights; there is little to reuse.
"""

from __future__ import annotations

import gc
import statistics
import time
from typing import Any

import psutil

from encdec_widgets import Designer, preset
from tests.benchmarks.stock import recipe, stock
from tests.benchmarks.tables import Row, Table

EDITS: tuple[tuple[str, tuple[Any, Any]], ...] = (
    ("encoder[2].filters", (200, 216)),
    ("encoder[1].kernel_size", (5, 3)),
    ("decoder[3].refine_convs_filters", (56, 48)),
    ("filters", (56, 64)),
)
PAIRS, QUICK_PAIRS = 20, 4
LOOPS, QUICK_LOOPS = 200, 40
GOAL = 1 / 1.5
GROWTH_GOAL = 50.0


def run(quick: bool) -> Table:
    """Measure edits of the U-Net, which has 34 M parameters."""
    rows = []
    for path, values in EDITS:
        designer = Designer(preset("U-Net"))
        assert designer.model is not None
        rows += _pairs(designer, path, values, QUICK_PAIRS if quick else PAIRS)
        if path != "filters":
            rows.append(_memory(designer, path, values, QUICK_LOOPS if quick else LOOPS))
        designer.close()
        del designer
        gc.collect()
    notes = [
        "Ours: set, and model read. Stock Keras: the edited network from nothing, with weights.",
        "Memory: the highest reading after a tenth of the edits, over the one then.",
    ]
    return Table("A loop that edits and reads the model", rows, notes)


def _edit(designer: Designer, path: str, value: Any) -> float:
    began = time.perf_counter()
    designer.set(path, value)
    assert designer.model is not None
    taken = 1e3 * (time.perf_counter() - began)
    assert designer.problem is None, designer.problem
    return taken


def _stock(designer: Designer) -> float:
    written = recipe(designer.model)
    began = time.perf_counter()
    stock(written)
    taken = 1e3 * (time.perf_counter() - began)
    gc.collect()  # What stock Keras leaves is not ours to carry.
    return taken


def _pairs(designer: Designer, path: str, values: tuple[Any, Any], pairs: int) -> list[Row]:
    ours, other = [], []
    for number in range(pairs + 1):
        if number % 2:
            others = _stock(designer)
            mine = _edit(designer, path, values[number % 2])
        else:
            mine = _edit(designer, path, values[number % 2])
            others = _stock(designer)
        if number:  # The first one warms up.
            ours.append(mine)
            other.append(others)
    ratio = statistics.median(a / b for a, b in zip(ours, other, strict=True))
    return [
        Row.of(
            "read_loop",
            f"U-Net: {path}",
            ours,
            other,
            unit="ms",
            against="stock Keras",
            goal=GOAL if path != "filters" else None,
            remark=f"stock Keras over ours, median of the pairs: {1 / ratio:.2g}",
        )
    ]


def _memory(designer: Designer, path: str, values: tuple[Any, Any], edits: int) -> Row:
    process, readings = psutil.Process(), []
    for number in range(edits):
        _edit(designer, path, values[number % 2])
        readings.append(process.memory_info().rss / 1e6)
    first = edits // 10
    growth = max(readings[first:]) - readings[first]
    return Row.of(
        "read_loop",
        f"U-Net: {path}, growth over {edits} edits",
        [growth],
        unit="MB",
        goal=GROWTH_GOAL,
        remark=f"{readings[first]:.0f} MB, at the end {readings[-1]:.0f} MB",
    )
