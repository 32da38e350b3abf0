"""Undo and redo, each saying what it would do."""

from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets


class HistoryButtons(widgets.HBox):
    """Two buttons; the page's script presses them for Ctrl+Z and Ctrl+Y too."""

    def __init__(self, session: Session) -> None:
        """Make the buttons for the history of ``session``."""
        self._session = session
        self.undo = widgets.Button(description="Undo", icon="undo", disabled=True)
        self.redo = widgets.Button(description="Redo", icon="repeat", disabled=True)
        self.undo.on_click(session.guarded(lambda _: session.undo()))
        self.redo.on_click(session.guarded(lambda _: session.redo()))
        super().__init__([self.undo, self.redo])
        self.undo.add_class("encdec-undo")
        self.redo.add_class("encdec-redo")
        self.add_class("encdec-history")
        self._show()
        session.observe(self._show, "editor")

    def _show(self, _: Any = None) -> None:
        """Say what can be undone and redone; a change that is not possible is given up first."""
        editor = self._session.editor
        refused = editor.outcome.error is not None
        undo = "the change that is not possible" if refused else editor.history.undo_name
        for button, verb, name in (
            (self.undo, "Undo", undo),
            (self.redo, "Redo", editor.history.redo_name),
        ):
            with button.hold_sync():
                button.disabled = name is None
                button.tooltip = f"{verb}: {name}" if name is not None else f"Nothing to {verb.lower()}"
