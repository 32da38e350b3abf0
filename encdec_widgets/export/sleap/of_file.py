"""What is noted of a configuration as a whole: keys that stand twice, and keys that are not read."""

from collections.abc import Collection

from encdec_widgets.export.found import Note
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.export.texts import Text
from encdec_widgets.formatting import counted, listed, shortened

_MOST = 20
_LABELS = ("name", "description", "filename", "sleap_version", "sleap_nn_version")
"""What a file says of itself, and is no setting of anything."""


def note_repeated(text: Text, notes: list[Note]) -> None:
    """Note each key that stands twice in one place, in at most 20 notes."""
    keys = list(dict.fromkeys(map(shortened, text.repeated)))
    shown = keys if len(keys) <= _MOST else keys[: _MOST - 1]
    words = "The key stands twice in one place; the last one counts."
    notes += [Note("overwritten", key, words) for key in shown]
    if len(shown) < len(keys):
        more = counted(len(keys) - len(shown), "more key")
        notes.append(Note("overwritten", "", f"There are {more} that stand twice in one place."))


def note_not_read(root: Section, read: Collection[str]) -> None:
    """Name the keys of a file, beside those that are read, that hold anything: in one note."""
    left = [
        shortened(str(key), 50)
        for key, value in root.data.items()
        if key not in read and key not in _LABELS and value not in (None, {}, [], "")
    ]
    if left:
        root.note("not carried", "", f"Not read: {listed(left, most=6)}.")
