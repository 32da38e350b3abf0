"""Opening a design that was taken away before."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent


class OpenDesign(Collected, anywidget.AnyWidget):
    """A button that opens a small form: a JSON file is chosen, dropped, or its text pasted.

    Attributes:
        trouble: What the last text was refused for, after its number; empty where it was taken (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "open_design.js").read_text(encoding="utf-8")
    trouble = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the button for designs that ``session`` is to take."""
        self._session = session
        super().__init__()
        self.add_class("encdec-open")
        self.on_msg(session.guarded(self._came))

    def take(self, text: str) -> None:
        """Take the design that a text holds, or tell why there is none; the present one stays then."""
        try:
            design = Design.from_json(text)
        except Exception as error:  # noqa: BLE001 - whatever a file holds, it is told
            trouble = error_text(error)
        else:
            trouble = ""
            self._session.load(design, preset_name(design) or family_name(design))
        self.trouble = (self.trouble[0] + 1, trouble)

    def _came(self, _: Any, content: Any, __: Any) -> None:
        text = content.get("text") if isinstance(content, dict) else None
        if isinstance(text, str):
            self.take(text)
