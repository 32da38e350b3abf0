"""The foot: buttons that open the table or the checks over the body, and what the network runs on."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.foot.foot_words import built_text, checks_text

_FOLDER = Path(__file__).parent
TABLE, CHECKS, NOTHING = "table", "checks", ""


class Foot(Collected, anywidget.AnyWidget):
    """One line; of what it opens, one is open at most.

    Attributes:
        opened: "table", "checks" or "" (a trait).
        checks: How much the checks find, in words (a trait).
        built: The layers, the time to build and the backend, in words (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "foot.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "foot.css").read_text(encoding="utf-8")
    opened = traitlets.Enum((TABLE, CHECKS, NOTHING), NOTHING).tag(sync=True)
    checks = traitlets.Unicode().tag(sync=True)
    built = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the foot of what ``session`` shows."""
        self._session = session
        super().__init__()
        self.add_class("encdec-foot")
        self._show()
        session.observe(self._show, ["shown", "dismissed"])

    def _show(self, _: Any = None) -> None:
        shown = self._session.shown
        if shown is not None:
            with self.hold_sync():
                self.built = built_text(shown.backbone)
                self.checks = checks_text(shown.told(self._session.dismissed))
