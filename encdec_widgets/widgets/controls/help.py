"""Help under the row that has the focus or the pointer."""

from pathlib import Path

import anywidget
import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.controls.flag_help import flag_help


class ControlHelp(Collected, anywidget.AnyWidget):
    """An invisible widget that shows the help of fields in its designer, and scrolls problems into view.

    Attributes:
        flags: The help of each box to tick, by its label (a trait): ipywidgets has no place for it in the page.
    """

    # As text: anywidget never lets go of a widget whose script is a file.
    _esm = (Path(__file__).parent / "help.js").read_text(encoding="utf-8")
    flags = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Help with the fields of the design that ``session`` wants."""
        self._session = session
        super().__init__(flags=flag_help(session.editor.wanted))
        session.observe(self._show, "editor")

    def _show(self, _: object) -> None:
        self.flags = flag_help(self._session.editor.wanted)
