"""Why a change of a field does what it does, in one clause that is told only where the numbers bear it out."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

Follows: TypeAlias = Callable[[Any, Any, float], bool]
"""Whether a quantity that became so many times as large follows the change of a value: (old, new, ratio)."""


@attrs.frozen(kw_only=True)
class Quantities:
    """What a field can change of a network; each None where it is not known.

    Attributes:
        parameters: How many weights it has.
        multiply_adds: Of one image.
        receptive_field: Of the output, along the height, in px.
        maximum_stride: Of its coarsest map, along the height.
        output_stride: Of its output, along the height.
    """

    parameters: float | None = None
    multiply_adds: float | None = None
    receptive_field: float | None = None
    maximum_stride: float | None = None
    output_stride: float | None = None


@attrs.frozen(kw_only=True)
class Law:
    """How quantities of a network follow the value of a field, and why.

    Attributes:
        clause: Why, as one clause without a capital and without a full stop. It is told of a change and of the way
            back, so it must be true of both.
        parameters: How they follow, as a :data:`Follows`; None where the clause says nothing of them.
        multiply_adds: As ``parameters``; so are the attributes that follow.
        receptive_field: See ``parameters``.
        maximum_stride: See ``parameters``.
        output_stride: See ``parameters``.

    Example:
        >>> law = Law(clause="parameters grow with the square of the filters", parameters=power(2))
        >>> law.holds(16, 24, Quantities(parameters=1_953_000), Quantities(parameters=4_393_000))
        True
        >>> law.holds(16, 24, Quantities(parameters=1_953_000), Quantities(parameters=2_900_000))
        False
    """

    clause: str
    parameters: Follows | None = None
    multiply_adds: Follows | None = None
    receptive_field: Follows | None = None
    maximum_stride: Follows | None = None
    output_stride: Follows | None = None

    def holds(self, old: Any, new: Any, before: Quantities, after: Quantities) -> bool:
        """Whether it can be seen in a change.

        Args:
            old: The value of the field.
            new: The value that it has now.
            before: What the network was.
            after: What it is now.
        """
        for quantity in attrs.fields_dict(Quantities):
            follows: Follows | None = getattr(self, quantity)
            if follows is None:
                continue
            was, now = getattr(before, quantity), getattr(after, quantity)
            if not was or not now or not follows(old, new, now / was):
                return False
        return True


def more(old: Any, new: Any, ratio: float) -> bool:
    """It grows with the value.

    >>> more(2, 3, 1.4), more(3, 2, 0.7), more(2, 3, 1.0), more(False, True, 1.1)
    (True, True, False, True)
    """
    difference = _amount(new) - _amount(old)
    return difference * (ratio - 1) > 0


def less(old: Any, new: Any, ratio: float) -> bool:
    """It falls where the value grows."""
    return more(new, old, ratio)


def same(old: Any, new: Any, ratio: float) -> bool:
    """It does not depend on the value."""
    return ratio == 1


def power(exponent: float, within: float = 0.2) -> Follows:
    """It grows with a power of the value, whose exponent is seen to be this one within a margin.

    >>> power(2)(10, 20, 4.0), power(2)(10, 20, 3.0)
    (True, False)
    """

    def follows(old: Any, new: Any, ratio: float) -> bool:
        was, now = _amount(old), _amount(new)
        return was > 0 < now != was and abs(math.log(ratio) / math.log(now / was) - exponent) <= within

    return follows


def each(factor: float, within: float = 0.0) -> Follows:
    """It becomes so many times as large with each further one; of counts, with each of them.

    >>> each(2)(3, 5, 4.0), each(2)(3, 5, 3.5), each(2, within=0.1)(3, 5, 3.9), each(2)((4, 4), (4, 4, 4), 2.0)
    (True, False, True, True)
    """

    def follows(old: Any, new: Any, ratio: float) -> bool:
        was, now = (len(value) if isinstance(value, tuple) else _amount(value) for value in (old, new))
        return now != was and abs(math.log(ratio) / ((now - was) * math.log(factor)) - 1) <= within + 1e-9

    return follows


def _amount(value: Any) -> float:
    """A number, a flag as 0 or 1, the sum of counts; not a number for anything else, with which nothing grows."""
    if isinstance(value, tuple):
        return math.fsum(map(_amount, value))
    return float(value) if isinstance(value, (bool, int, float)) else math.nan


SQUARE_OF_FILTERS = Law(clause="parameters grow with the square of the filters", parameters=power(2))
CHANNEL_PAIRS = Law(clause="a convolution has weights for each pair of channels, in and out", parameters=more)
SQUARE_OF_KERNEL = Law(clause="parameters grow with the square of the kernel's size", parameters=power(2))
KERNEL_PIXELS = Law(
    clause="a kernel has a weight for each of its pixels, for each pair of channels", parameters=more
)
FURTHER_CONVOLUTIONS = Law(
    clause="each convolution has weights of its own and widens the receptive field",
    parameters=more,
    receptive_field=more,
)
OWN_WEIGHTS = Law(clause="each convolution has weights of its own", parameters=more)
LEVELS_DOWN = (
    Law(
        clause="each level doubles the maximum stride, and roughly the receptive field",
        maximum_stride=each(2),
        receptive_field=each(2, within=0.3),
    ),
    Law(clause="each level doubles the maximum stride", maximum_stride=each(2)),
)
LEVELS_UP = Law(clause="each level doubles the size of the output", output_stride=each(0.5))
STACKS = Law(
    clause="each stack takes about as many multiply-adds as the one before it",
    multiply_adds=power(1, within=0.3),
)
FEWER_PIXELS = Law(clause="the larger the stride, the fewer pixels are left to go over", multiply_adds=less)
MORE_PIXELS = Law(clause="the larger the map, the more pixels there are to go over", multiply_adds=more)
INTERPOLATED = Law(clause="interpolation has no weights, a transposed convolution has", parameters=less)
LEARNED = Law(clause=INTERPOLATED.clause, parameters=more)
SKIP_MADE = (
    Law(clause="with a skip, the encoder's channels are read as well", parameters=more),
    Law(clause="an addition has no weights", parameters=same),
)
SKIP_ADDED = Law(clause="a sum has fewer channels than a concatenation", parameters=less)
NORMALIZED = Law(clause="batch normalization keeps four numbers for each channel", parameters=more)
REORDERED = Law(clause="the same layers stand in another order", parameters=same, multiply_adds=same)
BIASED = Law(clause="a bias is one parameter for each channel", parameters=more)
ACTIVATED = Law(clause="an activation has no weights", parameters=same)
INTERPOLATION = Law(clause="interpolation has no weights", parameters=same)
DROPPED = Law(clause="dropout has no weights and acts in training alone", parameters=same)
PIXELS = Law(
    clause="multiply-adds grow with the number of pixels, parameters do not",
    multiply_adds=power(1, within=0.1),
    parameters=same,
)
IMAGE_CHANNELS = Law(clause="only what reads the image has weights for its channels", parameters=more)
FEWER_CHANNELS = Law(clause="with its input, a block hands on more channels", parameters=less)
CONTRACTED = Law(clause="a contracted block ends with the fewer filters of the next level", parameters=less)
MIDDLE = Law(
    clause="its convolutions stand at the coarsest stride, with fewest pixels to go over", parameters=more
)
INCREASE = Law(clause="each coarser level adds it once more, so the deepest change most", parameters=more)
DENSE = Law(clause="every dense layer reads the channels of all before it", parameters=more)
RATE = Law(
    clause="each coarser level multiplies the channels by the rate, so the deepest change most",
    parameters=more,
)
