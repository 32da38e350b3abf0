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
        """The mend in a few words."""
        if self.words or self.field is None:
            return self.words
        return f"{path_words(self.field)} = {text_at(self.field, self.value)}"
