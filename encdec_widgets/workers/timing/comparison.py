"""Two networks raced against each other: how many times faster one is, and how sure that is."""

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import attrs

from encdec_widgets.formatting import quoted
from encdec_widgets.workers.timing.result import Timing
from encdec_widgets.workers.timing.statistics import median_interval

ENOUGH_ROUNDS = 6
"""With fewer rounds there is no 95 % interval, and no difference is claimed."""

_IN_PERCENT = 1.1
"""Below this ratio, a difference is given in percent, which is easier to read than "1.01 times faster"."""


@attrs.frozen(kw_only=True, repr=False)
class Comparison:
    """How the times of two networks compare, from rounds in which each was timed right beside the other.

    What is compared is the time of one image: of networks timed at the same batch size the time of a batch compares
    alike, and at different ones the time of a batch would say nothing.

    Attributes:
        a: The timing of A, over all rounds.
        b: The timing of B, over all rounds.
        ratio: Time of A over time of B, so that B is ``ratio`` times faster: the median of the rounds' ratios.
        low: Lower end of the 95 % interval of the ratio; 0 of fewer than 6 rounds.
        high: Upper end of the 95 % interval of the ratio; infinite of fewer than 6 rounds.
        rounds: Number of rounds: pairs of a time of A and one of B.
        name_a: What the sentence calls A.
        name_b: What the sentence calls B.

    Example:
        >>> from encdec_widgets.workers.timing import Comparison, Timing
        >>> conditions = dict(n=60, first_call_ms=500, batch_size=1, precision="float32", device="CPU", backend="jax")
        >>> a = Timing(median_ms=6, p10_ms=6, p90_ms=6, **conditions)
        >>> b = Timing(median_ms=2, p10_ms=2, p90_ms=2, **conditions)
        >>> Comparison.of(a, b, pairs=[(6, 2), (6.3, 2.1), (5.7, 2), (6, 1.9), (6, 2), (6.1, 2)]).sentence
        'B is 3.0 times faster (95 %: 2.8 to 3.2)'
    """

    a: Timing
    b: Timing
    ratio: float
    low: float
    high: float
    rounds: int
    name_a: str = "A"
    name_b: str = "B"

    @classmethod
    def of(
        cls,
        a: Timing,
        b: Timing,
        pairs: Sequence[tuple[float, float]],
        *,
        name_a: str = "A",
        name_b: str = "B",
    ) -> "Comparison":
        """Compare the times of a race.

        Other work, heat and the clock's changes slow A and B of one round alike, so that they cancel in the round's
        ratio. The median is taken of the logarithms of the ratios, which makes the comparison of B with A the
        inverse of that of A with B; its interval is that of :func:`median_interval`.

        Args:
            a: The timing of A, over all rounds.
            b: The timing of B, over all rounds.
            pairs: For every round the median time of a batch of A and of one of B, in milliseconds. The order in which
                the two ran should change from round to round: the second finds the device warmer.
            name_a: What the sentence calls A.
            name_b: What the sentence calls B.

        Raises:
            ValueError: If there are no pairs, or if a time is not a positive finite number.
        """
        if not len(pairs):
            raise ValueError("pairs must hold at least one round's times of A and B, not none")
        for pair in pairs:
            if len(pair) != 2 or not all(math.isfinite(time) and time > 0 for time in pair):
                raise ValueError(
                    f"each of pairs must be two positive finite times in milliseconds, not {quoted(pair)}"
                )
        logs = [math.log(time_a * b.batch_size / (time_b * a.batch_size)) for time_a, time_b in pairs]
        low, high = median_interval(logs)
        return cls(
            a=a,
            b=b,
            ratio=math.exp(median(logs)),
            low=math.exp(low),
            high=math.exp(high),
            rounds=len(pairs),
            name_a=name_a,
            name_b=name_b,
        )

    @property
    def different(self) -> bool:
        """Whether the 95 % interval rules out that both take the same time."""
        return self.low > 1 or self.high < 1

    @property
    def sentence(self) -> str:
        """What the race showed, without a full stop: "B is 1.8 times faster (95 %: 1.6 to 2.0)".

        Where the two ran on different devices, it says on which.

        A number of times is always above 1, and a percentage above 0: "2 times slower" is twice the time of an image,
        "2 % faster" is 2 % more images in the same time. The interval is rounded outwards, so that it holds what is
        printed before it and never less than what was found.
        """
        if self.a.device == self.b.device:
            return self._found
        return f"{self._found}; {self.name_a} ran on {self.a.device}, {self.name_b} on {self.b.device}"

    @property
    def _found(self) -> str:
        per_image = "" if self.a.batch_size == self.b.batch_size else " per image"
        if math.isinf(self.high):
            return (
                f"no difference that this run could show: a 95 % interval takes {ENOUGH_ROUNDS} rounds or more, "
                f"and there were {self.rounds}"
            )
        if not self.different:
            # In terms of time, not of speed: which of the two is faster is not known.
            low, high = 1 / self.high, 1 / self.low
            decimals = _decimals(low, high, 1, 2)
            return (
                f"no difference that this run could show (95 %: {self.name_b} takes "
                f"{_printed(math.floor, low, decimals)} to {_printed(math.ceil, high, decimals)} times "
                f"as long{per_image})"
            )
        if self.ratio > 1:
            return f"{self.name_b} is {_difference(self.low, self.ratio, self.high, f'faster{per_image}')}"
        slower = _difference(1 / self.high, 1 / self.ratio, 1 / self.low, f"slower{per_image}")
        return f"{self.name_b} is {slower}"

    def to_dict(self) -> dict[str, Any]:
        """All fields and the sentence as plain data, ready for JSON; an end that is infinite becomes None."""
        data = {attribute.name: getattr(self, attribute.name) for attribute in attrs.fields(type(self))}
        data |= {"a": self.a.to_dict(), "b": self.b.to_dict(), "sentence": self.sentence}
        return data | {"high": None if math.isinf(self.high) else self.high}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Comparison":
        """The comparison that ``to_dict`` made ``data`` from; unknown keys, as of a newer version, are ignored.

        Raises:
            KeyError: If a figure is missing.
        """
        known = {attribute.name: data[attribute.name] for attribute in attrs.fields(cls)}
        known |= {"a": Timing.from_dict(data["a"]), "b": Timing.from_dict(data["b"])}
        return cls(**known | {"high": math.inf if data["high"] is None else data["high"]})

    def __str__(self) -> str:
        """The sentence, and below it the timings of A and of B, each on a line."""
        return f"{self.sentence}\n{self.name_a}: {self.a}\n{self.name_b}: {self.b}"

    def __repr__(self) -> str:
        """The sentence and the number of rounds, marked as a value."""
        return f"<Comparison {self.sentence}; {self.rounds} rounds>"


def _difference(low: float, ratio: float, high: float, direction: str) -> str:
    """A ratio whose interval lies above 1, in words: "1.8 times faster (95 %: 1.6 to 2.0)"."""
    if ratio < _IN_PERCENT:
        return _in_percent(100 * (low - 1), 100 * (ratio - 1), 100 * (high - 1), direction)
    decimals = _decimals(low, high, 1 if low >= _IN_PERCENT else 2, 2)
    bottom = "more than 1" if low < 1 + 10**-decimals else _printed(math.floor, low, decimals)
    top = _printed(math.ceil, high, decimals)
    return f"{_printed(round, ratio, decimals)} times {direction} (95 %: {bottom} to {top})"


def _in_percent(low: float, middle: float, high: float, direction: str) -> str:
    decimals = _decimals(low, high, 0 if low >= 1 else 1, 1)
    bottom = "more than 0" if low < 10**-decimals else _printed(math.floor, low, decimals)
    value = "less than 0.1" if middle < 0.05 else _printed(round, middle, decimals)
    return f"{value} % {direction} (95 %: {bottom} to {_printed(math.ceil, high, decimals)} %)"


def _decimals(low: float, high: float, least: int, most: int) -> int:
    """So many decimals that half of the interval is one to ten steps of the last one, within bounds."""
    half = (high - low) / 2
    return min(max(-math.floor(math.log10(half)), least), most) if half > 0 else most


def _printed(rounded: Callable[[float], int], value: float, decimals: int) -> str:
    decimals = 0 if value >= 100 else min(decimals, 1) if value >= 10 else decimals
    scale = 10**decimals
    # Rounded once before, or the last bits of a float would make 1.14 of 1.15.
    return f"{rounded(round(value * scale, 6)) / scale:,.{decimals}f}"
