"""What the times of many runs tell. All draws have fixed seeds, so that every test gives the same each time."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from encdec_widgets.workers.timing.statistics import (
    SETTLED_RUNS,
    drift,
    median_interval,
    noise_words,
    noisy,
    settled,
    spread,
)

Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]

SKEWED: dict[str, tuple[Draw, float]] = {
    "exponential": (lambda rng, shape: rng.exponential(size=shape), math.log(2)),
    "log-normal": (lambda rng, shape: rng.lognormal(sigma=1.5, size=shape), 1.0),
    "Pareto": (lambda rng, shape: 1 + rng.pareto(1.1, size=shape), 2 ** (1 / 1.1)),
    "Cauchy": (lambda rng, shape: rng.standard_cauchy(size=shape), 0.0),
    "rounded by the clock": (lambda rng, shape: np.ceil(rng.exponential(size=shape) * 2), 2.0),
}
"""How to draw, and the true median; of what is rounded, P(at most 1) = 0.39 and P(at most 2) = 0.63."""

TIMES = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=60)
SCALES = st.sampled_from([2.0**-20, 0.5, 4.0, 2.0**30])
"""Powers of 2, by which floats are multiplied without rounding."""


# The interval of the median


@pytest.mark.parametrize("distribution", SKEWED)
@pytest.mark.parametrize("n", [6, 7, 9, 20, 33, 100])
def test_the_interval_holds_the_true_median_as_often_as_it_says(distribution: str, n: int) -> None:
    draw, true = SKEWED[distribution]
    races = 4000
    intervals = [median_interval(values) for values in draw(np.random.default_rng(n), (races, n))]
    share = np.mean([low <= true <= high for low, high in intervals])
    # Two standard errors of the simulation itself.
    assert share >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / races)


def binomial_coverage(n: int, rank: int) -> float:
    """The chance that the median lies between the values of a rank from below and of the same from above."""
    return sum(math.comb(n, below) for below in range(rank, n - rank + 1)) / 2**n


@given(n=st.integers(1, 400), confidence=st.floats(0.01, 0.999))
def test_the_interval_is_the_narrowest_that_is_sure_enough(n: int, confidence: float) -> None:
    low, high = median_interval(np.arange(1.0, n + 1), confidence)
    rank = 0 if math.isinf(low) else int(low)
    assert high == (n + 1 - rank if rank else math.inf)
    assume(abs(binomial_coverage(n, rank) - confidence) > 1e-9)  # else the last bits of a sum decide
    assert binomial_coverage(n, rank) > confidence
    if rank < n // 2:
        assert binomial_coverage(n, rank + 1) < confidence + 1e-9


@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (9, (2, 8)), (20, (6, 15)), (100, (40, 61))])
def test_the_ranks_are_those_of_printed_tables(n: int, ranks: tuple[int, int]) -> None:
    assert median_interval(range(1, n + 1)) == ranks


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_of_fewer_than_six_values_nothing_is_promised(values: list[float]) -> None:
    assert median_interval(values) == (-math.inf, math.inf)


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=60), random=st.randoms(), scale=SCALES)
def test_the_interval_holds_the_median_and_knows_neither_order_nor_unit(
    values: list[float], random: Any, scale: float
) -> None:
    low, high = median_interval(values)
    assert low <= np.median(values) <= high
    shuffled = random.sample(values, len(values))
    assert median_interval(shuffled) == (low, high)
    assert median_interval([scale * value for value in values]) == (scale * low, scale * high)
    assert median_interval([-value for value in values]) == (-high, -low)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_to_be_surer_takes_a_wider_interval(values: list[float]) -> None:
    (low, high), (wider_low, wider_high) = median_interval(values, 0.5), median_interval(values, 0.95)
    assert wider_low <= low
    assert high <= wider_high


# Spread and the rule to stop


@given(TIMES)
def test_the_spread_is_that_of_numpy(times: list[float]) -> None:
    bounds = spread(times)
    assert [bounds.p10, bounds.median, bounds.p90] == pytest.approx(np.percentile(times, (10, 50, 90)))


@given(times=TIMES, random=st.randoms(), scale=SCALES)
def test_whether_it_is_settled_knows_neither_order_nor_unit(
    times: list[float], random: Any, scale: float
) -> None:
    assert settled([scale * time for time in random.sample(times, len(times))]) == settled(times)


def test_no_handful_of_runs_is_settled_however_alike() -> None:
    assert not settled([5.0] * (SETTLED_RUNS - 1))
    assert settled([5.0] * SETTLED_RUNS)


def test_a_settled_median_is_hardly_moved_by_as_many_runs_again() -> None:
    rng = np.random.default_rng(6)
    moves = []
    for times in 10 * rng.lognormal(sigma=0.08, size=(300, 4000)):
        n = next(n for n in range(SETTLED_RUNS, 2000, 20) if settled(times[:n]))
        moves.append(abs(np.median(times[n : 2 * n]) / np.median(times[:n]) - 1))
    # Each of the two medians is within 1 % of the true one in most races.
    assert np.mean(np.array(moves) < 0.02) > 0.95
    assert np.max(moves) < 0.04


def test_more_noise_takes_more_runs() -> None:
    draws = np.random.default_rng(6).standard_normal(3000)
    needed = [
        next(n for n in range(SETTLED_RUNS, 3000) if settled(np.exp(sigma * draws[:n])))
        for sigma in (0.001, 0.03, 0.1)
    ]
    assert needed == sorted(set(needed))
    assert needed[0] == SETTLED_RUNS


# What a reader is told


def normal(sigma: float, n: int = 100) -> NDArray[np.float64]:
    return np.asarray(10 * np.exp(np.random.default_rng(6).normal(0, sigma, n)))


def test_of_quiet_runs_there_is_nothing_to_tell() -> None:
    assert not noisy(normal(0.02))
    assert noise_words(normal(0.02)) == ""


def test_a_wide_spread_is_told() -> None:
    times = normal(0.4, 5000)
    assert noisy(times)
    assert noise_words(times) == (
        "noisy: the slowest tenth took at least 2.8 times as long as the fastest tenth; "
        "is there other work on the machine?"
    )


def test_an_unsure_median_is_told_though_the_spread_is_not_wide() -> None:
    times = [10.0, 13.0] * 5
    assert noise_words(times) == "noisy: the median may be off by 13 %; is there other work on the machine?"


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (
            1.2,
            "noisy: the runs got 20 % slower along the way; is the device throttling, or did other work begin?",
        ),
        (
            0.8,
            "noisy: the runs got 20 % faster along the way; was it still warming up, or did other work end?",
        ),
    ],
)
def test_a_drift_is_told_with_its_direction(factor: float, words: str) -> None:
    # Six runs before for four after: the median of all is sure, and the drift alone is to be told.
    times = [10.0] * 600 + [10.0 * factor] * 400
    assert drift(times) == pytest.approx(factor)
    assert noisy(times)
    assert noise_words(times) == words


def test_a_change_that_is_sure_but_small_is_no_drift() -> None:
    assert drift([10.0, 10.02] * 500 + [10.4, 10.42] * 500) == 1


@pytest.mark.parametrize("n", range(1, 12))
def test_so_few_runs_show_no_drift(n: int) -> None:
    assert drift([1.0 + run for run in range(n)]) == 1


def test_few_runs_are_told_whatever_they_were() -> None:
    assert noise_words([10.0] * 5) == (
        "few runs: 5 do not tell how far off the median may be; a larger budget gives more"
    )
    assert not noisy([10.0] * 5)
    assert noise_words([10.0]).startswith("few runs: 1 ")
    assert noise_words([10.0] * 6) == ""
    assert noise_words([10.0, 10.0, 20.0]).startswith("noisy: the slowest tenth")


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_independent_runs_rarely_seem_to_drift(n: int) -> None:
    times = np.random.default_rng(n).lognormal(sigma=0.3, size=(1000, n))
    assert np.mean([drift(row) != 1 for row in times]) < 0.02


@settings(max_examples=200)
@given(times=TIMES, scale=SCALES)
def test_words_and_verdict_agree_in_any_unit(times: list[float], scale: float) -> None:
    words = noise_words(times)
    assert noisy(times) == words.startswith("noisy: ")
    assert "inf" not in words
    assert "nan" not in words
    assert noise_words([scale * time for time in times]) == words


@given(times=TIMES)
def test_the_way_back_drifts_the_other_way(times: list[float]) -> None:
    assume(len(times) % 2 == 0)
    there, back = drift(times), drift(times[::-1])
    # A drop of 5 % is a rise of more, so one way may be told where the other is not.
    assert (there - 1) * (back - 1) <= 0


# What is no time


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_what_is_no_list_of_numbers_is_refused(values: list[float]) -> None:
    for ask in (median_interval, spread, drift, noisy, noise_words):
        with pytest.raises(ValueError, match="values must be one or more finite numbers"):
            ask(values)


@pytest.mark.parametrize("time", [0.0, -1.0])
def test_a_time_that_is_not_positive_is_refused(time: float) -> None:
    for ask in (spread, drift, noisy, noise_words):
        with pytest.raises(ValueError, match="times must be positive"):
            ask([1.0, time])
    with pytest.raises(ValueError, match="times must be positive"):
        settled([time] * SETTLED_RUNS)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
def test_a_confidence_that_cannot_be_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        median_interval([1.0], confidence)
