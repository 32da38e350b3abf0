"""Benchmark 4: resident memory over 1,000 random edits of a designer, in MB (10^6 bytes).

Every variant runs in a process of its own: a `Designer` with no browser, that starts from the default preset. An edit
sets one field of the architecture, of any block, of the input or of the head to a value next to the present one; one
edit in 25 loads another preset. What gets too large is taken back, so that networks stay within reach. Memory is read
as it is, garbage that waits for the collector included.

Where the model is read, its weights are filled, and those that an edit takes away are kept for undo, up to a quarter of
the memory. So there is no goal for that; the same without what is kept has one.
"""

from __future__ import annotations

import gc
import itertools
import json
import math
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import psutil

from encdec_widgets import Designer
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.session import kept_weights
from tests.benchmarks.edits import fields
from tests.benchmarks.tables import Row, Samples, Table

ROOT = Path(__file__).resolve().parents[2]
EDITS, QUICK_EDITS = 1000, 200
READ, NOTHING_KEPT = "read", "nothing_kept"
VARIANTS = {
    "unread": "model never read",
    READ: "model read at every edit",
    NOTHING_KEPT: "model read at every edit, nothing kept for undo",
}
LARGEST, MOST_LAYERS = 5_000_000, 400
# One edit in so many loads a preset: of each family one that has no more parameters than allowed.
LOAD_EVERY = 25
SMALL_PRESETS = (
    "SLEAP medium single",
    "SLEAP medium top-down",
    "LEAP (2019)",
    "Stacked hourglass, 1 stack",
    "FC-DenseNet56",
)
GROWTH_GOAL, DRIFT_GOAL = 50.0, 5.0


@attrs.frozen
class Course:
    """How resident memory went, in MB.

    Attributes:
        start: Before the first edit, with the designer made.
        readings: After every hundredth of the edits.
        settled: After a tenth of the edits, with the default preset loaded and garbage collected.
        half: After half of the edits, in the same state.
        end: After all edits, in the same state.
        seconds: How long all of it took.
    """

    start: float
    readings: list[float]
    settled: float
    half: float
    end: float
    seconds: float


def run(quick: bool) -> Table:
    """Edit 1,000 times, or 200 times, in each variant."""
    edits = QUICK_EDITS if quick else EDITS
    rows: list[Row] = []
    notes = [
        "Growth as it is: the highest reading after the first tenth of the edits, over the one after that tenth.",
        "Growth of the same: the default preset loaded and garbage collected, at the end over after a tenth or a half.",
        "Drift: how far a line through the readings of the last half rises over that half.",
        "Its 95 % interval is that of independent readings, which is too narrow, and so too strict, for these.",
        "The goal is met where the interval contains 0 or the drift is below 5 MB.",
    ]
    with ThreadPoolExecutor() as pool:  # memory, unlike time, does not feel a neighbour
        courses = list(pool.map(_run_apart, VARIANTS, itertools.repeat(edits)))
    for words, course in zip(VARIANTS.values(), courses, strict=True):
        rows += _rows(words, edits, course, has_goal=words != VARIANTS[READ])
        tenths = ", ".join(f"{value:.0f}" for value in course.readings[9::10])
        notes.append(
            f"{words}: {course.start:.0f} MB at first, then every {edits // 10} edits {tenths} MB; "
            f"{course.seconds / edits:.2g} s an edit."
        )
    return Table(f"Resident memory over {edits:,} random edits", rows, notes)


def _run_apart(variant: str, edits: int) -> Course:
    command = [sys.executable, "-m", "tests.benchmarks.memory", variant, str(edits)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Course(**json.loads(done.stdout.splitlines()[-1]))


def _rows(words: str, edits: int, course: Course, *, has_goal: bool) -> list[Row]:
    first = course.readings[9]
    half = course.readings[len(course.readings) // 2 :]
    drift, margin = _drift(half)
    flat = abs(drift) <= margin or abs(drift) < DRIFT_GOAL
    growths = (
        (f"growth after {edits // 10} edits, as it is", max(course.readings[10:]) - first, GROWTH_GOAL),
        (f"growth after {edits // 10} edits, of the same", course.end - course.settled, GROWTH_GOAL),
        (f"growth over the last {edits // 2} edits, of the same", course.end - course.half, DRIFT_GOAL),
    )
    return [
        *(
            Row.of("memory", f"{words}: {case}", [growth], unit="MB", goal=goal if has_goal else None)
            for case, growth, goal in growths
        ),
        Row(
            benchmark="memory",
            case=f"{words}: drift over the last {edits // 2} edits, as it is",
            unit="MB",
            ours=Samples.of([drift]),
            goal=DRIFT_GOAL if has_goal else None,
            met=flat if has_goal else None,
            remark=f"95 % interval {drift - margin:.1f} to {drift + margin:.1f} MB",
        ),
    ]


def _drift(readings: Sequence[float]) -> tuple[float, float]:
    """How far a line through the readings rises from the first to the last, and half its 95 % interval.

    As from independent readings, which these are not: the true interval is wider, so that this one is too strict.
    """
    places = range(len(readings))
    line = statistics.linear_regression(places, readings)
    squares = math.fsum(
        (y - line.intercept - line.slope * x) ** 2 for x, y in zip(places, readings, strict=True)
    )
    spread = math.fsum((x - statistics.fmean(places)) ** 2 for x in places)
    freedom = len(readings) - 2
    error = math.sqrt(squares / freedom / spread)
    z = statistics.NormalDist().inv_cdf(0.975)
    student = z + (z**3 + z) / (4 * freedom)  # Cornish and Fisher; exact to 0.1 % here
    return line.slope * (len(readings) - 1), student * error * (len(readings) - 1)


def _edit_many(variant: str, edits: int) -> dict[str, Any]:
    """What the process of one variant does; returns the attributes of its `Course`."""
    start = time.monotonic()
    process = psutil.Process()
    chance = random.Random(4)
    if variant == NOTHING_KEPT:
        kept_weights.SHARE = sys.maxsize  # a part of the memory that is no byte
    designer = Designer()
    default = designer.design
    at_first = process.memory_info().rss / 1e6
    readings = []
    settled = []
    for number in range(1, edits + 1):
        if number % LOAD_EVERY == 0:
            designer.load(chance.choice(SMALL_PRESETS))
            designer.wait()
        else:
            _edit(designer, chance)
        if variant in (READ, NOTHING_KEPT):
            assert designer.model is not None
        if number % (edits // 100) == 0:
            readings.append(process.memory_info().rss / 1e6)
        if number in (edits // 10, edits // 2, edits):
            settled.append(_settle(designer, default, process))
    return {
        "start": at_first,
        "readings": readings,
        "settled": settled[0],
        "half": settled[1],
        "end": settled[2],
        "seconds": time.monotonic() - start,
    }


def _edit(designer: Designer, chance: random.Random) -> None:
    """Make one random edit that is valid and leaves a network within reach."""
    while True:
        before = designer.design
        field = chance.choice(fields(before, every_block=True))
        path, value = field.path.partition(" ")[0], chance.choice(field.values)
        try:
            before.replace(path, value)
        except FieldError:
            continue
        designer.set(path, value)
        designer.wait()
        backbone = designer.backbone
        assert backbone is not None
        refused = designer.problem is not None
        large = backbone.parameters > LARGEST or len(backbone.layers) > MOST_LAYERS
        if not refused and not large and designer.design != before:
            return
        designer.load(before)
        designer.wait()


def _settle(designer: Designer, design: Any, process: Any) -> float:
    designer.load(design)
    designer.wait()
    gc.collect()
    return float(process.memory_info().rss / 1e6)


if __name__ == "__main__":
    print(json.dumps(_edit_many(sys.argv[1], int(sys.argv[2]))))
