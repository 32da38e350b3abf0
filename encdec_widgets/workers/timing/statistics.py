"""Statistics of the times of many runs: how sure their median is, when to stop, and which warnings to give.

No distribution of times is assumed: they have a floor, a long tail of slow runs and often two peaks, for
which means and standard deviations say little. NumPy is imported when it is first needed, like the backends.
"""

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from encdec_widgets.formatting import percent_text, quoted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values: TypeAlias = Sequence[float] | NDArray[np.float64]

CONFIDENCE = 0.95
"""How often the interval of a median holds the true one, at the least."""

SETTLED_WITHIN = 0.01
"""A median is settled when its interval lies this close to it, as a share of it: two digits are then sure."""
SETTLED_RUNS = 20
"""With fewer runs no median is settled: a handful lies close together by chance sooner or later."""

NOISY_WITHIN = 0.05
"""A run is noisy when the interval of its median reaches further from it than this share: two may differ by 10 %."""
NOISY_SPREAD = 1.5
"""A run is noisy when p90 is more than this many times p10. On two cores shared with other work, twelve runs of 2 s of
matrix products fell into two groups: under 1.25 times, and from 1.55 to 3.5 times."""
DRIFT = 0.05
"""A change between the halves of a run is reported when their medians differ by more than this share of the first."""


@attrs.frozen
class Spread:
    """Where most times lie, each in the unit of the times; percentiles are interpolated linearly.

    Attributes:
        median: Half of the runs took no longer.
        p10: 10th percentile: a tenth of the runs took no longer.
        p90: 90th percentile: a tenth of the runs took longer.
    """

    median: float
    p10: float
    p90: float


def median_interval(values: "Values", confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval that holds the median of what ``values`` were drawn from, whatever its distribution.

    Its ends are two of the values, as many ranks from the lowest as from the highest. How many of n independent draws
    lie below the median is binomial (n, 1/2), which gives the exact probability that the median lies between two
    ranks (H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, 2003, section 7.1). The innermost pair of
    ranks that reaches ``confidence`` is taken. Draws that depend on their neighbours make the interval too narrow.

    Args:
        values: Independent draws, in any order.
        confidence: The least probability that the interval holds the median, above 0 and below 1.

    Returns:
        The lower and the upper end. Of too few values, under 6 for 95 %, even the lowest and the highest are not
        sure enough to have the median between them: then -infinity and infinity, which is all that can be promised.

    Raises:
        ValueError: If there are no values, if one of them is not finite, or if ``confidence`` is out of bounds.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, such as 0.95, not {quoted(confidence)}")
    ordered = _ordered(values)
    rank = _rank(len(ordered), confidence)
    if rank == 0:
        return -math.inf, math.inf
    return float(ordered[rank - 1]), float(ordered[-rank])


def spread(times: "Values") -> Spread:
    """Median, p10 and p90 of ``times``.

    Raises:
        ValueError: If there are no times, or if one of them is not a positive number.
    """
    import numpy as np

    p10, median, p90 = np.percentile(_ordered_times(times), (10, 50, 90))
    return Spread(median=float(median), p10=float(p10), p90=float(p90))


def settled(times: "Values") -> bool:
    """Whether more runs would hardly move the median: its 95 % interval lies within 1 % of it, from 20 runs on.

    Runs that stop as soon as this is true stop at a lucky moment a little too often: with a test after every run of
    simulated normal times, the last interval held the true median in about 93 %, not 95 %, of the cases. A test sorts
    all times (1 ms for 10,000); it is enough to test again after a tenth more.

    Args:
        times: Times of the runs so far, in any unit and order. How long they took in all does not count here, though
            times of a very short run are alike because the machine did not change meanwhile.

    Raises:
        ValueError: If there are no times, or if one of them is not a positive number.
    """
    return len(times) >= SETTLED_RUNS and _uncertainty(times) <= SETTLED_WITHIN


def drift(times: "Values") -> float:
    """How the speed changed along the way: the median of the second half of the runs over that of the first.

    Args:
        times: Times of the runs in the order in which they were made.

    Returns:
        Above 1 where the runs got slower, below 1 where they got faster; exactly 1 unless the 95 % intervals of the two
        medians are apart and these differ by more than ``DRIFT``. Of under 12 runs it is always 1.

    Raises:
        ValueError: If there are no times, or if one of them is not a positive number.
    """
    _ordered_times(times)
    half = len(times) // 2
    if half == 0:
        return 1.0
    first, second = times[:half], times[half:]
    (low, high), (later_low, later_high) = median_interval(first), median_interval(second)
    if later_low <= high and low <= later_high:
        return 1.0
    change = spread(second).median / spread(first).median
    return change if abs(change - 1) > DRIFT else 1.0


def noisy(times: "Values") -> bool:
    """Whether these runs differ so much that a warning is due: a wide spread, an unsure median or a drift.

    Args:
        times: Times of the runs in the order in which they were made; only the drift depends on the order.

    Raises:
        ValueError: If there are no times, or if one of them is not a positive number.
    """
    return bool(_noise(times))


def noise_words(times: "Values") -> str:
    """The warning that belongs beside the figures, as one sentence without a full stop.

    Args:
        times: Times of the runs in the order in which they were made.

    Returns:
        "noisy: ..." where :func:`noisy` says so, "few runs: ..." where there are too few to know, "" otherwise.

    Raises:
        ValueError: If there are no times, or if one of them is not a positive number.
    """
    facts = _noise(times)
    if facts:
        return f"noisy: {' and '.join(facts)}; {_question(drift(times))}"
    if math.isinf(_uncertainty(times)):
        return f"few runs: {len(times)} do not tell how far off the median may be; a larger budget gives more"
    return ""


def _noise(times: "Values") -> list[str]:
    facts = []
    change = drift(times)
    if change != 1:
        facts.append(
            f"the runs got {percent_text(abs(change - 1))} {'slower' if change > 1 else 'faster'} along the way"
        )
    bounds = spread(times)
    if bounds.p90 > NOISY_SPREAD * bounds.p10:
        facts.append(
            f"the slowest tenth took at least {bounds.p90 / bounds.p10:.1f} times as long as the fastest tenth"
        )
    uncertainty = _uncertainty(times)
    if NOISY_WITHIN < uncertainty < math.inf:
        facts.append(f"the median may be off by {percent_text(uncertainty)}")
    return facts


def _question(change: float) -> str:
    if change > 1:
        return "is the device throttling, or did other work begin?"
    if change < 1:
        return "was it still warming up, or did other work end?"
    return "is there other work on the machine?"


def _uncertainty(times: "Values") -> float:
    """How far the interval of the median reaches from it, as a share of it; infinite of too few times."""
    median = spread(times).median
    low, high = median_interval(times)
    return max(median - low, high - median) / median


def _ordered(values: "Values") -> "NDArray[np.float64]":
    import numpy as np

    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=None)
    if not (len(ordered) and np.isfinite(ordered).all()):
        raise ValueError(f"values must be one or more finite numbers, not {quoted(values)}")
    return ordered


def _ordered_times(times: "Values") -> "NDArray[np.float64]":
    ordered = _ordered(times)
    if ordered[0] <= 0:
        raise ValueError(f"times must be positive, but one of them is {quoted(ordered[0])}")
    return ordered


@functools.lru_cache(maxsize=4096)
def _rank(n: int, confidence: float) -> int:
    """The rank, counted from 1, of the interval's ends from below and from above; 0 where n values are too few."""
    rank = n // 2
    probability = math.comb(n, rank) / 2**n  # that just so many values lie below the median
    coverage = probability if n % 2 == 0 else 2 * probability
    while rank > 0 and coverage < confidence:
        probability *= rank / (n - rank + 1)
        rank -= 1
        coverage += 2 * probability
    return rank
