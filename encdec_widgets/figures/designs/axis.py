"""An axis of figures: where a number stands on it, and which numbers are written beside it."""

import math
from collections.abc import Callable, Iterable

import attrs

_MOST_TICKS = 7
_ROOM = 0.06
"""The share of an axis that is left free at both of its ends."""
_NICE = (1.0, 2.0, 5.0)
_ALIKE, _SMALLEST = 1e-9, 1e-6


@attrs.frozen(kw_only=True)
class Quantity:
    """A figure of designs.

    Attributes:
        name: What code calls it, such as "parameters".
        label: What a person reads, such as "Parameters".
        unit: Its unit, where the text of a number does not have it; else empty.
        text: Writes a number, with its unit.
        beyond: The words for an infinite number.
        ratios: Whether twice as much is one step, whatever of: its axis is logarithmic.
        doubles: Whether it comes in powers of two.
        better: Whether less of it is better, "low", or more, "high".
    """

    name: str
    label: str
    unit: str = ""
    text: Callable[[float], str] = str
    beyond: str = "∞"
    ratios: bool = True
    doubles: bool = False
    better: str = "low"

    @property
    def title(self) -> str:
        """The label with the unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    def written(self, value: float) -> str:
        """A number in words.

        >>> Quantity(name="field", label="Sees", text=lambda px: f"{px} px", beyond="whole image").written(math.inf)
        'whole image'
        """
        return self.beyond if math.isinf(value) else self.text(value)


@attrs.frozen(kw_only=True)
class Axis:
    """An axis from ``low`` to ``high``.

    Attributes:
        quantity: What stands on it.
        low: The number at its beginning.
        high: That at its end.
        logarithmic: Whether equal ratios are equally far apart.
        last: Where infinite numbers stand, if there are any: further than all others.
        ticks: The numbers that are written, in order.

    Example:
        >>> axis = axis_of(Quantity(name="parameters", label="Parameters"), [1e4, 1e6])
        >>> axis.logarithmic, round(axis.share(1e5), 3), axis.ticks
        (True, 0.5, (10000.0, 100000.0, 1000000.0))
    """

    quantity: Quantity
    low: float
    high: float
    logarithmic: bool
    last: float | None = None
    ticks: tuple[float, ...] = ()

    def share(self, value: float) -> float:
        """Where a number stands: 0 at the beginning, 1 at the end."""
        at, low, high = map(self.scaled, (self.place(value), self.low, self.high))
        return (at - low) / (high - low)

    def place(self, value: float) -> float:
        """The number itself; of an infinite one, that where it stands."""
        return self.last if math.isinf(value) and self.last is not None else value

    def scaled(self, value: float) -> float:
        """A number as the axis counts: its logarithm, where that is so."""
        return math.log10(value) if self.logarithmic else value


def axis_of(quantity: Quantity, values: Iterable[float]) -> Axis:
    """The axis on which some numbers have room; infinite ones stand at its end.

    Args:
        quantity: What the numbers are.
        values: The numbers; without any finite one, the axis begins at 1.
    """
    found = list(values)
    finite = [float(value) for value in found if math.isfinite(value)]
    least, most = (min(finite), max(finite)) if finite else (1.0, 1.0)
    logarithmic = quantity.ratios and least >= _SMALLEST  # nothing that is counted or measured is less
    last = None
    low, high = (math.log10(least), math.log10(most)) if logarithmic else (least, most)
    size = max(abs(low), abs(high))
    alike = high - low <= _ALIKE * size  # to a person, and nearly to a computer
    span = (0.3 if logarithmic else max(size / 2, _SMALLEST)) if alike else high - low
    inner = low, high
    if len(finite) < len(found):
        high += 0.15 * span
        last = 10**high if logarithmic else high
    if alike:
        low, high = low - span / 2, high + span / 2
    margin = _ROOM * (high - low)
    low, high = low - margin, high + margin
    if not logarithmic and least >= 0:
        low = max(low, -margin)
    ends = (10**low, 10**high) if logarithmic else (low, high)
    seen = (10 ** (inner[0] - margin), 10 ** (inner[1] + margin)) if logarithmic else (low, inner[1] + margin)
    ticks = _ticks(quantity, *seen, logarithmic=logarithmic)
    return Axis(
        quantity=quantity,
        low=ends[0],
        high=ends[1],
        logarithmic=logarithmic,
        last=last,
        ticks=(*ticks, *(() if last is None else (math.inf,))),
    )


def _ticks(quantity: Quantity, low: float, high: float, *, logarithmic: bool) -> tuple[float, ...]:
    """Round numbers from ``low`` to ``high``, not too many."""
    if logarithmic and quantity.doubles:
        powers = range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)
        if powers:
            return tuple(float(2**power) for power in powers[:: 1 + len(powers) // _MOST_TICKS])
    if logarithmic:
        for nice in (_NICE, (1.0, 3.0), (1.0,)):
            found = [
                step * 10.0**decade
                for decade in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                for step in nice
                if low <= step * 10.0**decade <= high
            ]
            if len(found) <= _MOST_TICKS:
                break
        if len(found) > _MOST_TICKS:
            found = found[:: 1 + len(found) // _MOST_TICKS]
        if len(found) > 1:
            return tuple(found)
    step = _nice_step((high - low) / (_MOST_TICKS - 2))
    first = math.ceil(low / step)
    return tuple(
        number * step for number in range(first, math.floor(high / step) + 1) if number * step >= 0 or low < 0
    )


def _nice_step(least: float) -> float:
    """The round number that is at least so large."""
    decade = 10.0 ** math.floor(math.log10(least))
    return next((nice * decade for nice in _NICE if nice * decade >= least), 10 * decade)
