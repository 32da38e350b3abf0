"""The controls in two pages: those of the whole network, and those of one block."""

import ipywidgets as widgets

NETWORK, BLOCK = "Network", "Block"


class ControlPages(widgets.VBox):
    """Two buttons, and the page that was chosen by them."""

    def __init__(self, network: widgets.Widget, block: widgets.Widget) -> None:
        """Show the page of the network."""
        self._pages = {NETWORK: network, BLOCK: block}
        self.page = widgets.ToggleButtons(
            options=list(self._pages),
            tooltips=["Settings of the whole network", "Settings of one block, or of all blocks of a stage"],
        )
        self.page.observe(lambda _: self._turn(), "value")
        self.page.add_class("encdec-views")
        super().__init__([self.page, network, block])
        self.add_class("encdec-controls")
        self._turn()

    def turn_to(self, page: str) -> None:
        """Show the page of that name."""
        self.page.value = page

    def _turn(self) -> None:
        for name, page in self._pages.items():
            page.layout.display = "" if name == self.page.value else "none"
