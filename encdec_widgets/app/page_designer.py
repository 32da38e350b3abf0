"""The designer of the app's page: what it begins with stands in the page's address, which follows every edit."""

import os
from typing import Any

from encdec_widgets.designs.presets import as_design, preset_name
from encdec_widgets.export.link import from_packed_link, in_query
from encdec_widgets.formatting import error_text
from encdec_widgets.widgets import Designer
from encdec_widgets.widgets.header.address import Address

QUERY = "QUERY_STRING"
"""Where Voila tells the kernel what stood after the question mark of the address."""


class PageDesigner(Designer):
    """A designer that begins with the design in the address of its page.

    Where an address holds no design that can be read, it says so and begins as a plain one. Edits that the browser has
    kept come back by themselves where they lead to the design of the address, so that a reload leaves Undo as it was;
    others are offered.

    Attributes:
        address: What keeps the address as the design is.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.app.page_designer import PageDesigner
        >>> link = preset("SLEAP centroid").replace("filters", 24).to_link("http://127.0.0.1:8866/")
        >>> PageDesigner(link.partition("?")[2]).design.architecture.filters
        24
    """

    def __init__(self, query: str | None = None) -> None:
        """Begin with the design of an address.

        Args:
            query: What stands after the question mark of the address; what Voila tells the kernel if left out.
        """
        start = as_design(None)
        trouble = ""
        try:
            text = in_query(os.environ.get(QUERY, "") if query is None else query)
            design = start if text is None else from_packed_link(text)
        except ValueError as error:
            design, trouble = start, error_text(error)
        super().__init__(design, name=preset_name(start) or "")
        self.address = Address(self.session, start, self._refused)
        self.children: tuple[Any, ...] = (*self.children, self.address)
        self.kept.memory.observe(self._offered, "offers")
        if trouble:
            self._refused(trouble)

    def _refused(self, words: str) -> None:
        shown = preset_name(self.session.editor.wanted)
        self.kept.tell(f"{words} Shown is {shown or 'the network before'}.")
        self.page.say(words)

    def _offered(self, _: Any) -> None:
        """Have those edits come back that lead to what is shown, as after a reload."""
        if len(self.session.editor.history.states) > 1:
            return
        for offer in self.kept.memory.offers:
            try:
                leads_here = offer.edits.history().present.design == self.session.editor.wanted
            except ValueError:  # it is offered, and says why when it is asked for
                continue
            if leads_here:
                self.kept.memory.bring_back(offer)
                return
