"""The controls of the wishes: each keeps what is typed, and says under it why that is not possible."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from encdec_widgets.architectures.fields.described import FieldError, FieldInfo
from encdec_widgets.designs.no_effect import NoEffect
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.controls.controls import FieldControls
from encdec_widgets.widgets.controls.refusal import refusal_html

_MOST_WAYS = 2


class WishControls(FieldControls):
    """A row for each wish; of several that are not possible, each has its own sentence, and buttons that mend it."""

    def __init__(self, session: Session, on_edit: Callable[[str, Any], None]) -> None:
        """Show nothing yet.

        Args:
            session: Its guard calls what the rows and buttons do.
            on_edit: Is called with the name of a wish, and the value that a person has given it.
        """
        self._guarded = session.guarded
        self._problems: dict[str, tuple[FieldError, widgets.VBox]] = {}
        super().__init__(session.guarded(on_edit))

    def show_wishes(
        self,
        fields: Mapping[str, FieldInfo],
        values: Mapping[str, Any],
        problems: Mapping[str, FieldError],
        untested: Mapping[str, NoEffect],
    ) -> None:
        """Show the wishes, with what is not possible of them.

        Args:
            fields: Their descriptions by name.
            values: What is typed by name, possible or not.
            problems: Why one is not possible, by name.
            untested: Why one is held against nothing, by name.
        """
        self.show(fields, values, None, untested)
        for name, row in self.rows.items():
            row.mark(name in problems)
            row.show_problem(self._problem(name, problems[name]) if name in problems else None)
        for name in self._problems.keys() - problems.keys():
            close_all(self._problems.pop(name)[1])

    @property
    def refusal(self) -> str:
        """What is said to be not possible, as HTML; empty where nothing is."""
        return "".join(part.children[0].value for _, part in self._problems.values())

    def close(self) -> None:
        """Close it, with what it says."""
        super().close()
        for _, part in self._problems.values():
            close_all(part)
        self._problems = {}

    def _problem(self, name: str, error: FieldError) -> widgets.VBox:
        """A sentence and a button for each value that would work; the same ones as long as the error is the same."""
        if name in self._problems:
            known, part = self._problems[name]
            if str(known) == str(error):
                return part
            close_all(part)
        ways = [self._way(name, value) for value in error.suggestions[:_MOST_WAYS]]
        row = widgets.HBox(ways)
        row.add_class("encdec-mends")
        made = widgets.VBox([widgets.HTML(refusal_html(error.suggesting(()))), row])
        made.add_class("encdec-problems")
        self._problems[name] = error, made
        return made

    def _way(self, name: str, value: Any) -> widgets.Button:
        words = self._fields[name].of_kind.text(value)
        made = widgets.Button(description=f"Use {words}" if words else "Leave it empty")
        take = partial(self._on_edit, name, value)
        made.on_click(self._guarded(lambda _: take()))
        return made
