"""The stopwatch: a first call, a warm-up, then runs until the budget is spent."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

MIN_RUNS = 5
"""So many runs are timed even where they take longer than the budget, as long as ``OVERTIME_S`` allows."""
MAX_RUNS = 10_000
"""More runs than this are never timed."""
OVERTIME_S = 60.0
"""No further run is started this long after the first one, unless the budget itself is longer; one there always is."""

WARM_UP_SHARE = (0.1, 0.5)
"""The least and the most of the budget that the warm-up takes; a run that has begun is always finished."""
_WINDOW = 5


@attrs.frozen
class Runs:
    """What the stopwatch said.

    Attributes:
        first_call_ms: Time of the very first call, in milliseconds.
        times_ms: Time of each timed run, in milliseconds.
    """

    first_call_ms: float
    times_ms: NDArray[np.float64]


def time_runs(run: Callable[[Any], None], inputs: Sequence[Any], budget_s: float) -> Runs:
    """Time ``run`` again and again.

    Args:
        run: What to time; it returns when the device has finished.
        inputs: What to call it with, in turn, so that no result can be one that is remembered.
        budget_s: Seconds that the timed runs may take, in all.

    Returns:
        The time of the first call, and the times of at least 1, normally at least ``MIN_RUNS``, further runs.
    """
    times = _times_ms(run, inputs)
    first_call_ms = next(times)
    _warm_up(times, budget_s)
    timed: list[float] = []
    start = time.perf_counter()
    while not _enough(len(timed), time.perf_counter() - start, budget_s):
        timed.append(next(times))
    return Runs(first_call_ms, np.array(timed))


def _times_ms(run: Callable[[Any], None], inputs: Sequence[Any]) -> Iterator[float]:
    for x in itertools.cycle(inputs):
        start = time.perf_counter_ns()
        run(x)
        yield (time.perf_counter_ns() - start) / 1e6


def _warm_up(times: Iterator[float], budget_s: float) -> None:
    """Run until it gets no faster: caches filled, algorithms chosen, clocks raised."""
    least, most = (share * budget_s for share in WARM_UP_SHARE)
    seen: list[float] = []
    start = time.perf_counter()
    while (spent_s := time.perf_counter() - start) < most and not (spent_s >= least and _stable(seen)):
        seen.append(next(times))


def _stable(times: Sequence[float]) -> bool:
    """Whether the last few runs were no faster than the few before them, by more than noise."""
    before, last = times[-2 * _WINDOW : -_WINDOW], times[-_WINDOW:]
    return len(before) == _WINDOW and bool(np.median(last) >= 0.95 * np.median(before))


def _enough(runs: int, spent_s: float, budget_s: float) -> bool:
    if runs >= MAX_RUNS:
        return True
    if runs < MIN_RUNS:
        return runs >= 1 and spent_s >= max(OVERTIME_S, budget_s)
    return spent_s >= budget_s
