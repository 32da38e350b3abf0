"""What is noted of a configuration as a whole: keys that stand twice, and keys that are not read."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from encdec_widgets.export.found import Note
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.export.texts import Text
from encdec_widgets.formatting import counted, listed, quoted, shortened

WITHOUT_EFFECT: Mapping[str, str] = {
    "center_on_part": "where crops lie",
    "crop_size_detection_padding": "how SLEAP finds crop_size",
    "min_crop_size": "how sleap-nn finds crop_size",
    "crop_padding": "how sleap-nn finds crop_size",
    "bce_weight": "the loss",
    "bce_pos_weight": "the loss",
    "dice_weight": "the loss",
    "target_maxpool": "the loss",
    "init_weights": "the weights before training",
    "total_params": "a count of what was trained",
}
"""Keys known to have no effect on the network that is built, each with what it decides. They are not noted."""
_LABELS = ("name", "description", "filename", "sleap_version", "sleap_nn_version")
"""What a file says of itself, and is no setting of anything."""
_WORDS = {"base_checkpoint": "Training begins with the weights of this model, which are not read: {}."}
_MOST = 20


def note_repeated(text: Text, notes: list[Note]) -> None:
    """Note each key that stands twice in one place, in at most 20 notes."""
    keys = list(dict.fromkeys(map(shortened, text.repeated)))
    shown = keys if len(keys) <= _MOST else keys[: _MOST - 1]
    words = "The key stands twice in one place; the last one counts."
    notes += [Note("overwritten", key, words) for key in shown]
    if len(shown) < len(keys):
        more = counted(len(keys) - len(shown), "more key")
        notes.append(Note("overwritten", "", f"There are {more} that stand twice in one place."))


def note_unread(section: Section, read: Collection[str]) -> None:
    """Note each key of a part that decides the network, where it holds anything and is neither read nor without effect.

    In at most 20 notes.
    """
    left = list(_left(section, (*read, *WITHOUT_EFFECT)))
    shown = left if len(left) <= _MOST else left[: _MOST - 1]
    for key in shown:
        words = _WORDS.get(key, "It is not read: {}.")
        section.note("not carried", str(key), words.format(quoted(section.data[key])))
    if len(shown) < len(left):
        section.note(
            "not carried", "", f"There are {counted(len(left) - len(shown), 'more key')} that are not read."
        )


def note_not_read(root: Section, read: Collection[str], data: Section, read_of_data: Collection[str]) -> None:
    """Name the parts of a file, and of what it says of its data, that hold anything and are not read: in one note."""
    left = [*_left(root, (*read, *_LABELS)), *(data.at(str(key)) for key in _left(data, read_of_data))]
    if left:
        root.note(
            "not carried", "", f"Not read: {listed((shortened(str(key), 50) for key in left), most=6)}."
        )


def _left(section: Section, read: Collection[str]) -> Iterator[Any]:
    return (key for key, value in section.data.items() if key not in read and _holds(value))


def _holds(value: Any) -> bool:
    """Whether a value says anything: it is not off, and neither is all that it holds."""
    if isinstance(value, (dict, list)):
        return any(_holds(each) for each in (value.values() if isinstance(value, dict) else value))
    return value is not None and value is not False and value != ""
