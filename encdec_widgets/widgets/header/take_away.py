"""The menu that takes the design away as a file."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.designs.file_names import file_name
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.header.taken_away import WAYS

_FOLDER = Path(__file__).parent


class TakeAway(Collected, anywidget.AnyWidget):
    """A button with a menu: the network on screen as JSON, its table as CSV, its picture as SVG.

    Attributes:
        ways: Name, label and help of each entry of the menu (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "take_away.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "header.css").read_text(encoding="utf-8")
    ways: "traitlets.List[list[str]]" = traitlets.List().tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Make the menu for the network that ``session`` shows."""
        self._session = session
        super().__init__(ways=[[name, way.label, way.help] for name, way in WAYS.items()])
        self.add_class("encdec-take-away")
        self.on_msg(session.guarded(self._asked))

    def _asked(self, _: Any, content: Any, __: Any) -> None:
        """Send the file that a page asks for, to that page: others may show the same designer."""
        if not isinstance(content, dict):
            return
        way, shown = WAYS.get(str(content.get("take"))), self._session.shown
        if way is None:
            return
        answer = {"of": content.get("of"), "name": "", "kind": "", "text": "", "error": ""}
        if shown is None:
            answer["error"] = "There is no network yet."
        else:
            try:
                text = way.make(shown.backbone)
            except Exception as error:  # noqa: BLE001 - a user's block may raise anything; it is told beside the menu
                answer["error"] = f"{way.label} can't be made of this network: {error_text(error)}"
            else:
                name = file_name(shown.backbone.design, way.ending, shown.step.after.preset)
                answer.update(name=name, kind=way.kind, text=text)
        self.send(answer)
