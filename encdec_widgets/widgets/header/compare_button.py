"""The button that opens the table of designs that are compared."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected


class CompareButton(Collected, anywidget.AnyWidget):
    """*Compare*, with how many designs are pinned; Escape in the table gives the keyboard back to it.

    Attributes:
        opened: Whether the table is open (a trait).
        count: How many designs are pinned (a trait).
    """

    # As text: anywidget never lets go of a widget whose script is a file.
    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    opened = traitlets.Bool(False).tag(sync=True)
    count = traitlets.Int().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the button for the pins of ``session``."""
        self._session = session
        super().__init__(count=len(session.pins))
        self.add_class("encdec-compare-open")
        session.observe(self._show, "pins")

    def _show(self, _: Any = None) -> None:
        self.count = len(self._session.pins)
