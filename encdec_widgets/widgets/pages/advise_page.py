"""The page *Advise*: which design meets some wishes."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.workers.client import Worker

if TYPE_CHECKING:
    from encdec_widgets.widgets.pages.advise_panel import AdvisePanel


class AdvisePage(widgets.VBox):
    """The place of the panel, which is made when the page is first turned to: many designers are never asked.

    Attributes:
        visible: Whether it is seen (a trait).
    """

    visible = traitlets.Bool(False)

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the page.

        Args:
            session: The session that takes a design.
            worker: The process that tells the speed of a device; the one of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self._session, self._worker, self._say = session, worker, say
        super().__init__()
        self.observe(session.guarded(self._seen), "visible")

    @cached_property
    def panel(self) -> "AdvisePanel":
        """Wishes and advice."""
        from encdec_widgets.widgets.pages.advise_panel import AdvisePanel

        return AdvisePanel(self._session, self._worker, self._say)

    def close(self) -> None:
        """Stop what is searched, and close."""
        if "panel" in vars(self):
            self.panel.close()
        super().close()

    def _seen(self, _: Any) -> None:
        self.children = (self.panel,)
        self.panel.visible = self.visible
