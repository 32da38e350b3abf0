"""Numbers as people type them into a box: with a unit, separators or a letter for thousands."""

import math
import re

_TYPED = re.compile(r"([+-]?[0-9.,' _\u00a0\u2009\u202f]+(?:[eE][+-]?[0-9]+)?)\s*([kMG]?)")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_CROSS = re.compile(r"^[x×]\s*|\s*[x×]$", re.IGNORECASE)
_TIMES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


def typed_number(text: str, unit: str = "") -> float | str:
    """The number that a text stands for; the text itself where it stands for none, so that it can be named.

    Args:
        text: What was typed.
        unit: A unit that may stand behind the number; of "×", which no keyboard has, "x" before or behind it too.

    >>> typed_number("1,900 k"), typed_number("0,500"), typed_number(" 236 px ", "px"), typed_number("4x", "×")
    (1900000.0, 0.5, 236.0, 4.0)
    >>> typed_number("far")
    'far'
    """
    written = text.strip()
    if unit == "×":
        written = _CROSS.sub("", written)
    elif unit and written.endswith(unit):
        written = written.removesuffix(unit).rstrip()
    match = _TYPED.fullmatch(written)
    if match is None:
        return text.strip()
    digits = re.sub(r"[' _\u00a0\u2009\u202f]", "", match[1])
    digits = digits.replace(",", "" if _GROUPED.fullmatch(digits) else ".")
    try:
        number = float(digits) * _TIMES[match[2]]
    except ValueError:
        return text.strip()
    return number if math.isfinite(number) else text.strip()
