"""What a designer needs of the page: its style sheet, the size of its picture, what is held and what is read aloud."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets

from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.figures.palette import style_sheet
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.ipywidgets_private import Collected

SAY_AFTER_S = 0.3  # after the last edit: a drag is told once
_FOLDER = Path(__file__).parent
AROUND = (_FOLDER / "around.js").read_text(encoding="utf-8")
"""What the scripts of a designer and of a lesson begin with."""
_SHEETS = (
    *(_FOLDER / name for name in ("look.css", "frame.css", "page.css")),
    _FOLDER.parent / "controls" / "controls.css",
    _FOLDER.parent / "header" / "kept_edits.css",
    _FOLDER.parent / "picture" / "block_example.css",
    _FOLDER.parent / "designs" / "designs.css",
)


class Page(Collected, anywidget.AnyWidget):
    """An invisible widget that brings the style sheet and watches the size of the picture, pointer and keys.

    Attributes:
        held: Whether a pointer is down on a control (a trait): what changes meanwhile is one drag.
        said: The text that is read aloud to whoever cannot see the screen, after its number (a trait). The page has one
            live region for it, so that an edit is told once.
        dark: Whether the page is dark (a trait).
        room: Width and height of the place for the picture, in px (a trait); zeros until the page has told them.
        still: What the still picture is called that is hidden while the designer is drawn (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((AROUND, (_FOLDER / "page.js").read_text(encoding="utf-8")))
    _css = "\n".join((style_sheet(), *(sheet.read_text(encoding="utf-8") for sheet in _SHEETS)))
    held = traitlets.Bool(False).tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)
    room = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)
    said = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)

    def __init__(self, session: Session) -> None:
        """Tell ``session`` what is held."""
        self._session = session
        self._next = ""
        self._found_before = self._found()
        self._at_rest = AtRest(SAY_AFTER_S, session.guarded(self._say_next), session.background)
        super().__init__(still=uuid4().hex)
        self.observe(session.guarded(lambda change: session.hold(change["new"])), "held")
        session.observe(self._say_what_is_shown, "shown")
        session.observe(self._say_problem, "problem")

    def say(self, text: str) -> None:
        """Have a text read aloud; of several that come soon after one another, as in a drag, the last."""
        self._next = text
        self._at_rest.soon()

    def display_metadata(self) -> dict[str, Any]:
        """What an anywidget is displayed with, beside its bundle: where its script can be drawn in Google Colab."""
        displayed = super(Collected, self)._repr_mimebundle_()  # it is not displayed, so it need not stay
        return {} if displayed is None else displayed[1]

    def close(self) -> None:
        """Close it, and say nothing any more."""
        self._at_rest.forget()
        super().close()

    def _say_next(self) -> None:
        self.said = (self.said[0] + 1, self._next)
        self._found_before = self._found()

    def _found(self) -> set[str]:
        """The kinds of checks that are told of the network on screen."""
        shown = self._session.shown
        return set() if shown is None else {check.kind for check in shown.told(self._session.dismissed)}

    def _say_what_is_shown(self, change: Any) -> None:
        """Tell what an edit was, what it changed, and what the checks find that they did not find before."""
        before, shown = change["old"], change["new"]
        if before is not None and (before.step, before.words) == (shown.step, shown.words):
            return  # of the same network, something else is selected, or is checked otherwise
        edit = f"{shown.words}: {shown.effect}." if shown.words else f"{shown.summary}."
        found = sorted(self._found() - self._found_before)
        self.say(" ".join([edit, *(f"Found: {kind}." for kind in found)]))

    def _say_problem(self, change: Any) -> None:
        if change["new"] is not None:
            design = self._session.editor.outcome.design
            self.say(f"Not possible. {problem_sentence(change['new'], design=design)}")
