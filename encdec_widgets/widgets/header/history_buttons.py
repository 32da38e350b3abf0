"""Undo and redo, each saying what it would do."""

from collections.abc import Callable

import ipywidgets as widgets

from encdec_widgets.designs.history import History


class HistoryButtons(widgets.HBox):
    """Two buttons; the page's style script presses them for Ctrl+Z and Ctrl+Y too."""

    def __init__(self, on_undo: Callable[[], None], on_redo: Callable[[], None]) -> None:
        """Make the buttons, with nothing to undo yet."""
        self.undo = widgets.Button(description="Undo", icon="undo", disabled=True)
        self.redo = widgets.Button(description="Redo", icon="repeat", disabled=True)
        self.undo.on_click(lambda _: on_undo())
        self.redo.on_click(lambda _: on_redo())
        super().__init__([self.undo, self.redo])
        self.undo.add_class("encdec-undo")
        self.redo.add_class("encdec-redo")
        self.add_class("encdec-history")

    def show(self, history: History, refused: bool) -> None:
        """Say what can be undone and redone.

        Args:
            history: The steps.
            refused: Whether there is a change that is not possible, which undo gives up first.
        """
        undo = "the change that is not possible" if refused else history.undo_name
        for button, verb, name in ((self.undo, "Undo", undo), (self.redo, "Redo", history.redo_name)):
            button.disabled = name is None
            button.tooltip = f"{verb}: {name}" if name is not None else f"Nothing to {verb.lower()}"
