"""What is wrong with what was asked for, and buttons that mend it."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.paths import text_at
from encdec_widgets.designs.variants import path_words
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.formatting import error_text, printable
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import NOTHING, error


class Problems(widgets.VBox):
    """What is wrong with what was asked for."""

    def __init__(self, session: Session) -> None:
        """Show the problem of ``session``, if there is one."""
        self._session = session
        self._text = widgets.HTML()
        self._buttons = widgets.HBox()
        super().__init__([self._text, self._buttons])
        self._buttons.add_class("encdec-mends")
        self.add_class("encdec-problems")
        self._show_problem()
        session.observe(self._show_problem, "problem")

    @property
    def text(self) -> str:
        """The problem that is shown, as HTML; empty if there is none."""
        return str(self._text.value)

    @property
    def buttons(self) -> tuple[widgets.Button, ...]:
        """The buttons that are shown, one per mend."""
        return tuple(self._buttons.children)

    def _show_problem(self, _: Any = None) -> None:
        """Show what is wrong, if anything is, and a button for each mend."""
        outcome = self._session.editor.outcome
        problem, mends = outcome.error, outcome.mends
        if problem is None:
            self._show("", ())
        elif isinstance(problem, FieldError):
            self._show(_alert("Not possible.", str(problem)), mends)
        elif isinstance(problem, TooLargeError):
            asked = ", ".join(_asked(outcome.pending))
            self._show(_alert(f"This is large: {asked}." if asked else "This is large.", str(problem)), mends)
        else:
            self._show(_failure(problem), mends)

    def _show(self, text: str, mends: Sequence[Mend]) -> None:
        self._text.value = text
        for button in self.buttons:
            close_all(button)
        self._buttons.children = tuple(self._button(mend) for mend in mends)

    def _button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(self._session.guarded(lambda _: self._session.mend(mend)))
        return button


def _asked(changes: Mapping[str, Any]) -> Iterator[str]:
    """Each change of a field, in words; lists of blocks and heads are left out, which no control shows."""
    for path, value in changes.items():
        if not path.endswith("[:]") and path != "head":
            yield f"{path_words(path)} {text_at(path, value)}"


def _alert(heading: str, message: str, details: Markup = NOTHING) -> Markup:
    return error(Markup("<b>{}</b> {}{}").format(heading, message, details))


def _failure(problem: Exception) -> Markup:
    """An unexpected exception, with its traceback to unfold."""
    trace = printable("".join(traceback.format_exception(problem)))
    notes = " ".join(getattr(problem, "__notes__", ()))
    details = Markup("<details><summary>Traceback</summary><pre>{}</pre></details>").format(trace)
    return _alert("This failed.", f"{type(problem).__name__}: {error_text(problem)} {notes}", details)
