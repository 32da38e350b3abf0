"""The numbers that a quantity can be: a bound of anything else can't be held, or holds of every network."""

from __future__ import annotations

import sys
from typing import Any

import attrs

from encdec_widgets.lessons.bounds import is_number


@attrs.frozen(kw_only=True)
class PossibleNumbers:
    """Numbers between two limits.

    Attributes:
        like: One of them, which an error names as what would work.
        least: The smallest one.
        most: The largest one; any finite one if left out.
        above: Whether ``least`` itself is none of them.

    Example:
        >>> shares = PossibleNumbers(like=0.9, most=1)
        >>> 0.95 in shares, 95 in shares, "0.95" in shares, shares.words
        (True, False, False, 'a number from 0 to 1')
    """

    like: float
    least: float = 0
    most: float = sys.float_info.max
    above: bool = False

    def __contains__(self, value: Any) -> bool:
        """Whether a value is one of them."""
        return (
            is_number(value) and self.least <= value <= self.most and not (self.above and value == self.least)
        )

    @property
    def words(self) -> str:
        """What they are: "a number of 1 or more"."""
        if self.most < sys.float_info.max:
            return f"a number from {self.least} to {self.most}"
        return f"a number above {self.least}" if self.above else f"a number of {self.least} or more"
