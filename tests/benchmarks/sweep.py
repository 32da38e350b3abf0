"""Benchmark: sweeps of U-Nets, analysed and not timed: all processes over one, their memory, and how it grows.

- Rate: the same 1,000 U-Nets, told of by one process and by as many as fit. Seconds from the first answer to the last:
  what processes take to start is told apart. Both take turns, in parts of the grid, in one run.
- Memory: what the processes and this one hold after each tenth of 1,000 designs (resident, in MB).
- Growth: sweeps of 10 to 10,000 rows of which what is told is made up at once, so that what remains is the sweep's own
  work, in CPU time: designs made, compared and written down, rows kept in a file.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import attrs
import psutil

from encdec_widgets import Design, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.explore.sweep import Sweep
from encdec_widgets.explore.sweeping.pool import processes_that_fit
from encdec_widgets.workers.processor_quota import cores_by_quota, cores_here
from tests.benchmarks.tables import Row, Samples, Table

DESIGN = Design(UNet(filters_rate=1.5), (96, 96, 1))
VALUES: dict[str, Any] = {
    "down_blocks": [1, 2, 3, 4, 5],
    "convs_per_block": [1, 2],
    "up_interpolate": [True, False],
    "kernel_size": [3, 5],
}
FILTERS, QUICK_FILTERS = range(16, 66, 2), range(16, 20, 2)
"""Each has 40 U-Nets."""
IN_PART, QUICK_IN_PART = 5, 1
"""So many numbers of filters are one part of the comparison."""
SIZES, QUICK_SIZES = (10, 100, 1000, 10_000), (10, 100, 1000)
# One process's seconds, over those of all times their number: 0.8 of the rate that so many would have at best.
RATE_GOAL = 1 / 0.8
GROWTH_GOAL_MB = 50.0
EXPONENT_GOAL = 1.15
MB = 1e6


@attrs.frozen
class Course:
    """One sweep by processes of this machine.

    Attributes:
        start_s: Until the first answer.
        seconds: From there to the last.
        rows: How many answers came then.
        held: What the processes hold after each tenth, in MB.
        held_here: What this process holds, in MB.
    """

    start_s: float
    seconds: float
    rows: int
    held: list[float]
    held_here: list[float]

    @property
    def each_ms(self) -> float:
        """Milliseconds a row."""
        return 1000 * self.seconds / self.rows


def run(quick: bool) -> Table:
    """Sweep 1,000 U-Nets twice, or 80."""
    filters, in_part = (QUICK_FILTERS, QUICK_IN_PART) if quick else (FILTERS, IN_PART)
    cores = cores_by_quota() or cores_here()
    count = processes_that_fit()
    alone, together = [], []
    for first in range(0, len(filters), in_part):
        part = filters[first : first + in_part]
        alone.append(_course(part, 1))
        together.append(_course(part, count))
    ratios = [cores * b.each_ms / a.each_ms for a, b in zip(alone, together, strict=True)]
    whole = _course(filters, count)
    rows = [
        Row.of(
            "sweep",
            f"{counted_processes(count)}, a U-Net",
            [one.each_ms for one in together],
            [one.each_ms for one in alone],
            unit="ms",
            against="1 process",
        ),
        Row(
            benchmark="sweep",
            case=f"that ratio times {cores} cores",
            unit="",
            figure=statistics.median(ratios),
            goal=RATE_GOAL,
            remark="1.25: 0.8 of cores times the rate of one",
        ),
        Row.of("sweep", "until the first answer", [one.start_s for one in together], unit="s"),
        _memory("the processes", whole.held),
        _memory("this process", whole.held_here),
        *_growth(QUICK_SIZES if quick else SIZES),
    ]
    tenths = ", ".join(f"{held:.0f}" for held in whole.held)
    return Table(
        "Sweeps of U-Nets",
        rows,
        [
            f"All by {counted_processes(count)}: {whole.each_ms:.0f} ms a U-Net.",
            f"After each tenth they held {tenths} MB.",
            "Memory: the highest reading after the first tenth, over the one after it.",
        ],
    )


def counted_processes(count: int) -> str:
    """How many processes, in words."""
    return f"{count} process{'es' * (count > 1)}"


def _course(filters: range, processes: int) -> Course:
    found = sweep(DESIGN, {"filters": filters, **VALUES}, processes=processes, progress=False)
    began = time.perf_counter()
    times: list[float] = []
    held, here = [], []
    for row in found:
        assert row.told, row.reason
        times.append(time.perf_counter())
        if len(times) % (len(found) // 10) == 0:
            held.append(_held_by_processes())
            here.append(psutil.Process().memory_info().rss / MB)
    # A process that starts later than the first has none of the first answers.
    late = len(times) // 4
    return Course(times[0] - began, times[-1] - times[late], len(times) - late - 1, held, here)


def _held_by_processes() -> float:
    children = psutil.Process().children(recursive=True)
    sizes = []
    for child in children:
        try:
            sizes.append(child.memory_info().rss)
        except psutil.NoSuchProcess:  # it has just ended
            continue
    return sum(sizes) / MB


def _memory(words: str, held: list[float]) -> Row:
    return Row(
        benchmark="sweep",
        case=f"memory of {words}",
        unit="MB",
        ours=Samples.of(held),
        figure=max(held[1:]) - held[0],
        goal=GROWTH_GOAL_MB,
    )


class _AtOnce(Executor):
    """Tells something of each design at once."""

    def submit(self, fn: Any, /, *args: Any, **request: Any) -> Future[Any]:
        future: Future[Any] = Future()
        size = len(request["design_json"])
        future.set_result({"cost": {"parameters": size}, "checks": []})
        return future


def _growth(sizes: tuple[int, ...]) -> Iterator[Row]:
    each: list[float] = []
    for size in sizes:
        repetitions = max(1, 300 // size)
        seconds = [_own_work(size) for _ in range(repetitions)]
        each.append(statistics.median(seconds))
        yield Row.of("sweep", f"{size:,} rows, CPU time a row", [1000 * s / size for s in seconds], unit="ms")
    exponent = math.log(each[-1] / each[1]) / math.log(sizes[-1] / sizes[1])
    yield Row(
        benchmark="sweep",
        case=f"growth from {sizes[1]:,} to {sizes[-1]:,} rows",
        unit="",
        figure=exponent,
        goal=EXPONENT_GOAL,
        remark="exponent; 1 is linear",
    )


def _own_work(size: int) -> float:
    tenth = size // 10
    grid = {
        "filters": range(1, tenth + 1),
        "convs_per_block": [1, 2, 3, 4, 5],
        "up_interpolate": [True, False],
    }
    design = Design(UNet(filters_rate=1.0, down_blocks=2, up_blocks=2), (64, 64, 1))
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()  # of this process alone, whatever else the machine does
        found: Sweep = sweep(
            design, grid, ("cost", "checks"), _AtOnce(), Path(folder) / "store", progress=False
        )
        assert len(found.run().rows) == size
        return time.process_time() - began
