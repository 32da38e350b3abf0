"""What is wrong with what was asked for, and buttons that mend it."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from encdec_widgets.architectures.blocks.head import LONE_HEAD
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.edits import Outcome
from encdec_widgets.designs.heads import HEADS, words_at
from encdec_widgets.designs.mends import Mend
from encdec_widgets.designs.paths import text_at
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.formatting import error_text, printable
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import NOTHING
from encdec_widgets.widgets.controls.refusal import alert, details, refusal_html


class Problems(widgets.VBox):
    """What is wrong with what was asked for: a sentence, the details folded away, and a button for each mend.

    It stands under the control of its field, where :class:`ControlPages` puts it.
    """

    def __init__(self, session: Session) -> None:
        """Show the problem of ``session``, if there is one."""
        self._session = session
        self._text = widgets.HTML()
        self._buttons = widgets.HBox()
        self._mends: tuple[Mend, ...] = ()
        super().__init__([self._text, self._buttons])
        self._buttons.add_class("encdec-mends")
        self.add_class("encdec-problems")
        self._show_problem()
        # Also of the editor: a problem may stay the same, or be as another one was, while its mends are others.
        session.observe(self._show_problem, ["editor", "problem", "focus"])

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
        mends = outcome.mends if outcome.error is not None else ()
        self._show(problem_html(outcome), self._session.focus.offered(mends))

    def _show(self, text: str, mends: Sequence[Mend]) -> None:
        self._text.value = text
        self.layout.display = "" if text else "none"
        if tuple(mends) == self._mends and len(self.buttons) == len(mends):
            return  # and the keyboard stays on its button
        self._mends = tuple(mends)
        for button in self.buttons:
            close_all(button)
        self._buttons.children = tuple(self._button(mend) for mend in mends)

    def _button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(self._session.guarded(lambda _: self._session.mend(mend)))
        return button


def problem_html(outcome: Outcome) -> Markup:
    """What is not possible, in words for a person; the error's own text is folded away. Nothing where all is well."""
    problem = outcome.error
    if problem is None:
        return NOTHING
    if isinstance(problem, FieldError):
        return refusal_html(problem, outcome.bad_field, design=outcome.design)
    if isinstance(problem, TooLargeError):
        asked = ", ".join(_asked(outcome.design, outcome.pending))
        heading = f"This is large: {asked}." if asked else "This is large."
        return refusal_html(problem, heading=heading)
    return _failure(problem)


def _asked(design: Design, changes: Mapping[str, Any]) -> Iterator[str]:
    """Each change of a field, in words; lists of blocks and heads are left out, which no control shows."""
    for path, value in changes.items():
        if not path.endswith("[:]") and path not in (LONE_HEAD, HEADS):
            yield f"{words_at(design, path)} {text_at(path, value)}"


def _failure(problem: Exception) -> Markup:
    """An unexpected exception, with its traceback to unfold."""
    trace = printable("".join(traceback.format_exception(problem)))
    notes = " ".join(getattr(problem, "__notes__", ()))
    more = details("Traceback", Markup("<pre>{}</pre>").format(trace))
    return alert("This failed.", f"{type(problem).__name__}: {error_text(problem)} {notes}", more)
