"""The card under the picture: what the last edit was, what it changed, and a button that takes it back."""

from typing import Any

from markupsafe import Markup

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.picture.card_words import card_words


class EditCard(widgets.HBox):
    """One or two lines of a fixed height, so that the picture above never moves.

    Also said here: that Keras is loaded, how far a long build is, and that the picture is of the network before while
    a change is not possible.

    Attributes:
        undo: Takes the last edit back.
        stop: Ends a long build; hidden while there is none.
    """

    def __init__(self, session: Session) -> None:
        """Make the card of what ``session`` shows and builds."""
        self._session = session
        self._text = widgets.HTML()
        self._text.add_class("encdec-last-edit")
        self.stop = widgets.Button(
            description="Stop building",
            tooltip="Stop building; the network on screen stays",
            layout={"display": "none"},
        )
        self.stop.on_click(session.guarded(lambda _: session.stop()))
        self.undo = widgets.Button(
            description="Undo",
            icon="undo",
            tooltip="Take back the last edit, or a change that is not possible",
        )
        self.undo.on_click(session.guarded(lambda _: session.undo()))
        super().__init__([self._text, self.stop, self.undo])
        self.add_class("encdec-card")
        self._show()
        session.observe(self._show, ["shown", "progress", "problem"])
        session.observe(self._show_undo, "editor")
        session.observe(self._steps_changed, "steps")

    @property
    def text(self) -> str:
        """What the card says, as HTML."""
        return str(self._text.value)

    def _steps_changed(self, _: Any) -> None:
        if self._session.shown is None:  # Else the card says nothing of them.
            self._show()

    def _show(self, _: Any = None) -> None:
        session = self._session
        progress, shown = session.progress, session.shown
        lead, rest = card_words(
            shown,
            progress=progress,
            refused=session.editor.outcome.error is not None,
            loading=bool(session.steps),
        )
        self._text.value = Markup("<b>{}</b> {}").format(lead, rest)
        self.stop.layout.display = "" if progress is not None and shown is not None else "none"
        self._show_undo()

    def _show_undo(self, _: Any = None) -> None:
        editor = self._session.editor
        self.undo.disabled = editor.outcome.error is None and editor.history.undo_name is None
