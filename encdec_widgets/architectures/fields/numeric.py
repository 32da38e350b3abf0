"""Numbers as they are received, and numbers across a range."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

MOST = 13
"""How many whole numbers of a range are tried."""
STEPS = 10
"""A range of numbers with fractions is divided into so many steps: whole ranges give round numbers then."""
WIDE = 8
"""A range of whole numbers whose end is so many times its start is gone through in factors, not in steps."""


def is_number(value: Any) -> bool:
    """Whether it is a number other than NaN and infinity.

    >>> is_number(2.5), is_number(float("inf")), is_number(True)
    (True, False, False)
    """
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    number: Any = value
    try:
        return bool(abs(number) < math.inf)
    except TypeError:  # a duration of NumPy, which calls itself a whole number
        return False


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, however it is written.

    >>> is_whole(3), is_whole(3.0), is_whole(3.5), is_whole("3")
    (True, True, False, False)
    """
    # Nearly all values are plain ints, and to ask whether something is a number takes longer.
    return type(value) is int or (is_number(value) and bool(value == int(value)))


def as_number(value: Any) -> float | None:
    """The number that a value is near to, also one that was typed as a text; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, (numbers.Real, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def as_items(value: Any) -> Sequence[Any] | None:
    """The items of a list, a tuple or a NumPy array; None of anything else."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value if isinstance(value, (list, tuple)) else None


def whole_numbers(low: float, high: float) -> tuple[int, ...]:
    """At most :data:`MOST` whole numbers from ``low`` to ``high``: all, in even steps, or doubled where it is wide.

    >>> whole_numbers(1, 5)
    (1, 2, 3, 4, 5)
    >>> whole_numbers(1, 128)
    (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
    """
    first, last = round(low), round(high)
    if last - first < MOST:
        return tuple(range(first, last + 1))
    if first < 0 or last < WIDE * max(first, 1):
        return tuple(sorted({round(first + i * (last - first) / (MOST - 1)) for i in range(MOST)}))
    doubled = [2**i for i in range(last.bit_length()) if first < 2**i < last]
    between = [3 * half // 2 for half in doubled if half > 1 and first < 3 * half // 2 < last]
    between = between[max(0, len(doubled) + len(between) + 2 - MOST) :]
    every = 1 + len(doubled) // MOST
    return tuple(sorted({first, *doubled[::every], *between, last}))


def real_numbers(low: float, high: float) -> tuple[float, ...]:
    """Numbers in even steps from ``low`` to ``high``.

    >>> real_numbers(0, 0.5)[:4]
    (0.0, 0.05, 0.1, 0.15)
    """
    # Rounded, so that 1.2000000000000002 does not appear.
    return tuple(float(f"{low + i * (high - low) / STEPS:.6g}") for i in range(STEPS + 1))
