"""What the foot opens over the body: the table, or what the checks find."""

from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.foot.foot import CHECKS, NOTHING, TABLE, Foot
from encdec_widgets.widgets.picture.checks_view import ChecksView
from encdec_widgets.widgets.picture.facts_table import FactsTable

_HIDDEN = "hide"


class Drawer(widgets.VBox):
    """The table and the checks, of which the one is seen that the foot has opened; nothing moves when it opens.

    A table that is closed is neither computed nor sent.
    """

    def __init__(self, session: Session, foot: Foot, table: FactsTable, checks: ChecksView) -> None:
        """Show what ``foot`` opens.

        Args:
            session: The session.
            foot: Has the buttons.
            table: The table.
            checks: What the checks find.
        """
        self._foot, self._table, self._checks = foot, table, checks
        self._kind = table.kind if table.kind != _HIDDEN else "blocks"
        super().__init__([table, checks])
        self.add_class("encdec-drawer")
        self._show()
        foot.observe(session.guarded(self._show), "opened")
        table.observe(session.guarded(self._kind_chosen), "kind")

    def _show(self, _: Any = None) -> None:
        opened = self._foot.opened
        self._table.kind = self._kind if opened == TABLE else _HIDDEN
        self._table.layout.display = "" if opened == TABLE else "none"
        self._checks.layout.display = "" if opened == CHECKS else "none"
        self.layout.display = "" if opened else "none"

    def _kind_chosen(self, change: Any) -> None:
        """Close the table where it is told to hide, and open it again as it was."""
        if change["new"] != _HIDDEN:
            self._kind = change["new"]
        elif self._foot.opened == TABLE:
            self._foot.opened = NOTHING
