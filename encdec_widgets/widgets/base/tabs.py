"""Several pages in one place: a tab for each, and the page that was chosen."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import anywidget
import traitlets

from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent


class TabStrip(Collected, anywidget.AnyWidget):
    """The row of tabs, one of which is chosen by a click or by arrow keys.

    Attributes:
        names: What the tabs are called (a trait).
        tooltips: A sentence for each (a trait).
        label: What they are together, for screen readers (a trait).
        chosen: The name of the page that is seen (a trait).
        asked: How often a page was turned to by something else than a tab (a trait): in a narrow designer, where two
            sets of pages share one place, that set comes in front.
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "tabs.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "tabs.css").read_text(encoding="utf-8")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tooltips = traitlets.List(traitlets.Unicode()).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int().tag(sync=True)

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal: traitlets.Bunch) -> str:
        name = str(proposal["value"])
        if name not in self.names:
            raise traitlets.TraitError(
                f"There is no such page. Received: {name!r}. Would work: {', '.join(map(repr, self.names))}."
            )
        return name


class Tabs(widgets.VBox):
    """A row of tabs, and the page of the one that is chosen.

    Attributes:
        strip: The tabs.
    """

    def __init__(
        self,
        label: str,
        pages: Mapping[str, tuple[widgets.Widget, str]],
        *,
        front: bool,
        above: Sequence[widgets.Widget] = (),
    ) -> None:
        """Show the first page.

        Args:
            label: What the pages are together, for screen readers.
            pages: Each page with a tooltip for its tab, by its name.
            front: Whether these pages are seen first where a narrow designer has one place for two sets.
            above: What stands above the page, whichever it is, and scrolls with it.
        """
        self._pages = {name: page for name, (page, _) in pages.items()}
        self.strip = TabStrip(
            names=list(pages),
            tooltips=[tooltip for _, tooltip in pages.values()],
            label=label,
            chosen=next(iter(pages)),
        )
        for page in self._pages.values():
            page.add_class("encdec-page")
        panels = widgets.VBox((*above, *self._pages.values()))
        panels.add_class("encdec-panels")
        super().__init__([self.strip, panels])
        self.add_class("encdec-tabs")
        if front:
            self.add_class("encdec-front")
        self._show()
        self.strip.observe(lambda _: self._show(), "chosen")

    @property
    def chosen(self) -> str:
        """The name of the page that is seen."""
        return str(self.strip.chosen)

    def turn_to(self, page: str) -> None:
        """Show the page of that name."""
        with self.strip.hold_sync():
            self.strip.chosen = page
            self.strip.asked += 1

    def _show(self) -> None:
        for name, page in self._pages.items():
            page.layout.display = "" if name == self.chosen else "none"
