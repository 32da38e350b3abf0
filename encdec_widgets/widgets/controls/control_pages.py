"""The column on the left: settings of the whole network, and of one block."""

from typing import Any

from encdec_widgets.session import Session
from encdec_widgets.widgets.base.pages import Pages
from encdec_widgets.widgets.controls.block_controls import BlockControls
from encdec_widgets.widgets.controls.network_controls import NetworkControls

NETWORK, BLOCK = "Network", "Block"


class ControlPages(Pages):
    """Pages for the network and for the block that is selected; a selection turns to its page.

    Attributes:
        network: Settings of the whole network.
        block: Settings of one block, or of all blocks of a stage.
    """

    def __init__(self, session: Session) -> None:
        """Make the pages for the design that ``session`` wants."""
        self._session = session
        self.network = NetworkControls(session)
        self.block = BlockControls(session)
        super().__init__(
            {
                NETWORK: (self.network, "Settings of the whole network"),
                BLOCK: (self.block, "Settings of one block, or of all blocks of a stage"),
            }
        )
        self.add_class("encdec-controls")
        session.observe(self._turn_to_selection, "selection")

    def _turn_to_selection(self, _: Any) -> None:
        selection = self._session.selection
        if selection.chosen and selection.path is not None:
            self.turn_to(NETWORK if selection.path == "head" else BLOCK)
