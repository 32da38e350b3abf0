"""The column on the right: how fast the network is, what it costs, and how far it sees."""

from collections.abc import Callable
from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.pages import Pages
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.timing import Worker

TIMING, COSTS, RECEPTIVE_FIELD = "Timing", "Costs", "Receptive field"


class Aside(Pages):
    """Pages for timing, costs and receptive field; the last two compute nothing while they are not seen.

    Attributes:
        timing: How long the network takes.
        costs: What it costs.
        receptive_field: How much of the image it sees.
    """

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the pages of the network that ``session`` shows.

        Args:
            session: The session.
            worker: The processes to measure in; those of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self.timing = TimingPanel(session, worker, say)
        self.costs = CostsPanel(session, say)
        self.receptive_field = ReceptivePage(session, worker, say)
        super().__init__(
            {
                TIMING: (self.timing, "How long the network takes, measured"),
                COSTS: (self.costs, "Parameters, multiply-adds and memory, and what if a field were another"),
                RECEPTIVE_FIELD: (
                    self.receptive_field,
                    "How much of the image the network sees: its receptive field",
                ),
            }
        )
        self.add_class("encdec-aside")
        self.page.observe(session.guarded(self._turned), "value")

    def _turned(self, change: Any) -> None:
        self.costs.visible = change["new"] == COSTS
        self.receptive_field.visible = change["new"] == RECEPTIVE_FIELD

    def close(self) -> None:
        """Stop what is measured or computed, and close."""
        for page in (self.timing, self.costs, self.receptive_field):
            page.close()
        super().close()
