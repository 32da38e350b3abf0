"""The panel of a lesson: its steps, the question or goal of the one that is looked at, and the code at its end."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.figures.palette import style_sheet
from encdec_widgets.formatting import error_text
from encdec_widgets.lessons.predictions import PredictionState
from encdec_widgets.lessons.screen.panel_state import panel_state
from encdec_widgets.lessons.screen.typed import typed_number
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.base.page import AROUND

if TYPE_CHECKING:
    from encdec_widgets.lessons.a_lesson import Lesson

_FOLDER = Path(__file__).parent
_SCRIPTS = ("parts.js", "panel.js")


class LessonPanel(Collected, anywidget.AnyWidget):
    """The panel; everything that it shows is one value, and everything that a person does in it is one message.

    Attributes:
        state: What is shown, as :func:`~encdec_widgets.lessons.screen.panel_state.panel_state` says (a trait).
        trouble: Why the last guess could not be taken, after its number; empty where it was (a trait).
        said: What is read aloud, after its number (a trait).
        dark: Whether the page is dark (a trait).
        still: What the still is called that is hidden while the lesson is drawn (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((AROUND, *((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)))
    _css = "\n".join((style_sheet(".encdec-lesson"), (_FOLDER / "panel.css").read_text(encoding="utf-8")))
    state = traitlets.Dict().tag(sync=True)
    trouble = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)
    said = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)

    def __init__(self, lesson: "Lesson", still: str) -> None:
        """Show ``lesson``; ``still`` is the name of what stands in for it where no script runs."""
        self._lesson = lesson
        super().__init__(state=panel_state(lesson), still=still)
        self.add_class("encdec-lesson-panel")
        lesson.progress.observe(self._show, ["parts", "current", "hidden", "note"])
        lesson.progress.observe(self._say, "sentence")
        self.on_msg(lesson.designer.session.guarded(self._came))

    def guess(self, index: int, text: str) -> None:
        """Take what was typed or chosen as a guess, or tell why it is none."""
        part = self._lesson.progress.parts[index]
        typed = isinstance(part, PredictionState) and not part.choices
        try:
            self._lesson.progress.guess(index, typed_number(text, part.unit) if typed else text)
        except ValueError as error:
            self.trouble = (self.trouble[0] + 1, error_text(error))
        else:
            self.trouble = (self.trouble[0] + 1, "")

    def _show(self, _: Any = None) -> None:
        self.state = panel_state(self._lesson)

    def _say(self, change: Mapping[str, Any]) -> None:
        self.said = change["new"]

    def _came(self, _: Any, content: Any, __: Any) -> None:
        """Do what a person asks of a part, by its index."""
        index = content.get("part") if isinstance(content, dict) else None
        if type(index) is not int or not 0 <= index < len(self._lesson.progress.parts):
            return
        match content.get("do"):
            case "guess":
                self.guess(index, str(content.get("text", "")))
            case "hint":
                self._lesson.progress.ask_hint(index)
            case "turn":
                self._lesson.progress.turn_to(index)
