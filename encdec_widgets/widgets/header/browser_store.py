"""Texts that are kept in the browser, each by the notebook and a name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.widgets.base.ipywidgets_private import Collected


class BrowserStore(Collected, anywidget.AnyWidget):
    """An invisible widget that reads a text from the browser's storage whenever it is drawn, and writes it.

    Text travels in messages, and is no part of what a notebook saves of its widgets.

    Attributes:
        name: The name by which it is kept (a trait).
        owner: Whose text it is (a trait): others of that name on the same page have a storage of their own.
    """

    # As text: anywidget never lets go of a widget whose script is a file.
    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    name = traitlets.Unicode().tag(sync=True)
    owner = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, name: str, owner: str, *, found: Callable[[str], None], failed: Callable[[str], None]
    ) -> None:
        """Read nothing until it is drawn.

        Args:
            name: The trait.
            owner: The trait.
            found: Is called with the text that a page has found, empty for none; more than once where there are more
                pages, or one is loaded again.
            failed: Is called with what the browser says where it can't keep a text.
        """
        super().__init__(name=name, owner=owner)
        self._heard = {"found": found, "failed": failed}
        self.on_msg(self._hear)

    def write(self, text: str) -> None:
        """Keep this text in place of what is kept; an empty one keeps nothing."""
        self.send({"write": text})

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        """Pass on what a page says; a page can say anything."""
        for what, text in content.items() if isinstance(content, dict) else ():
            if what in self._heard and isinstance(text, str):
                self._heard[what](text)
