"""The stopwatch: a first call, a warm-up, then runs in short rounds."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

WARM_UP_SHARE = (0.1, 0.5)
"""The least and the most of the budget that the warm-up takes; a run that has begun is always finished."""
_WINDOW = 5


class Stopwatch:
    """Times one thing again and again.

    Attributes:
        first_call_ms: Time of the very first call, in milliseconds, which traces and compiles.
    """

    def __init__(self, run: Callable[[Any], None], inputs: Sequence[Any]) -> None:
        """Call ``run`` for the first time.

        Args:
            run: What to time; it returns when the device has finished.
            inputs: What to call it with, in turn, so that no result can be one that is remembered.
        """
        self._times = _times_ms(run, inputs)
        self.first_call_ms = next(self._times)

    def warm_up(self, budget_s: float) -> list[float]:
        """Run until it gets no faster: caches filled, algorithms chosen, clocks raised. Times of the runs, in ms."""
        least, most = (share * budget_s for share in WARM_UP_SHARE)
        seen: list[float] = []
        start = time.perf_counter()
        while (spent_s := time.perf_counter() - start) < most and not (spent_s >= least and _stable(seen)):
            seen.append(next(self._times))
        return seen

    def round(self, seconds: float, at_most: int) -> list[float]:
        """Times of the next runs, in milliseconds: as many as begin within ``seconds``, one at least.

        Args:
            seconds: Length of the round.
            at_most: No more runs than this.
        """
        times: list[float] = []
        end = time.perf_counter() + seconds
        while not times or (len(times) < at_most and time.perf_counter() < end):
            times.append(next(self._times))
        return times


def _times_ms(run: Callable[[Any], None], inputs: Sequence[Any]) -> Iterator[float]:
    for x in itertools.cycle(inputs):
        start = time.perf_counter_ns()
        run(x)
        yield (time.perf_counter_ns() - start) / 1e6


def _stable(times: Sequence[float]) -> bool:
    """Whether the last few runs were no faster than the few before them, by more than noise."""
    before, last = times[-2 * _WINDOW : -_WINDOW], times[-_WINDOW:]
    return len(before) == _WINDOW and bool(np.median(last) >= 0.95 * np.median(before))
