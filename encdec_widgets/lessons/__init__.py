"""Lessons: predictions and goals beside a designer, for a class or for oneself.

Names are imported when they are first used: a bound needs no widgets.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from encdec_widgets.lessons.bounds import at_least, at_most, exactly
    from encdec_widgets.lessons.lesson import Lesson

__all__ = ["Lesson", "at_least", "at_most", "exactly"]

_HOMES = {
    "Lesson": "encdec_widgets.lessons.lesson",
    "at_least": "encdec_widgets.lessons.bounds",
    "at_most": "encdec_widgets.lessons.bounds",
    "exactly": "encdec_widgets.lessons.bounds",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
