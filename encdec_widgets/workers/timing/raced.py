"""What a race showed: the time of each network, and how those after the first compare with it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from encdec_widgets.workers.timing.comparison import Comparison
from encdec_widgets.workers.timing.result import Timing


@attrs.frozen(kw_only=True, repr=False)
class Raced:
    """Networks that were timed in turn, in the order in which they were given.

    Attributes:
        names: What each is called.
        timings: The timing of each, over all rounds.
        rounds: Of every round, the median time of a batch of each, in milliseconds.

    Example:
        >>> from encdec_widgets.workers.timing import Raced, Timing
        >>> conditions = dict(n=60, first_call_ms=500, batch_size=1, precision="float32", device="CPU", backend="jax")
        >>> timings = tuple(Timing(median_ms=ms, p10_ms=ms, p90_ms=ms, **conditions) for ms in (6, 2, 9))
        >>> rounds = ((6, 2, 9), (6.3, 2.1, 9.4), (5.7, 2, 9), (6, 1.9, 9), (6, 2, 9), (6.1, 2, 9))
        >>> raced = Raced(names=("A", "B", "C"), timings=timings, rounds=rounds)
        >>> raced.sentence
        'compared with A, B is 3.0 times faster (95 %: 2.8 to 3.2); C is 1.50 times slower (95 %: 1.47 to 1.58)'
        >>> raced.compare(2, 1).ratio
        4.5
    """

    names: tuple[str, ...]
    timings: tuple[Timing, ...]
    rounds: tuple[tuple[float, ...], ...]

    def compare(self, a: int, b: int) -> Comparison:
        """How two of them compare, by their numbers from 0: how many times faster ``b`` is.

        Raises:
            IndexError: If there is no such network.
        """
        return Comparison.of(
            self.timings[a],
            self.timings[b],
            [(medians[a], medians[b]) for medians in self.rounds],
            name_a=self.names[a],
            name_b=self.names[b],
        )

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Of each network but the first, how many times faster than the first it is."""
        return tuple(self.compare(0, other) for other in range(1, len(self.names)))

    @property
    def sentence(self) -> str:
        """What the race showed, without a full stop, as :attr:`Comparison.sentence`."""
        told = dict.fromkeys(
            one.sentence for one in self.comparisons
        )  # That there were few rounds is said once.
        return f"compared with {self.names[0]}, {'; '.join(told)}"

    def among(self, numbers: Sequence[int]) -> "Raced":
        """The same race, of some of its networks alone.

        Args:
            numbers: Theirs, from 0; the others are compared with the first of these.
        """
        return Raced(
            names=tuple(self.names[i] for i in numbers),
            timings=tuple(self.timings[i] for i in numbers),
            rounds=tuple(tuple(medians[i] for i in numbers) for medians in self.rounds),
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it and the sentence as plain data, ready for JSON."""
        return {
            "names": list(self.names),
            "timings": [timing.to_dict() for timing in self.timings],
            "rounds": [list(medians) for medians in self.rounds],
            "sentence": self.sentence,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Raced":
        """What ``to_dict`` made ``data`` from; unknown keys, as of a newer version, are ignored.

        Raises:
            KeyError: If a figure is missing.
        """
        return cls(
            names=tuple(data["names"]),
            timings=tuple(map(Timing.from_dict, data["timings"])),
            rounds=tuple(map(tuple, data["rounds"])),
        )

    def __str__(self) -> str:
        """The sentence, and below it each timing on a line."""
        timings = (f"{name}: {timing}" for name, timing in zip(self.names, self.timings, strict=True))
        return "\n".join([self.sentence, *timings])

    def __repr__(self) -> str:
        """The sentence and the number of rounds, marked as a value."""
        return f"<Raced {self.sentence}; {len(self.rounds)} rounds>"
