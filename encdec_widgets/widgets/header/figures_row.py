"""The five figures under the header, which colour the boxes and turn to their page."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import anywidget
import traitlets

from encdec_widgets.session import Session
from encdec_widgets.session.five_figures import Numbers, five_figures
from encdec_widgets.session.network_time import NetworkTime
from encdec_widgets.widgets.base.ipywidgets_private import Collected

if TYPE_CHECKING:
    import networkx as nx

_FOLDER = Path(__file__).parent
_Told = tuple[Numbers, NetworkTime | None]


class FiguresRow(Collected, anywidget.AnyWidget):
    """Parameters, multiply-adds, memory to train, what the output sees, and time: a button each.

    A press colours the boxes of the picture by that figure and turns to its page; a second one goes back.

    Attributes:
        figures: What the buttons say (a trait): quantity, label, value, change and exact value of each; empty as long
            as there is no network.
        help: A sentence for each (a trait).
        active: The quantity that boxes are coloured by; empty for none (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "figures_row.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "figures_row.css").read_text(encoding="utf-8")
    figures: "traitlets.List[list[str]]" = traitlets.List().tag(sync=True)
    help = traitlets.List(traitlets.Unicode()).tag(sync=True)
    active = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: Session, turn_to_page_of: Callable[[str], None]) -> None:
        """Make the row of the network that ``session`` shows.

        Args:
            session: The session.
            turn_to_page_of: Is called with the quantity that was chosen.
        """
        self._session = session
        self._turn_to_page_of = turn_to_page_of
        self._told: WeakKeyDictionary[nx.DiGraph[str], _Told] = WeakKeyDictionary()
        super().__init__()
        self.add_class("encdec-figures")
        self._show()
        self._show_active()
        self.on_msg(session.guarded(self._pressed))
        session.observe(self._show, ["shown", "conditions", "time"])
        session.observe(self._show_active, "coloured_by")

    def _show(self, _: Any = None) -> None:
        """Tell the numbers of the network on screen, and what its edit changed of them."""
        shown, time = self._session.shown, self._session.time
        if shown is None:
            return
        backbone = shown.backbone
        if time is not None and time.design != backbone.design:
            time = None
        numbers = Numbers.of(backbone, **self._session.conditions.of_costs)
        known = shown.step.compared_with
        before, time_before = self._before(None if known is None else known.blocks)
        self._told[backbone.blocks] = numbers, time
        figures = five_figures(numbers, before, time, time_before)
        with self.hold_sync():
            self.figures = [[f.quantity, f.label, f.value, f.change, f.exact] for f in figures]
            self.help = [figure.help for figure in figures]

    def _before(self, blocks: "nx.DiGraph[str] | None") -> tuple[Numbers | None, NetworkTime | None]:
        """What was told of the network with these blocks."""
        return (None, None) if blocks is None else self._told.get(blocks, (None, None))

    def _show_active(self, _: Any = None) -> None:
        self.active = self._session.coloured_by or ""

    def _pressed(self, _: Any, content: Any, __: Any) -> None:
        """Colour by the figure of a button, or go back to the colours of the stages."""
        quantity = str(content.get("chosen")) if isinstance(content, dict) else ""
        if quantity not in {name for name, *_ in self.figures}:
            return
        if quantity == self._session.coloured_by:
            self._session.colour_by(None)
        else:
            self._session.colour_by(quantity)
            self._turn_to_page_of(quantity)
