"""What the checks of the network on screen say, with buttons that mend it, and advice that can be dismissed."""

from collections.abc import Callable
from typing import Any

import attrs
from markupsafe import Markup

from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks import Check
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.texts import note

_HEADS = {"warning": ("encdec-warning", "⚠ Warning"), "advice": ("encdec-advice", "⚠ Advice")}


class ChecksView(widgets.VBox):
    """A row for each check: what was found and why it matters, its mends, and a button that dismisses advice.

    What is dismissed is a kind of advice: it stays away from other networks too, until it is asked for again. Rows stay
    where they are on the page and are hidden, or filled anew, so that the keyboard keeps its place.
    """

    def __init__(self, session: Session, undo: widgets.Button) -> None:
        """Make the view of what ``session`` finds.

        Args:
            session: The session.
            undo: The button that gets the keyboard when a mend was made, which it can take back.
        """
        self._session = session
        self._undo = undo
        self._rows: dict[str, _Row] = {}
        self._nothing = widgets.HTML(note("The checks find nothing to say of this network."))
        self.again = widgets.Button()
        self.again.on_click(session.guarded(lambda _: self._show_again()))
        super().__init__([self.again, self._nothing])
        self.add_class("encdec-checks")
        self._update()
        session.observe(self._update, ["shown", "dismissed", "focus"])

    @property
    def told(self) -> tuple[Check, ...]:
        """The checks that are not dismissed."""
        shown = self._session.shown
        return () if shown is None else shown.told(self._session.dismissed)

    def _update(self, _: Any = None) -> None:
        """Show what is found of the network on screen, at most one check of each kind."""
        shown = self._session.shown
        checks, told = () if shown is None else shown.checks, self.told
        for check in told:
            if check.kind not in self._rows:
                guarded = self._session.guarded
                self._rows[check.kind] = _Row(guarded(self._mend), guarded(self._dismiss))
        self._nothing.layout.display = "none" if told else ""
        self.children = (self.again, *self._rows.values(), self._nothing)
        for kind, row in self._rows.items():
            found = [(position, check) for position, check in enumerate(told) if check.kind == kind]
            if found:
                position, check = found[0]
                row.show(position, attrs.evolve(check, mends=self._session.focus.offered(check.mends)))
            else:
                row.hide()
        hidden = len(checks) - len(told)
        self.again.description = f"show {hidden} dismissed"
        self.again.layout.display = "" if hidden else "none"
        self.again.layout.order = str(len(told))

    def _mend(self, mend: Mend) -> None:
        shown = self._session.shown
        if shown is not None and self._session.mend(mend, shown.backbone.design):
            self._undo.focus()  # the button that had it may have gone

    def _dismiss(self, kind: str) -> None:
        self._session.dismiss(kind)
        self.again.focus()  # the button that had it has gone

    def _show_again(self) -> None:
        kinds = self._session.dismissed
        self._session.show_dismissed()
        back = next((self._rows[check.kind] for check in self.told if check.kind in kinds), None)
        if back is not None:
            back.dismiss.focus()


class _Row(widgets.HBox):
    """One check, or nothing."""

    def __init__(self, on_mend: Callable[[Mend], None], on_dismiss: Callable[[str], None]) -> None:
        self._on_mend = on_mend
        self._check: Check | None = None
        self._text = widgets.HTML()
        self._mends = widgets.HBox()
        self._mends.add_class("encdec-mends")
        self.dismiss = widgets.Button(tooltip="Advice of this kind is not shown any more")
        self.dismiss.on_click(lambda _: self._check is not None and on_dismiss(self._check.kind))
        super().__init__([self._text, self._mends, self.dismiss])
        self.add_class("encdec-check")

    def hide(self) -> None:
        """Show nothing."""
        self.layout.display = "none"
        self._text.value = ""

    def show(self, position: int, check: Check) -> None:
        """Show a check at a position in the order of rows."""
        self.layout.display, self.layout.order = "", str(position)
        before = self._check
        for severity, (style, _) in _HEADS.items():
            (self.add_class if severity == check.severity else self.remove_class)(style)
        head = f"{_HEADS[check.severity][1]}: {check.kind}."
        self._text.value = Markup("<b>{}</b> {}").format(head, check.reason)
        self.dismiss.description = f"Dismiss {check.kind}"
        self.dismiss.layout.display = "" if check.severity == "advice" else "none"
        if before is None or before.mends != check.mends:
            buttons, self._mends.children = self._mends.children, tuple(map(self._button, check.mends))
            for button in buttons:
                close_all(button)
        self._check = check

    def _button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(lambda _: self._on_mend(mend))
        return button
