"""The six lessons that come with the library, each made when it is asked for."""

import importlib
from typing import TYPE_CHECKING, Any

from encdec_widgets.formatting import quoted

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson

MODULES = {
    "1": "sizes",
    "2": "skips",
    "3": "seeing_far",
    "4": "parameters_lie",
    "5": "stacks_and_dense_blocks",
    "6": "for_your_lab",
}
"""The module of each lesson by the lesson's name; each has a function ``make``."""


def lesson(name: str | int, **options: Any) -> "Lesson":
    """One of the six lessons, with its designer; as the last line of a cell, it is shown.

    Args:
        name: "1" to "6", or the number.
        **options: ``others`` and ``keep``, as :class:`~encdec_widgets.lessons.a_lesson.Lesson` takes them.

    Raises:
        ValueError: If there is no such lesson.

    Example:
        >>> from encdec_widgets.lessons.taught import lesson
        >>> lesson(3, keep=None).question
        'How does a network come to see the whole mouse?'
    """
    key = str(name)
    if isinstance(name, bool) or key not in MODULES:
        raise ValueError(f"There are the lessons {', '.join(MODULES)}. Received: {quoted(name)}.")
    made: Lesson = importlib.import_module(f"{__name__}.{MODULES[key]}").make(**options)
    following = str(int(key) + 1)
    if following in MODULES:
        made.after = f"Go on with lesson {following}: the name of its notebook begins with {following}."
    return made
