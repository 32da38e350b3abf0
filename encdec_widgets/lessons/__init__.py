"""Lessons: predictions and goals beside a designer, for a class or for oneself.

Names are imported when they are first used: a bound needs no widgets.
"""

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson
    from encdec_widgets.lessons.bounds import at_least, at_most, exactly
    from encdec_widgets.lessons.class_table import ClassTable
    from encdec_widgets.lessons.taught import lesson

__all__ = ["Lesson", "at_least", "at_most", "exactly", "lesson", "read"]

_HOMES = {
    "Lesson": "encdec_widgets.lessons.a_lesson",
    "at_least": "encdec_widgets.lessons.bounds",
    "at_most": "encdec_widgets.lessons.bounds",
    "exactly": "encdec_widgets.lessons.bounds",
    "lesson": "encdec_widgets.lessons.taught",
}


def read(lines: "str | Iterable[str]", lessons: "Iterable[Lesson]" = ()) -> "ClassTable":
    """The codes of a class, of any of the six lessons and of one's own: each network is built and judged again.

    Args:
        lines: What the chat has of them, with names and time stamps before them.
        lessons: Lessons of one's own.

    Raises:
        ValueError: If ``lines`` is no text and no lines.

    Example:
        >>> from encdec_widgets.lessons import read
        >>> table = read("Ada: 3 ✓ 2 filters=8 down_bl")
        >>> print(table.refused[0].reason)
        This was cut: a code ends in # and four digits. Received: ... Would work: the whole line...
    """
    from encdec_widgets.lessons.reading import class_table

    taught = importlib.import_module("encdec_widgets.lessons.taught")
    own = {one.name: one for one in lessons}

    def lesson_of(name: str) -> "Lesson | None":
        return own.get(name) or (taught.lesson(name, keep=None) if name in taught.MODULES else None)

    return class_table(lines, lesson_of, ", ".join([*taught.MODULES, *own]))


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
