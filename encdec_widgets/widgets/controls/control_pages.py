"""The column on the left: settings of the whole network, of one block, and of input and head."""

from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.tabs import Tabs
from encdec_widgets.widgets.controls.block_controls import BlockControls
from encdec_widgets.widgets.controls.head_controls import HeadControls
from encdec_widgets.widgets.controls.input_controls import InputControls
from encdec_widgets.widgets.controls.network_controls import NetworkControls

NETWORK, BLOCK, ENDS = "Network", "Block", "Input & head"


class ControlPages(Tabs):
    """Pages for the network, the block that is selected, and both ends; a selection turns to its page.

    Attributes:
        network: Fields of the architecture.
        block: Settings of one block, or of all blocks of a stage.
        ends: The input image, and the head.
    """

    def __init__(self, session: Session) -> None:
        """Make the pages for the design that ``session`` wants."""
        self._session = session
        self.network = NetworkControls(session)
        self.block = BlockControls(session)
        self.ends = widgets.VBox([InputControls(session), HeadControls(session)])
        super().__init__(
            "Settings",
            {
                NETWORK: (self.network, "Settings of the whole network"),
                BLOCK: (self.block, "Settings of one block, or of all blocks of a stage"),
                ENDS: (self.ends, "The size of the input image, and the head that the network ends in"),
            },
            front=True,
        )
        self.add_class("encdec-controls")
        session.observe(self._turn_to_selection, "selection")

    def _turn_to_selection(self, _: Any) -> None:
        selection = self._session.selection
        if selection.chosen and selection.path is not None:
            self.turn_to(ENDS if selection.path == "head" else BLOCK)
