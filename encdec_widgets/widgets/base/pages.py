"""Several parts in one place: a button for each, and the one that was chosen."""

from collections.abc import Mapping

from encdec_widgets.widgets.base import stock as widgets


class Pages(widgets.VBox):
    """Buttons in a row, and the page that was chosen by them.

    Attributes:
        page: The buttons; their ``value`` is the name of the page that is seen.
    """

    def __init__(self, pages: Mapping[str, tuple[widgets.Widget, str]]) -> None:
        """Show the first page.

        Args:
            pages: Each page with a tooltip for its button, by its name.
        """
        self._pages = {name: page for name, (page, _) in pages.items()}
        self.page = widgets.ToggleButtons(
            options=list(pages), tooltips=[tooltip for _, tooltip in pages.values()]
        )
        self.page.add_class("encdec-views")
        super().__init__([self.page, *self._pages.values()])
        self._show()
        self.page.observe(lambda _: self._show(), "value")

    def turn_to(self, page: str) -> None:
        """Show the page of that name."""
        self.page.value = page

    def _show(self) -> None:
        for name, page in self._pages.items():
            page.layout.display = "" if name == self.page.value else "none"
