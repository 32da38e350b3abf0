"""What the checks of the network on screen say, with buttons that mend it, and advice that can be dismissed."""

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.checks import Check
from encdec_widgets.widgets.base.closing import close_all

if TYPE_CHECKING:
    from encdec_widgets.designs.design import Design

_HEADS = {"warning": ("encdec-warning", "⚠ Warning"), "advice": ("encdec-advice", "⚠ Advice")}
OnMend = Callable[[Mend, "Design"], None]


class ChecksView(widgets.VBox):
    """A row for each check: what was found and why it matters, its mends, and a button that dismisses advice.

    What is dismissed is a kind of advice: it stays away from other networks too, until it is asked for again. Rows stay
    where they are on the page and are hidden, or filled anew, so that the keyboard keeps its place.
    """

    def __init__(self, on_mend: OnMend, on_change: Callable[[], None]) -> None:
        """Make an empty view.

        Args:
            on_mend: Is called with the mend whose button is pressed, and the design that it is for.
            on_change: Is called when a person has dismissed advice, or asked for it again.
        """
        self._on_mend = on_mend
        self._on_change = on_change
        self._checks: tuple[Check, ...] = ()
        self._design: Design | None = None
        self._dismissed: dict[str, None] = {}
        self._rows: dict[str, _Row] = {}
        self.again = widgets.Button()
        self.again.on_click(lambda _: self._show_again())
        super().__init__([self.again])
        self.add_class("encdec-checks")
        self._update()

    @property
    def shown(self) -> tuple[Check, ...]:
        """The checks that are not dismissed."""
        return tuple(c for c in self._checks if c.severity != "advice" or c.kind not in self._dismissed)

    @property
    def flags(self) -> dict[str, str]:
        """What is to be said of blocks in the picture, by name."""
        flags: dict[str, list[str]] = {}
        for check in self.shown:
            for name in check.places:
                flags.setdefault(name, []).append(f"⚠ {check.kind}")
        return {name: ", ".join(kinds) for name, kinds in flags.items()}

    def show(self, checks: Sequence[Check], design: "Design") -> None:
        """Show what is found of a network.

        Args:
            checks: What is found, at most one of each kind.
            design: The design of the network.
        """
        self._checks, self._design = tuple(checks), design
        self._update()

    def _update(self) -> None:
        shown = self.shown
        for check in shown:
            if check.kind not in self._rows:
                self._rows[check.kind] = _Row(self._mend, self._dismiss)
        self.children = (self.again, *self._rows.values())
        for kind, row in self._rows.items():
            found = [(place, check) for place, check in enumerate(shown) if check.kind == kind]
            if found:
                row.show(*found[0])
            else:
                row.hide()
        hidden = len(self._checks) - len(shown)
        self.again.description = f"show {hidden} dismissed"
        self.again.layout.display = "" if hidden else "none"
        self.again.layout.order = str(len(shown))

    def _mend(self, mend: Mend) -> None:
        if self._design is not None:
            self._on_mend(mend, self._design)

    def _dismiss(self, kind: str) -> None:
        self._dismissed[kind] = None
        self._changed()
        self.again.focus()  # the button that had it has gone

    def _show_again(self) -> None:
        kinds, self._dismissed = list(self._dismissed), {}
        self._changed()
        back = next((self._rows[check.kind] for check in self.shown if check.kind in kinds), None)
        if back is not None:
            back.dismiss.focus()

    def _changed(self) -> None:
        self._update()
        self._on_change()


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

    def show(self, place: int, check: Check) -> None:
        """Show a check at a place in the order of rows."""
        self.layout.display, self.layout.order = "", str(place)
        before, self._check = self._check, check
        for severity, (style, _) in _HEADS.items():
            (self.add_class if severity == check.severity else self.remove_class)(style)
        head = f"{_HEADS[check.severity][1]}: {html.escape(check.kind)}."
        self._text.value = f'<div role="status"><b>{head}</b> {html.escape(check.reason)}</div>'
        self.dismiss.description = f"Dismiss {check.kind}"
        self.dismiss.layout.display = "" if check.severity == "advice" else "none"
        if before is None or before.mends != check.mends:
            buttons, self._mends.children = self._mends.children, tuple(map(self._button, check.mends))
            for button in buttons:
                close_all(button)

    def _button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(lambda _: self._on_mend(mend))
        return button
