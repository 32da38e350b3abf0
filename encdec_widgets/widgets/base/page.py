"""What a designer needs of the page: its style sheet, a picture that keeps to its place, and the hand on a control."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.controls.flag_help import flag_help

_FOLDER = Path(__file__).parent


class Page(Collected, anywidget.AnyWidget):
    """An invisible widget that brings the style sheet and watches the size of the picture, pointer and keys.

    Attributes:
        held: Whether a pointer is down on a control (a trait): what changes meanwhile is one drag.
        help: A sentence for each box to tick, by its label (a trait): ipywidgets shows the label again as its tooltip.
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "page.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "page.css").read_text(encoding="utf-8")
    held = traitlets.Bool(False).tag(sync=True)
    help = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Tell ``session`` what is held, and the page what its boxes are for."""
        self._session = session
        super().__init__(help=flag_help(session.editor.wanted))
        self.observe(session.guarded(lambda change: session.hold(change["new"])), "held")
        session.observe(self._show_help, "editor")

    def _show_help(self, _: Any) -> None:
        self.help = flag_help(self._session.editor.wanted)
