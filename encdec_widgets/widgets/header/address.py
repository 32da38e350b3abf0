"""The address of the app's page, which follows the design: a step of the browser's history for each finished edit."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.export.link import LONGEST, from_packed_link
from encdec_widgets.export.packed import packed
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.ipywidgets_private import Collected

FOLLOWS_AFTER_S = 0.3  # after the last edit: no step of a slider pays for it


class Address(Collected, anywidget.AnyWidget):
    """An invisible widget that writes the design into the address of its page, and hears where back and forward lead.

    While a slider moves, the address is replaced; a finished edit is a step of the browser's history. A design that no
    address can hold leaves the plain one, and its step has the name under which this widget keeps it.

    Back and forward are each answered with where the session is. Until then the page does nothing about what it is
    told: that was sent before, and would put an edit after a step that it does not follow.
    """

    # As text: anywidget never lets go of a widget whose script is a file.
    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

    def __init__(self, session: Session, start: Design, refused: Callable[[str], None]) -> None:
        """Follow what ``session`` edits.

        Args:
            session: The session.
            start: What the plain address opens.
            refused: Is called with words where an address that the browser went back to holds no design.
        """
        self._session = session
        self._start = start
        self._refused = refused
        self._told = session.editor.history.present
        self._coming = False
        self._answered: Any = None  # the number of the last step back or forward
        self._kept: dict[str, Design] = {}  # what no address can hold
        self._at_rest = AtRest(FOLLOWS_AFTER_S, session.guarded(self._tell), session.background)
        super().__init__()
        self.on_msg(session.guarded(self._came))
        session.observe(lambda _: self._at_rest.soon(), "editor")

    def close(self) -> None:
        """Close it, also if an edit is not told yet."""
        self._at_rest.forget()
        super().close()

    def _tell(self) -> None:
        """Tell the page of a new design: in place of the address where one gesture goes on, else as a step."""
        state, before = self._session.editor.history.present, self._told
        if state is before or self._coming:
            return
        goes_on = state.gesture is not None and state.gesture == before.gesture
        self._say(push=not goes_on)

    def _say(self, *, push: bool) -> None:
        """Say where the session is: as a step of the browser's history, or in place of the address."""
        self._told = self._session.editor.history.present
        design = self._told.design
        try:
            text = packed(design)
        except ValueError:  # a field of a user's class has no form in JSON
            text = ""
        kept = None
        if not text or len(text) > LONGEST:
            text, kept = "", self._name_of(design)
        self.send({"text": text, "kept": kept, "push": push, "answers": self._answered})

    def _name_of(self, design: Design) -> str:
        """The name of a design that is kept here. It is no number: the browser may have steps of an earlier kernel."""
        known = next((name for name, one in self._kept.items() if one is design), None)
        name = known or secrets.token_hex(8)
        self._kept[name] = design
        return name

    def _came(self, _: Any, content: Any, __: Any) -> None:
        """Show the design of the address to which the browser went back or forward, and say where the session is."""
        text = content.get("open") if isinstance(content, dict) else None
        if not isinstance(text, str):
            return
        self._answered = content.get("number")
        self._coming = True
        try:
            self._open(text, str(content.get("kept")))
        finally:
            self._coming = False
            self._say(push=False)

    def _open(self, text: str, kept: str) -> None:
        try:
            design = from_packed_link(text) if text else self._kept.get(kept, self._start)
        except ValueError as error:
            self._refused(error_text(error))
        else:
            self._go_to(design)

    def _go_to(self, design: Design) -> None:
        """Back by Undo where it leads there, so that weights come back as well; else as another design."""
        session = self._session
        if session.editor.outcome.error is not None:
            session.undo()  # gives up what is not possible
        history = session.editor.history
        if design == history.present.design:
            return
        if history.undone().present.design == design:
            session.undo()
        elif history.redone().present.design == design:
            session.redo()
        else:
            session.load(design, preset_name(design) or family_name(design))
