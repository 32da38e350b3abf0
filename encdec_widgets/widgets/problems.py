"""The place for problems: what is wrong, and buttons that mend it."""

import html
import traceback
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from encdec_widgets.edits import Mend
from encdec_widgets.widgets.closing import close_all


class Problems(widgets.VBox):
    """What is wrong with the design, and what is worth knowing about it."""

    def __init__(self, on_mend: Callable[[Mend], None]) -> None:
        """Make an empty place; ``on_mend`` is called with the mend whose button is pressed."""
        self._on_mend = on_mend
        self._text = widgets.HTML()
        self._buttons = widgets.HBox()
        self._notices = widgets.HTML()
        super().__init__([self._text, self._buttons, self._notices])
        self._buttons.add_class("encdec-mends")
        self.add_class("encdec-problems")
        self.clear()

    @property
    def text(self) -> str:
        """The problem that is shown, as HTML; empty if there is none."""
        return str(self._text.value)

    @property
    def buttons(self) -> tuple[widgets.Button, ...]:
        """The buttons that are shown, one per mend."""
        return tuple(self._buttons.children)

    def clear(self) -> None:
        """Show that there is no problem."""
        self._show("", ())

    def show_error(self, error: Exception, mends: Sequence[Mend] = ()) -> None:
        """Show an error, and a button for each mend."""
        message = html.escape(str(error) or repr(error))
        self._show(f'<div role="alert" class="encdec-error"><b>Not possible.</b> {message}</div>', mends)

    def show_failure(self, error: Exception) -> None:
        """Show an unexpected exception, with its traceback to unfold."""
        trace = html.escape("".join(traceback.format_exception(error)))
        notes = " ".join(getattr(error, "__notes__", ()))
        message = html.escape(f"{type(error).__name__}: {error} {notes}")
        self._show(
            f'<div role="alert" class="encdec-error"><b>This failed.</b> {message}'
            f"<details><summary>Traceback</summary><pre>{trace}</pre></details></div>",
            (),
        )

    def show_notices(self, notices: Sequence[str]) -> None:
        """Show what is worth knowing about a design that is valid."""
        self._notices.value = "".join(
            f'<div role="status" class="encdec-notice"><b>Note.</b> {html.escape(notice)}</div>'
            for notice in notices
        )

    def _show(self, text: str, mends: Sequence[Mend]) -> None:
        self._text.value = text
        for button in self.buttons:
            close_all(button)
        self._buttons.children = tuple(self._button(mend) for mend in mends)

    def _button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(lambda _: self._on_mend(mend))
        return button
