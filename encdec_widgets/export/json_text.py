"""JSON as other programs write it: with comments, and with NaN or a key twice where nobody asks for them."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

from encdec_widgets.formatting import error_text, shortened

# A text or comment without an end runs to the end of the file: so each character is looked at once.
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|//[^\r\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)


@attrs.frozen
class Json:
    """What a JSON text holds.

    Attributes:
        data: The data.
        repeated: The keys that stand twice in one object, of which the last one counts.
    """

    data: Any
    repeated: tuple[str, ...]


def parsed(text: str) -> Json:
    """Read a JSON text in which there may be comments.

    >>> parsed('{"filters": 16} // of the first level').data
    {'filters': 16}

    Raises:
        ValueError: If it is no JSON.
    """
    repeated: list[str] = []

    def as_dict(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            repeated.extend(name for name in data if counts[name] > 1)
        return data

    try:
        try:
            data = json.loads(text, object_pairs_hook=as_dict)
        except ValueError:
            repeated.clear()
            data = json.loads(without_comments(text), object_pairs_hook=as_dict)
    except RecursionError:
        raise ValueError("lists and objects stand too deep in it") from None
    except ValueError as error:
        raise ValueError(shortened(error_text(error))) from None
    return Json(data, tuple(repeated))


def without_comments(text: str) -> str:
    """Take the comments out of a JSON text: ``// ...`` up to the end of the line, and ``/* ... */``.

    >>> without_comments('{"a": "//", /* b */ "c": 1}')
    '{"a": "//",   "c": 1}'
    """
    return _COMMENT.sub(lambda match: match[0] if match[0].startswith('"') else " ", text)
