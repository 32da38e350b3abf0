"""The column on the right: how fast the network is, what it costs, and how far it sees."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from encdec_widgets.designs.block_edits import nodes_at
from encdec_widgets.widgets.base.pages import Pages
from encdec_widgets.widgets.pages.costs_panel import CostsPanel
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.timing import Device

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

TIMING, COSTS, FIELD = "Timing", "Costs", "Field"


class Aside(Pages):
    """Pages for timing, costs and receptive field; those that are not seen compute nothing."""

    def __init__(
        self,
        on_block_times: Callable[[Mapping[str, float]], None],
        on_animal: Callable[[], None],
        on_conditions: Callable[[], None],
    ) -> None:
        """Make the pages.

        Args:
            on_block_times: Is called with measured times of blocks, as :class:`TimingPanel` says.
            on_animal: Is called when a person has set the size of the animal, or the scale of the input.
            on_conditions: Is called when a person has set the batch size or the precision that costs are reckoned with.
        """
        self.timing = TimingPanel(on_block_times)
        self.costs = CostsPanel(on_conditions)
        self.field = ReceptivePage(on_animal)
        super().__init__(
            {
                TIMING: (self.timing, "How long the network takes, measured"),
                COSTS: (self.costs, "Parameters, multiply-adds and memory, and what if a field were another"),
                FIELD: (self.field, "How much of the image the network sees: its receptive field"),
            },
            self._see,
        )
        self.add_class("encdec-aside")

    def show(self, backbone: "Backbone", devices: Sequence[Device]) -> None:
        """Take another network, all of it."""
        self.timing.show(backbone, devices)
        self.costs.show(backbone)
        self.field.follow(backbone)

    def select(self, backbone: "Backbone", place: str | None) -> None:
        """Take it that something else is selected."""
        self.costs.select(place)
        self.field.select(nodes_at(backbone.blocks, place))

    def close(self) -> None:
        """Stop what is measured or computed, and close."""
        self.costs.close()
        self.field.close()
        super().close()

    def _see(self, page: str) -> None:
        self.costs.see(page == COSTS)
        self.field.see(page == FIELD)
