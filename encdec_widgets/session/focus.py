"""Which settings a session is about: the others are open as well, folded away, or locked for the hand."""

import re
from collections.abc import Iterable

import attrs

from encdec_widgets.architectures.blocks.head import LONE_HEAD
from encdec_widgets.designs.heads import is_head_path
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.paths import path_words
from encdec_widgets.formatting import quoted

OPEN, FOLDED, LOCKED = "open", "folded", "locked"
OTHERS = (OPEN, FOLDED, LOCKED)
_INDEX = re.compile(r"\[[0-9]+\]")


def _paths(given: Iterable[str]) -> tuple[str, ...]:
    found = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str) or not all(isinstance(path, str) for path in found):
        raise ValueError(f"Settings are several texts, such as ['filters']. Received: {quoted(given)}.")
    return found


@attrs.frozen
class Focus:
    """The settings that a session is about; all of them where nothing is said.

    Attributes:
        paths: Paths of fields, as an edit names them: ``filters``, ``input_shape``, ``decoder[*].skip_connection``; of
            whole blocks, ``encoder[*]``; ``head`` for all that concerns the head.
        others: What the other settings are: "open", "folded" or "locked". Code and undo change them in any case.

    Raises:
        ValueError: If ``others`` is none of these, or the paths are not several texts.

    Example:
        >>> focus = Focus(("filters", "down_blocks", "decoder[*]"), "locked")
        >>> focus.of("filters"), focus.of("kernel_size"), focus.of("decoder[2].skip_add")
        ('open', 'locked', 'open')
        >>> focus.why
        'This lesson is about filters, down blocks and decoder blocks; the other settings are locked.'
    """

    paths: tuple[str, ...] = attrs.field(default=(), converter=_paths)
    others: str = OPEN

    def __attrs_post_init__(self) -> None:
        if self.others not in OTHERS:
            raise ValueError(
                f"The other settings are one of {', '.join(map(repr, OTHERS))}. Received: {quoted(self.others)}."
            )

    def of(self, path: str) -> str:
        """Whether what is at a path is "open", "folded" or "locked"."""
        return OPEN if self.names(path) else self.others

    def names(self, path: str) -> bool:
        """Whether what is at a path is one of the settings that the session is about."""
        return any(_covers(own, path) for own in self.paths)

    def locked(self, path: str) -> bool:
        """Whether what is at a path is not to be changed by hand."""
        return self.of(path) == LOCKED

    def offered(self, mends: Iterable[Mend]) -> tuple[Mend, ...]:
        """The mends that change nothing that is locked; a change can be given up in any case."""
        return tuple(mend for mend in mends if not any(map(self.locked, mend.changes)))

    def folds(self, path: str) -> bool:
        """Whether all that is at a path, and in it, is folded away."""
        return self.of(path) == FOLDED and not any(own.startswith(f"{path}.") for own in self.paths)

    @property
    def locks(self) -> bool:
        """Whether anything is locked; then also what replaces the whole design, such as a preset."""
        return self.others == LOCKED

    @property
    def why(self) -> str:
        """The sentence that says what is locked, and what is not; empty where nothing is."""
        if not self.locks:
            return ""
        if not self.paths:
            return "The settings of this lesson are locked."
        *words, last = (path_words(path) for path in self.paths)
        about = f"{', '.join(words)} and {last}" if words else last
        return f"This lesson is about {about}; the other settings are locked."


def _covers(own: str, path: str) -> bool:
    """Whether a path that was named covers another: a block its fields, all blocks of a stage each of them."""
    if own == LONE_HEAD:
        return is_head_path(path)
    candidates = (path, _INDEX.sub("[*]", path))
    return any(each == own or each.startswith(f"{own}.") for each in candidates)
