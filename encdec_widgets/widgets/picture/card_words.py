"""What the card under the picture says."""

import re

from encdec_widgets.session.shown import Shown
from encdec_widgets.session.state import Progress

_LOADING = "Loading Keras and its backend, which takes some seconds …"
_NOTHING = "No network has been built."
_BEFORE = "The picture is of the network before."
_REFUSED = ("A change is not possible:", "the picture is of the network before. Undo gives it up.")
_FROM_TO = re.compile(r"(?<=\S) to (?=\S)")


def card_words(
    shown: Shown | None, *, progress: Progress | None = None, refused: bool = False, loading: bool = False
) -> tuple[str, str]:
    """The words in bold with which the card begins, and those that follow.

    Args:
        shown: The network on screen.
        progress: How far a long build is.
        refused: Whether a change is not possible.
        loading: Whether a network is on its way; it matters where there is none on screen.
    """
    if progress is not None:
        of_blocks = f"{progress.done} of {progress.total} blocks, now {progress.block} …"
        return "Building:", of_blocks if shown is None else f"{of_blocks} {_BEFORE}"
    if shown is None:
        return "", _LOADING if loading else _NOTHING
    if refused:
        return _REFUSED
    if not shown.words:
        return "", f"{shown.summary}. Change a field, or click a block to edit it."
    return edit_title(shown.words), shown.effect


def edit_title(words: str) -> str:
    """The name of an edit as a title.

    >>> edit_title("filters 16 to 24"), edit_title("Undo filters 16 to 24"), edit_title("load Up to date")
    ('Filters 16 → 24', 'Undo filters 16 → 24', 'Load Up to date')
    """
    title = words[:1].upper() + words[1:]
    return title if words.startswith("load ") else _FROM_TO.sub(" → ", title)
