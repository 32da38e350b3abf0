"""Buttons, and rows of them."""

from collections.abc import Callable

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets


def button(
    session: Session, words: str, tooltip: str, action: Callable[[], None], style: str = ""
) -> widgets.Button:
    """A button that does something with a session; what goes wrong is told as the session tells it.

    Args:
        session: The session.
        words: What stands on it.
        tooltip: What it does, in a sentence.
        action: Is called when it is pressed.
        style: A ``button_style`` of ipywidgets, such as "primary".
    """
    made = widgets.Button(description=words, tooltip=tooltip, button_style=style)
    made.on_click(session.guarded(lambda _: action()))
    return made


def row_of(*buttons: widgets.Button) -> widgets.HBox:
    """Buttons beside each other."""
    row = widgets.HBox(buttons)
    row.add_class("encdec-buttons")
    return row
