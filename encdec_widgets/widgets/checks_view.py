"""What the checks of the network on screen say, with buttons that mend it, and advice that can be dismissed."""

import html
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from encdec_widgets.analysis.checks import Check
from encdec_widgets.mends import Mend
from encdec_widgets.widgets.closing import close_all

_HEADS = {"warning": ("encdec-warning", "⚠ Warning"), "advice": ("encdec-advice", "⚠ Advice")}


class ChecksView(widgets.VBox):
    """A row for each check: what was found and why it matters, its mends, and a button that dismisses advice.

    What is dismissed is a kind of advice: it stays away from other networks too, until it is asked for again.
    """

    def __init__(self, on_mend: Callable[[Mend], None], on_change: Callable[[], None]) -> None:
        """Make an empty view.

        Args:
            on_mend: Is called with the mend whose button is pressed.
            on_change: Is called when a person has dismissed advice, or asked for it again.
        """
        self._on_mend = on_mend
        self._on_change = on_change
        self._checks: tuple[Check, ...] = ()
        self._dismissed: dict[str, None] = {}
        self._again = widgets.Button()
        self._again.on_click(lambda _: self._show_again())
        self._rows: list[tuple[Check, widgets.HBox]] = []
        super().__init__()
        self.add_class("encdec-checks")

    @property
    def shown(self) -> tuple[Check, ...]:
        """The checks that are not dismissed."""
        return tuple(check for check in self._checks if check.kind not in self._dismissed)

    @property
    def flags(self) -> dict[str, str]:
        """What is to be said of blocks in the picture, by name."""
        flags: dict[str, list[str]] = {}
        for check in self.shown:
            for name in check.places:
                flags.setdefault(name, []).append(f"⚠ {check.kind}")
        return {name: ", ".join(kinds) for name, kinds in flags.items()}

    def show(self, checks: Sequence[Check]) -> None:
        """Show what is found of a network; rows that stay keep the keyboard's focus."""
        self._checks = tuple(checks)
        self._update()

    def _update(self) -> None:
        shown, before = self.shown, self._rows
        self._rows = [
            (check, next((row for old, row in before if old == check), None) or self._row(check))
            for check in shown
        ]
        hidden = len(self._checks) - len(shown)
        self._again.description = f"show {hidden} dismissed"
        rows = [row for _, row in self._rows]
        self.children = (*rows, *([self._again] if hidden else []))
        for _, row in before:
            if row not in rows:
                close_all(row)

    def _row(self, check: Check) -> widgets.HBox:
        style, head = _HEADS[check.severity]
        text = widgets.HTML(
            f'<div role="status"><b>{head}: {html.escape(check.kind)}.</b> {html.escape(check.reason)}</div>'
        )
        buttons = [self._mend_button(mend) for mend in check.mends]
        if check.severity == "advice":
            dismiss = widgets.Button(
                description="Dismiss", tooltip=f"Advice of this kind is not shown any more: {check.kind}"
            )
            dismiss.on_click(lambda _: self._dismiss(check.kind))
            buttons.append(dismiss)
        row = widgets.HBox([text, *buttons])
        row.add_class(style)
        row.add_class("encdec-check")
        return row

    def _mend_button(self, mend: Mend) -> widgets.Button:
        button = widgets.Button(description=mend.label, tooltip=f"Mend this: {mend.label}")
        button.on_click(lambda _: self._on_mend(mend))
        return button

    def _dismiss(self, kind: str) -> None:
        self._dismissed[kind] = None
        self._changed()

    def _show_again(self) -> None:
        self._dismissed.clear()
        self._changed()

    def _changed(self) -> None:
        self._update()
        self._on_change()
