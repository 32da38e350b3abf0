"""What *Compare* opens over the body."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.foot.foot import NOTHING, Foot
from encdec_widgets.widgets.header.compare_button import CompareButton

if TYPE_CHECKING:
    from encdec_widgets.widgets.compare.compare_panel import ComparePanel


class CompareDrawer(widgets.VBox):
    """The place of the table, over that of the foot's, of which one is open at most; nothing moves when it opens.

    The table is made when it is first opened: many designers are never compared.
    """

    def __init__(self, session: Session, button: CompareButton, foot: Foot, page: Page) -> None:
        """Show what ``button`` opens.

        Args:
            session: The session.
            button: Opens it.
            foot: Opens what stands in the same place.
            page: Says whether it is dark, and reads aloud.
        """
        self._session, self._button, self._foot, self._page = session, button, foot, page
        super().__init__()
        self.add_class("encdec-compare-drawer")
        self.layout.display = "none"
        button.observe(session.guarded(self._opened), "opened")
        foot.observe(session.guarded(self._other_opened), "opened")
        page.observe(session.guarded(self._theme_changed), "dark")

    @cached_property
    def panel(self) -> "ComparePanel":
        """The table."""
        from encdec_widgets.widgets.compare.compare_panel import ComparePanel

        page = self._page
        return ComparePanel(self._session, lambda: page.dark, self._say, self._shut)

    def _say(self, text: str) -> None:
        self._page.say(text)

    def _shut(self) -> None:
        self._button.opened = False

    def _opened(self, _: Any) -> None:
        opened = self._button.opened
        if opened:
            self._foot.opened = NOTHING
            self.children = (self.panel,)
        if self.children:
            self.panel.visible = opened
        self.layout.display = "" if opened else "none"

    def _other_opened(self, _: Any) -> None:
        if self._foot.opened != NOTHING:
            self._button.opened = False

    def _theme_changed(self, _: Any) -> None:
        if self.children:
            self.panel.update()
