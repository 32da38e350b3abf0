"""A race of two networks as a value. All draws have fixed seeds, so that every test gives the same each time."""

import json
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS, Comparison
from encdec_widgets.workers.timing.result import Timing
from tests.timings import timing

TIMES = st.floats(1e-3, 1e5)
PAIRS = st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=40)
CLOSE_PAIRS = st.lists(
    st.tuples(st.floats(0.9, 1.1), st.floats(0.9, 1.1)), min_size=ENOUGH_ROUNDS, max_size=40
)


def compared(pairs: Any, batches: tuple[int, int] = (1, 1), **names: str) -> Comparison:
    a, b = (timing(batch_size=batch) for batch in batches)
    return Comparison.of(a, b, pairs, **names)


def said(ratio: float, low: float, high: float, *, batch_b: int = 1, **names: str) -> str:
    return Comparison(
        a=timing(), b=timing(batch_size=batch_b), ratio=ratio, low=low, high=high, rounds=20, **names
    ).sentence


def races(ratio: float, rounds: int, count: int, seed: int) -> NDArray[np.float64]:
    """Times of races, of shape (race, round, 2): skewed noise on both, and a load that both of a round share."""
    rng = np.random.default_rng(seed)
    load = rng.lognormal(sigma=0.5, size=(count, rounds, 1))
    return np.asarray([10.0 * ratio, 10.0] * load * (1 + rng.exponential(0.1, size=(count, rounds, 2))))


# What a race finds


@pytest.mark.parametrize("rounds", [10, 20, 50, 100])
def test_a_network_against_itself_is_rarely_called_faster_or_slower(rounds: int) -> None:
    claims = [compared(pairs).different for pairs in races(1.0, rounds, count=2000, seed=rounds)]
    # Two standard errors of the simulation itself.
    assert np.mean(claims) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.parametrize("rounds", [10, 20, 50, 100])
def test_a_true_difference_is_found_and_its_size_is_in_the_interval(rounds: int) -> None:
    found = [compared(pairs) for pairs in races(1.2, rounds, count=500, seed=rounds)]
    assert np.mean([race.low > 1 for race in found]) > (0.7 if rounds == 10 else 0.95)
    assert np.mean([race.low <= 1.2 <= race.high for race in found]) > 0.93
    assert not any(race.high < 1 for race in found)


def test_more_rounds_make_the_interval_narrower() -> None:
    widths = [
        np.mean([race.high - race.low for race in map(compared, races(1.2, rounds, count=100, seed=6))])
        for rounds in (10, 30, 100, 300)
    ]
    assert widths == sorted(widths, reverse=True)


@given(PAIRS)
def test_the_other_way_round_is_the_inverse(pairs: list[tuple[float, float]]) -> None:
    there = compared(pairs, (1, 4))
    back = compared([(b, a) for a, b in pairs], (4, 1))
    assert back.ratio == pytest.approx(1 / there.ratio)
    if len(pairs) >= ENOUGH_ROUNDS:
        assert (back.low, back.high) == pytest.approx((1 / there.high, 1 / there.low))
    assert back.different == there.different


@given(pairs=PAIRS, random=st.randoms(), scale=st.floats(1e-3, 1e3))
def test_neither_unit_nor_order_of_rounds_matters(
    pairs: list[tuple[float, float]], random: Any, scale: float
) -> None:
    race = compared(pairs)
    again = compared([(scale * a, scale * b) for a, b in random.sample(pairs, len(pairs))])
    assert (again.ratio, again.low, again.high) == pytest.approx((race.ratio, race.low, race.high))


def test_the_median_of_the_ratios_is_taken_not_the_ratio_of_the_medians() -> None:
    assert compared([(1, 2), (10, 5), (100, 20)]).ratio == pytest.approx(2)
    assert compared([(2, 1), (8, 1)]).ratio == pytest.approx(4)  # halfway by the logarithm
    assert compared(np.array([(3.0, 1.0)] * 6)).low == pytest.approx(3)


def test_at_different_batch_sizes_the_time_of_an_image_is_compared() -> None:
    race = compared([(10.0, 20.0)] * 6, (1, 4))
    assert race.ratio == pytest.approx(2)
    assert race.sentence == "B is 2.00 times faster per image (95 %: 2.00 to 2.00)"
    assert not compared([(10.0, 40.0)] * 6, (1, 4)).different


# What it says


@pytest.mark.parametrize(
    ("ratio", "low", "high", "sentence"),
    [
        (1.8, 1.6, 2.0, "B is 1.8 times faster (95 %: 1.6 to 2.0)"),
        (1.812, 1.781, 1.838, "B is 1.81 times faster (95 %: 1.78 to 1.84)"),
        (1.25, 1.15, 1.31, "B is 1.25 times faster (95 %: 1.15 to 1.31)"),
        (3.14, 1.27, 7.9, "B is 3.1 times faster (95 %: 1.2 to 7.9)"),
        (1.5, 1.04, 2.11, "B is 1.50 times faster (95 %: 1.04 to 2.11)"),
        (1.5, 1.003, 2.11, "B is 1.50 times faster (95 %: more than 1 to 2.11)"),
        (37.2, 22, 1234.5, "B is 37.2 times faster (95 %: 22.0 to 1,235)"),
        (2, 2, 2, "B is 2.00 times faster (95 %: 2.00 to 2.00)"),
        (0.8, 0.75, 0.82, "B is 1.25 times slower (95 %: 1.21 to 1.34)"),
        (0.5, 0.4, 0.625, "B is 2.0 times slower (95 %: 1.6 to 2.5)"),
        (1.01, 1.006, 1.014, "B is 1.0 % faster (95 %: 0.6 to 1.4 %)"),
        (1.05, 1.02, 1.08, "B is 5 % faster (95 %: 2 to 8 %)"),
        (1.05, 1.0002, 1.09, "B is 5.0 % faster (95 %: more than 0 to 9.0 %)"),
        (1.08, 1.005, 1.9, "B is 8.0 % faster (95 %: 0.5 to 90.0 %)"),
        (1.0001, 1.00005, 1.002, "B is less than 0.1 % faster (95 %: more than 0 to 0.2 %)"),
        (1 / 1.03, 1 / 1.042, 1 / 1.015, "B is 3 % slower (95 %: 1 to 5 %)"),
        (1.0, 1 / 1.04, 1 / 0.97, "no difference that this run could show (95 %: B takes 0.97 to 1.04 times as long)"),
        (1.0, 1.0, 1.0, "no difference that this run could show (95 %: B takes 1.00 to 1.00 times as long)"),
        (1.3, 0.9, 1.7, "no difference that this run could show (95 %: B takes 0.5 to 1.2 times as long)"),
    ],
)  # fmt: skip
def test_the_sentence(ratio: float, low: float, high: float, sentence: str) -> None:
    assert said(ratio, low, high) == sentence


def test_the_sentence_uses_the_names_and_says_when_it_is_about_an_image() -> None:
    assert said(1.8, 1.6, 2, batch_b=8, name_b="LEAP") == (
        "LEAP is 1.8 times faster per image (95 %: 1.6 to 2.0)"
    )
    assert said(0.5, 0.4, 0.625, batch_b=8).startswith("B is 2.0 times slower per image (")
    assert said(1.05, 1.02, 1.08, batch_b=8).startswith("B is 5 % faster per image (")
    assert said(1.0, 0.96, 1.04, batch_b=8, name_b="LEAP") == (
        "no difference that this run could show (95 %: LEAP takes 0.96 to 1.05 times as long per image)"
    )


@pytest.mark.parametrize("rounds", range(1, ENOUGH_ROUNDS))
def test_too_few_rounds_claim_nothing_however_clear_they_seem(rounds: int) -> None:
    race = compared([(100.0, 1.0)] * rounds)
    assert not race.different
    assert (race.low, race.high) == (0, math.inf)
    assert race.sentence == (
        "no difference that this run could show: a 95 % interval takes 6 rounds or more, "
        f"and there were {rounds}"
    )


def test_six_rounds_that_agree_are_enough() -> None:
    assert compared([(2.0, 1.0)] * 6).different


NUMBER = r"[\d,]+(?:\.\d+)?"
CLAIM = re.compile(
    rf"B is (less than )?({NUMBER}) (%|times) (faster|slower) \(95 %: (more than )?({NUMBER}) to ({NUMBER})( %)?\)"
)
NO_CLAIM = re.compile(
    rf"no difference that this run could show \(95 %: B takes ({NUMBER}) to ({NUMBER}) times as long\)"
)


def numbers(*texts: str) -> list[float]:
    return [float(text.replace(",", "")) for text in texts]


def check_sentence(race: Comparison) -> None:
    """That the sentence is one of those known, and that its numbers hold each other and what was found."""
    if not race.different:
        match = NO_CLAIM.fullmatch(race.sentence)
        assert match
        low, high = numbers(*match.groups())
        assert low <= 1 <= high
        assert low <= 1 / race.high * (1 + 1e-4)
        assert high >= 1 / race.low * (1 - 1e-4)
        return
    match = CLAIM.fullmatch(race.sentence)
    assert match
    below, value, unit, direction, above, bottom, top, percent = match.groups()
    value, low, high = numbers(value, bottom, top)
    assert direction == ("faster" if race.ratio > 1 else "slower")
    assert (unit == "%") == (percent == " %")
    same = 0 if unit == "%" else 1
    assert low <= value <= high
    assert value > same
    assert (low == same) == bool(above)
    assert not below or (value, unit) == (0.1, "%")
    found = sorted([race.low, race.high] if race.ratio > 1 else [1 / race.low, 1 / race.high])
    found_low, found_high = (100 * (end - 1) if unit == "%" else end for end in found)
    # Six digits behind the last one printed are taken for the noise of floats.
    assert low <= found_low + 1e-6 * max(1, found_low)
    assert high >= found_high - 1e-6 * max(1, found_high)


@given(pairs=PAIRS)
def test_printed_numbers_hold_each_other_and_what_was_found(pairs: list[tuple[float, float]]) -> None:
    assume(len(pairs) >= ENOUGH_ROUNDS)
    check_sentence(compared(pairs))


@given(pairs=CLOSE_PAIRS, factor=st.one_of(st.just(1.0), st.floats(0.5, 2.0)))
def test_so_do_those_of_networks_that_are_nearly_alike(
    pairs: list[tuple[float, float]], factor: float
) -> None:
    check_sentence(compared([(a * factor, b) for a, b in pairs]))


@given(st.tuples(*[st.floats(-8, 5)] * 3).map(sorted), st.booleans())
def test_so_do_those_of_every_claim_from_the_slightest_on(excesses: list[float], faster: bool) -> None:
    low, ratio, high = (1 + 10**excess for excess in excesses)
    if not faster:
        low, ratio, high = 1 / high, 1 / ratio, 1 / low
    check_sentence(Comparison(a=timing(), b=timing(), ratio=ratio, low=low, high=high, rounds=9))


# The value


@given(PAIRS)
def test_it_goes_through_json_and_back(pairs: list[tuple[float, float]]) -> None:
    race = compared(pairs, (1, 2), name_a="U-Net", name_b="LEAP")
    data = json.loads(json.dumps(race.to_dict(), allow_nan=False))
    assert data["sentence"] == race.sentence
    assert Timing.from_dict(data["a"]) == race.a
    assert Comparison.from_dict(data) == race == Comparison.from_dict({**data, "from_the_future": 1})


def test_a_figure_that_is_missing_is_named() -> None:
    data = compared([(2.0, 1.0)] * 6).to_dict()
    del data["rounds"]
    with pytest.raises(KeyError, match="rounds"):
        Comparison.from_dict(data)


def test_it_prints_the_sentence_and_both_timings() -> None:
    race = compared([(18.0, 10.0)] * 6, name_a="U-Net", name_b="LEAP")
    assert str(race).splitlines() == [race.sentence, f"U-Net: {race.a}", f"LEAP: {race.b}"]
    assert repr(race) == "<Comparison LEAP is 1.80 times faster (95 %: 1.80 to 1.80); 6 rounds>"


def test_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one round"):
        compared([])


@pytest.mark.parametrize(
    "pair", [(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf), (1.0,), (1.0, 2.0, 3.0)]
)
def test_a_pair_that_holds_no_two_times_is_named(pair: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="two positive finite times") as caught:
        compared([(1.0, 1.0), pair])
    assert repr(pair) in str(caught.value)
