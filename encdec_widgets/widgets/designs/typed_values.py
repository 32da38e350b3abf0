"""Values of a field as a person types them: with commas between them, or a range of whole numbers."""

import re
from typing import Any

from encdec_widgets.architectures.fields.described import FieldError, is_number
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.variants import current_value, fields_to_try, values_of
from encdec_widgets.formatting import exact_text, value_text

_MOST_VALUES = 6
"""So many values are filled in, those around the present one."""
_MOST_OF_RANGE = 1_000
_RANGE = re.compile(
    r"(\d{1,9})\s*(?:to|\.{2,3}|[-–—…])\s*(\d{1,9})(?:\s*(?:by|step)\s*(\d{1,9}))?", re.IGNORECASE
)


def sensible_values(design: Design, path: str) -> list[Any]:
    """Values of a field that are worth a sweep: at most six, around the present one.

    Args:
        design: The design.
        path: One of :func:`encdec_widgets.designs.variants.fields_to_try`.
    """
    values = [value for value in values_of(design, path) if value is not None]
    if len(values) <= _MOST_VALUES:
        return values
    present = current_value(design, path)
    place = values.index(present) if present in values else 0
    first = min(max(place - _MOST_VALUES // 2, 0), len(values) - _MOST_VALUES)
    return values[first : first + _MOST_VALUES]


def read_values(design: Design, path: str, text: str) -> list[Any]:
    """Values from a text, each once: as they are written on the screen, as numbers, or as a range of whole numbers.

    Args:
        design: The design.
        path: One of :func:`encdec_widgets.designs.variants.fields_to_try`.
        text: Values with commas between them; "3 to 5", "3-5" and "3..5" are 3, 4, 5, and "8 to 32 by 8" is every
            eighth.

    Raises:
        FieldError: (a ValueError) If the field cannot have one of them, or there is none.

    Example:
        >>> from encdec_widgets import preset
        >>> read_values(preset("U-Net"), "filters", "4, 8 to 32 by 8, 33-34")
        [4, 8, 16, 24, 32, 33, 34]
    """
    info = fields_to_try(design)[path]
    values = values_of(design, path)
    known = {value_text(value).casefold(): value for value in values}
    numbers = any(map(is_number, values))
    examples = ", ".join(list(known)[:3])
    ways = f"such as {examples}" + (", or a range, such as 3 to 5" if numbers else "")
    found: list[Any] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        typed = [known[word.casefold()]] if word.casefold() in known else _numbers(path, word)
        if numbers and not any(map(is_number, typed)) and word.casefold() not in known:
            raise FieldError(path, word, f"must be values with commas between them, {ways}")
        found += (info.accept(path, value) for value in typed)
    if not found:
        raise FieldError(path, text, f"must be values with commas between them, {ways}")
    return list(dict.fromkeys(found))


def _numbers(path: str, word: str) -> list[Any]:
    """The number that a word is, or those of a range; else the word."""
    for kind in (int, float):
        try:
            return [kind(word)]
        except ValueError:
            continue
    ends = _RANGE.fullmatch(word)
    if ends is None:
        return [word]
    first, last, step = (int(number) for number in ends.groups("1"))
    whole = range(first, last + 1, step or 1)
    if not 0 < len(whole) <= _MOST_OF_RANGE:
        allowed = f"must be a range that goes up, of at most {exact_text(_MOST_OF_RANGE)} values"
        raise FieldError(path, word, allowed)
    return list(whole)
