"""The column on the right: what the network sees, costs, takes and learns, and which one meets some wishes."""

from collections.abc import Callable
from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.tabs import Tabs
from encdec_widgets.widgets.pages.advise_page import AdvisePage
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from encdec_widgets.widgets.pages.learn_page import LearnPage
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.timing import Worker

RECEPTIVE_FIELD, COSTS, TIMING, LEARN, ADVISE = "Receptive field", "Costs", "Timing", "Learn", "Advise"
_PAGE_OF = {"receptive field": RECEPTIVE_FIELD, "time": TIMING}
"""Where a quantity is explained that boxes can be coloured by; the other ones are costs."""


class Aside(Tabs):
    """Pages for receptive field, costs, timing, learning and advice; none computes unasked while it is not chosen.

    Attributes:
        receptive_field: How much of the image the network sees.
        costs: What it costs.
        timing: How long it takes.
        learn: What it learns.
        advise: Which network meets some wishes.
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
        self.advise = AdvisePage(session, worker, say)
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
                ADVISE: (self.advise, "Which network meets what must hold: animal, memory, speed"),
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
        self.advise.visible = self.chosen == ADVISE

    def close(self) -> None:
        """Stop what is measured or computed, and close."""
        for page in (self.receptive_field, self.costs, self.timing, self.learn, self.advise):
            page.close()
        super().close()
