"""The search of the advisor: exact bounds leave few of many designs to be built.

Of two networks that differ in their levels alone, the one with more costs more in every figure, sees further, and is as
fine. Of two that differ in widths alone, the wider costs more and sees as far. So of each output, way of upsampling and
scale, the one with the fewest levels that see the animal, and with the least widths, is no worse in any aim than all
others that meet the wishes; where it misses one for what it costs, so do they.
"""

import math
import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from typing import TypeAlias, TypeVar

import attrs

from encdec_widgets.explore.advising.candidate import Candidate
from encdec_widgets.explore.advising.looked import is_known, look_in_steps
from encdec_widgets.explore.advising.space import SCALES, Shape, shapes
from encdec_widgets.explore.requirements import Requirements, Wish
from encdec_widgets.workers.timing.calibration import Calibration


@attrs.frozen(kw_only=True)
class Step:
    """How far the advisor is.

    Attributes:
        doing: What it does, in a few words.
        built: How many networks it has built.
        at_most: How many the search through the designs builds at most; None once that is over, as it is not known
            what looking more closely at a few takes.
        left_s: How many seconds that search may take at most, from what building took so far; None where that is not
            known.
        share: How much of all is done, from 0 to 1; it never falls.
    """

    doing: str
    built: int
    at_most: int | None = None
    left_s: float | None = None
    share: float


SEARCHED = 0.5
"""So much is done when the search through the designs is over: the rest looks more closely at three of them."""


Result = TypeVar("Result")
Steps: TypeAlias = Generator[Step, None, list[Candidate]]
_Group: TypeAlias = tuple[object, ...]


@attrs.define(eq=False, kw_only=True)
class Search:
    """A space of designs, and what must hold of one.

    Attributes:
        wanted: What must hold.
        families: Names of the families to choose from.
        calibration: What the device can do; None where no time is predicted.
        slower: By what predictions are multiplied.
        scales: By what images may be multiplied in size.
        gives_way: Says before each block of a network whether something else is to be done first.
        built: How many networks it has built so far.
        seconds: How long that took.
    """

    wanted: Requirements
    families: Sequence[str]
    calibration: Calibration | None = None
    slower: float = 1.0
    scales: Sequence[float] = SCALES
    gives_way: Callable[[], bool] = lambda: False
    built: int = 0
    seconds: float = 0.0
    _sees: dict[_Group, int] = attrs.field(factory=dict, init=False)
    """By group, the fewest levels that see the animal."""

    def candidate(self, shape: Shape, scale: float) -> Candidate:
        """The network of a shape with the least widths, at a scale."""
        return Candidate(
            wanted=self.wanted,
            shape=shape,
            architecture=shape.slender,
            scale=scale,
            calibration=self.calibration,
            slower=self.slower,
        )

    def best(self) -> Steps:
        """Find the designs that meet all wishes and are no worse than all others that do.

        Yields:
            How far it is, before each network that is built.

        Returns:
            Of each output, way of upsampling and scale the one with the fewest levels that see the animal.
        """
        found: list[Candidate] = []
        ended: set[_Group] = set()
        pairs = [one for one in self._pairs() if all(one.least(wish) <= 1 for wish in self.wanted.wishes)]
        for number, one in enumerate(pairs):
            group = _group(one)
            if group in ended:
                continue
            yield from self._looking(one, [other for other in pairs[number:] if _group(other) not in ended])
            if not one.meets("animal"):
                continue  # One with more levels sees further.
            self._sees[group] = one.shape.levels
            ended.add(group)  # One with more levels costs more.
            if not one.missed:
                found.append(one)
        return found

    def nearest(self, giving: Collection[Wish]) -> Steps:
        """Find the design that misses some wishes by the least factor and meets all others.

        Where it misses several, the largest of their factors counts.

        Args:
            giving: The wishes that may be missed.

        Yields:
            How far it is, before each network that is built.

        Returns:
            That design alone; none where the others can't be met.
        """

        def least(one: Candidate) -> float:
            return max(one.least(wish) for wish in giving)

        kept = [wish for wish in self.wanted.wishes if wish not in giving]
        pairs = [one for one in self._pairs() if all(one.least(wish) <= 1 for wish in kept)]
        pairs.sort(
            key=least
        )  # Of one group, those with fewer levels stay first where the animal is to be seen.
        found: list[Candidate] = []
        misses_by = math.inf
        for one in pairs:
            group = _group(one)
            if one.shape.levels > self._sees.get(group, one.shape.levels):
                continue  # One with fewer levels sees the animal, and costs less.
            if least(one) >= misses_by:
                break
            yield from self.looking_closely(one, f"what would have to give way: {_words(one)}", SEARCHED)
            if one.meets("animal"):
                self._sees[group] = min(one.shape.levels, self._sees.get(group, one.shape.levels))
            if all(one.meets(wish) for wish in kept):
                by = max(one.needs(wish) for wish in giving)
                if by < misses_by:
                    misses_by, found = by, [one]
        return found

    def _looking(self, one: Candidate, left: Sequence[Candidate]) -> Generator[Step, None, None]:
        """Build a network, unless that was done before."""
        if self._known(one):
            return
        most = len({id(other.shape) for other in left if not self._known(other)})
        at_most = self.built + most
        step = Step(
            doing=f"building {_words(one)}",
            built=self.built,
            at_most=at_most,
            left_s=most * self.seconds / self.built if self.built else None,
            share=SEARCHED * self.built / at_most,
        )
        yield from self._building(one, step)

    def looking_closely(self, one: Candidate, doing: str, share: float) -> Generator[Step, None, None]:
        """Build a network after the search through the designs, unless that was done before.

        Args:
            one: The network.
            doing: What for, in a few words.
            share: How much of all is done.
        """
        if not self._known(one):
            yield from self._building(one, Step(doing=doing, built=self.built, share=share))

    def _building(self, one: Candidate, step: Step) -> Generator[Step, None, None]:
        yield step
        began = time.perf_counter()
        steps = look_in_steps(one.architecture, self.wanted.channels, self.wanted.precision, self.gives_way)
        yield from saying(step, steps)
        self.seconds += time.perf_counter() - began
        self.built += 1

    def _known(self, one: Candidate) -> bool:
        return is_known(one.architecture, self.wanted.channels, self.wanted.precision)

    def _pairs(self) -> Iterator[Candidate]:
        """All networks with the least widths at all scales, those with fewer levels first."""
        every = [shape for family in self.families for shape in shapes(family)]
        every.sort(key=lambda shape: shape.levels)
        return (self.candidate(shape, scale) for shape in every for scale in self.scales)


def saying(step: Step, steps: Generator[None, None, Result]) -> Generator[Step, None, Result]:
    """Take steps, and say the same of each."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        yield step


def _words(one: Candidate) -> str:
    return f"{one.shape.family} with maximum stride {one.architecture.maximum_stride}"


def _group(one: Candidate) -> _Group:
    """What a candidate has in common with those that differ in their levels alone."""
    return one.shape.family, one.shape.output_stride, one.shape.upsampling, one.scale
