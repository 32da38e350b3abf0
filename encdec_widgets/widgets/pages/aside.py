"""The column on the right: how far the network sees, what it costs, how fast it is, and what it learns."""

from collections.abc import Callable
from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.tabs import Tabs
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from encdec_widgets.widgets.pages.learn_page import LearnPage
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.timing import Worker

RECEPTIVE_FIELD, COSTS, TIMING, LEARN = "Receptive field", "Costs", "Timing", "Learn"
_PAGE_OF = {"receptive field": RECEPTIVE_FIELD, "time": TIMING}
"""Where a quantity is explained that boxes can be coloured by; the other ones are costs."""


class Aside(Tabs):
    """Pages for receptive field, costs, timing and learning; none computes anything unasked while it is not chosen.

    Attributes:
        receptive_field: How much of the image the network sees.
        costs: What it costs.
        timing: How long it takes.
        learn: What it learns.
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
        self.receptive_field = ReceptivePage(session, worker, say)
        self.costs = CostsPanel(session, say)
        self.timing = TimingPanel(session, worker, say)
        self.learn = LearnPage(session, worker, say)
        super().__init__(
            "What the network is like",
            {
                RECEPTIVE_FIELD: (
                    self.receptive_field,
                    "How much of the image the network sees: its receptive field",
                ),
                COSTS: (self.costs, "Parameters, multiply-adds and memory, and what if a field were another"),
                TIMING: (self.timing, "How long the network takes, measured"),
                LEARN: (self.learn, "What the network learns, while it is edited"),
            },
            front=False,
        )
        self.add_class("encdec-aside")
        self._turned()
        self.strip.observe(session.guarded(self._turned), "chosen")

    def turn_to_page_of(self, quantity: str) -> None:
        """Show the page on which a quantity is explained that boxes can be coloured by."""
        self.turn_to(_PAGE_OF.get(quantity, COSTS))

    def _turned(self, _: Any = None) -> None:
        self.costs.visible = self.chosen == COSTS
        self.receptive_field.visible = self.chosen == RECEPTIVE_FIELD
        self.learn.visible = self.chosen == LEARN

    def close(self) -> None:
        """Stop what is measured or computed, and close."""
        for page in (self.receptive_field, self.costs, self.timing, self.learn):
            page.close()
        super().close()
