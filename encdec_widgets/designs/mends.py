"""A way out of what is not possible, or not advisable: changes that are made by one click, and can be undone."""

from typing import Any

import attrs

from encdec_widgets.architectures.fields.by_content import ByContent
from encdec_widgets.designs.paths import path_words, text_at


@attrs.frozen
class Mend(ByContent):
    """A way out.

    Attributes:
        field: The field that the mend sets, or None where it sets none or several.
        value: The value that it sets.
        changes: All changes to make together, as ``Design.replace_all`` takes them; empty if a change is given up.
        words: What it does, where that is not to be read from the field.
    """

    field: str | None
    value: Any
    changes: dict[str, Any]
    words: str = ""

    @property
    def label(self) -> str:
        """The mend in a few words: what it does, as a person would say it.

        >>> Mend("filters", 5, {"filters": 5}).label, Mend("up_interpolate", True, {"up_interpolate": True}).label
        ('set filters to 5', 'turn up interpolate on')
        >>> Mend("input_shape", (288, 256, 1), {"input_shape": (288, 256, 1)}).label
        'use 288 × 256 × 1'
        """
        if self.words or self.field is None:
            return self.words
        if self.field == "input_shape":
            return f"use {text_at(self.field, self.value)}"
        return setting_words(path_words(self.field), self.field, self.value)


def setting_words(name: str, field: str, value: Any) -> str:
    """What sets a field to a value, in a few words.

    >>> setting_words("filters", "filters", 5), setting_words("skip add", "skip_add", False)
    ('set filters to 5', 'turn skip add off')
    """
    text = text_at(field, value)
    return f"turn {name} {text}" if isinstance(value, bool) else f"set {name} to {text}"
