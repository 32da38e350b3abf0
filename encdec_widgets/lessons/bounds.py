"""Bounds on a quantity: at least, at most, or exactly so much."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any, Literal

import attrs

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.formatting import quoted, value_text

Sign = Literal["at least", "at most", "exactly"]


@attrs.frozen
class Bound:
    """What a quantity has to be.

    Attributes:
        sign: "at least", "at most" or "exactly".
        value: How much; of "exactly", any value that a field may have.
    """

    sign: Sign
    value: Any

    def holds(self, value: Any) -> bool:
        """Whether ``value`` is within it; a value that has no order, such as None, is within no limit."""
        if self.sign == "exactly":
            return same(value, self.value)
        if not is_number(value):
            return False
        return bool(value >= self.value if self.sign == "at least" else value <= self.value)

    def off(self, value: Any) -> float | None:
        """How far ``value`` is from it, 0 where it holds; None where the two have no difference."""
        if self.holds(value):
            return 0.0
        if not (is_number(value) and is_number(self.value)):
            return None
        return abs(float(value) - float(self.value))

    def text(self, write: Callable[[Any], str] = value_text) -> str:
        """The bound in words, its value as ``write`` writes it: "at least 150 px"."""
        return f"{self.sign} {write(self.value)}" if self.sign != "exactly" else write(self.value)

    @property
    def function(self) -> str:
        """The name of the function that makes it: "at_least"."""
        return self.sign.replace(" ", "_")


def at_least(value: float) -> Bound:
    """A quantity that is ``value`` or more.

    Raises:
        ValueError: If it is no finite number.

    Example:
        >>> from encdec_widgets.lessons import at_least
        >>> at_least(150).holds(184), at_least(150).off(100)
        (True, 50.0)
    """
    return Bound("at least", _number("at_least", value))


def at_most(value: float) -> Bound:
    """A quantity that is ``value`` or less.

    Raises:
        ValueError: If it is no finite number.

    Example:
        >>> from encdec_widgets.lessons import at_most
        >>> at_most(500_000).holds(1_900_000), at_most(500_000).text()
        (False, 'at most 500000')
    """
    return Bound("at most", _number("at_most", value))


def exactly(value: Any) -> Bound:
    """A quantity, or a field of any kind, that is ``value``.

    Example:
        >>> from encdec_widgets.lessons import exactly
        >>> exactly(64).holds(64.0), exactly("relu").holds("elu"), exactly("relu").text()
        (True, False, 'relu')
    """
    return Bound("exactly", plain(value))


def is_number(value: Any) -> bool:
    """Whether a value is a number that a float can hold; NaN and True are none.

    >>> is_number(2), is_number(math.inf), is_number(True), is_number(math.nan), is_number(10**400), is_number("2")
    (True, True, False, False, False, False)
    """
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        return not math.isnan(value)
    except OverflowError:  # a whole number that is too large
        return False


def plain(value: Any) -> Any:
    """A number of any library as one of Python's; any other value as it is."""
    if not is_number(value):
        return value
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def _number(name: str, value: Any) -> Any:
    if not is_number(value) or math.isinf(value):
        raise ValueError(
            f"{name} takes a finite number. Received: {quoted(value)}. Would work: {name}(150), say; exactly(...) "
            "takes other values."
        )
    return plain(value)
