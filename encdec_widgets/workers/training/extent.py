"""How long a training is to be, and its seed: checked alike, wherever they are given."""

import math
import numbers
import operator
from typing import Any

import attrs

from encdec_widgets.formatting import quoted


@attrs.frozen
class Extent:
    """How long a training is to be, and its seed, as plain numbers.

    Attributes:
        steps: So many steps at most; None for no limit.
        seconds: So many seconds of steps at most; None for no limit.
        seed: What images, their order and first weights come from.
    """

    steps: int | None
    seconds: float | None
    seed: int


def checked_extent(steps: Any, seconds: Any, seed: Any) -> Extent:
    """Steps, seconds and a seed, of Python or NumPy.

    Raises:
        ValueError: If it is nothing that can be done.

    Example:
        >>> import numpy as np
        >>> from encdec_widgets.workers.training.extent import checked_extent
        >>> checked_extent(np.int64(400), None, seed=0)
        Extent(steps=400, seconds=None, seed=0)
    """
    return Extent(
        None if steps is None else _whole("steps", steps, ", or None for no limit"),
        None if seconds is None else _seconds(seconds),
        _whole("seed", seed, ""),
    )


def _whole(name: str, value: Any, other: str) -> int:
    try:
        whole = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        whole = -1
    if whole < 0:
        raise ValueError(f"{name} must be a whole number from 0{other}. Received: {name}={quoted(value)}.")
    return whole


def _seconds(value: Any) -> float:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= float(value) < math.inf:
        raise ValueError(
            f"seconds must be a number from 0, or None for no limit. Received: seconds={quoted(value)}."
        )
    return float(value)
