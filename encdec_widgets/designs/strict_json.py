"""JSON read strictly: what a lenient reader loses or makes up is refused."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from encdec_widgets.formatting import error_text, quoted, shortened


def data_of(text: Any) -> Any:
    """The data that a JSON text holds.

    >>> data_of('{"filters": 16}')
    {'filters': 16}

    Args:
        text: The text, or its bytes in UTF-8, UTF-16 or UTF-32.

    Raises:
        ValueError: If it is no JSON, if an object has two entries of one name, or if a number is NaN, infinite or has
            more digits than Python reads.
    """
    if not isinstance(text, (str, bytes, bytearray)):
        raise ValueError(f"This is not the JSON of a design, which is a text. Received: {quoted(text)}.")
    try:
        return json.loads(
            text, object_pairs_hook=_without_twins, parse_constant=_no_number, parse_float=_finite
        )
    except RecursionError:
        raise ValueError(
            "This is not the JSON of a design: lists and objects stand too deep in it."
        ) from None
    except ValueError as error:
        raise ValueError(f"This is not the JSON of a design: {shortened(error_text(error))}.") from None


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name in data if counts[name] > 1)
        raise ValueError(f"there are two entries {quoted(twice)} in one place")
    return data


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {shortened(text)} is too large")
    return number
