"""Several parts in one place: a button for each, and the one that was chosen."""

from collections.abc import Callable, Mapping

import ipywidgets as widgets


class Pages(widgets.VBox):
    """Buttons in a row, and the page that was chosen by them."""

    def __init__(
        self,
        pages: Mapping[str, tuple[widgets.Widget, str]],
        on_turn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Show the first page.

        Args:
            pages: Each page with a tooltip for its button, by its name.
            on_turn: Is called with the name of a page that a person turns to.
        """
        self._pages = {name: page for name, (page, _) in pages.items()}
        self._on_turn = on_turn
        self.page = widgets.ToggleButtons(
            options=list(pages), tooltips=[tooltip for _, tooltip in pages.values()]
        )
        self.page.add_class("encdec-views")
        super().__init__([self.page, *self._pages.values()])
        self._show()
        self.page.observe(self._turned, "value")

    def turn_to(self, page: str) -> None:
        """Show the page of that name."""
        self.page.value = page

    def _turned(self, change: Mapping[str, str]) -> None:
        self._show()
        self._on_turn(change["new"])

    def _show(self) -> None:
        for name, page in self._pages.items():
            page.layout.display = "" if name == self.page.value else "none"
