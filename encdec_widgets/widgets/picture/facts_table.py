"""The table of a network: every fact of the picture, also for people who cannot see it or point at it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.designs.skip_edits import skip_switches
from encdec_widgets.explain.cost_table import block_cost_rows, layer_cost_rows
from encdec_widgets.explain.table import Row, block_rows, csv_lines, layer_rows
from encdec_widgets.session import Session
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.designs.designs_table import designs_table
from encdec_widgets.widgets.designs.swept import Swept

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_FOLDER = Path(__file__).parent
DESIGNS = "designs"
UPDATE_AFTER_S = 0.25  # after the last edit: no step of a slider pays for the table

_ROWS: dict[str, Callable[["Backbone", Mapping[str, Any]], list[Row]]] = {
    "blocks": lambda backbone, _: block_rows(backbone.blocks),
    "layers": lambda backbone, _: layer_rows(backbone.layers),
    "block costs": lambda backbone, conditions: block_cost_rows(
        backbone.blocks, backbone.cost(**conditions), backbone.receptive_field()
    ),
    "layer costs": lambda backbone, conditions: layer_cost_rows(
        backbone.layers, backbone.cost(**conditions), backbone.receptive_field()
    ),
}


class FactsTable(Collected, anywidget.AnyWidget):
    """Blocks or layers, or what each of them costs, a row each: sorted in the page, copied as CSV in the order shown.

    Where there are designs of a sweep, it shows them too: what a person does in their picture can be done here.

    While it is hidden, nothing is computed and nothing is sent.

    Attributes:
        kind: "blocks", "layers", "block costs", "layer costs", "designs" or "hide": what a person wants to see (a
            trait).
        has_designs: Whether there are designs to be seen (a trait).
        table: What the page shows (a trait): ``kind``, ``columns``, ``rows`` (a list a row), ``blocks`` (the node of
            each row's block, or the name of its design), ``skips`` (whether the skip connection is made, by the nodes
            that let it be taken in or out), ``pins`` (whether it is pinned, by the name of the design), ``texts``
            (cells that are read otherwise than as their plain value, a list a row; none where it is empty) and ``csv``
            (the header's text and that of each row). Empty while it is hidden.
        selected: Nodes of the blocks that are marked in the page (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "facts_table.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "facts_table.css").read_text(encoding="utf-8")

    kind = traitlets.Enum((*_ROWS, DESIGNS, "hide"), "blocks").tag(sync=True)
    has_designs = traitlets.Bool(False).tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, session: Session, kind: str = "blocks", swept: Swept | None = None) -> None:
        """Make the table of the network that ``session`` shows.

        Args:
            session: The session.
            kind: What is seen first.
            swept: The designs of its sweeps, if it has any.
        """
        self._session, self._swept = session, swept
        self._costs_at = session.conditions.of_costs
        self._at_rest = AtRest(UPDATE_AFTER_S, session.guarded(self._update), session.background)
        super().__init__(kind=kind)
        self._update()
        self.on_msg(session.guarded(self._told))
        self.observe(session.guarded(lambda _: self._update()), "kind")
        session.observe(self._show, "shown")
        session.observe(self._conditions_changed, "conditions")
        if swept is not None:
            session.observe(self._designs_changed, "pins")
            swept.observe(session.guarded(self._designs_changed), ["rows", "x", "y"])

    def _designs_changed(self, _: Any) -> None:
        """Show other designs, or how they stand to other figures, once no more come."""
        assert self._swept is not None
        self.has_designs = bool(self._swept.rows)
        if self.kind == DESIGNS:
            self._at_rest.soon()

    def _show(self, change: Any) -> None:
        """Show another network, the first one at once and where an event loop runs the others once no more come.

        Other blocks that are selected are marked at once.
        """
        before, shown = change["old"], change["new"]
        if before is None or before.backbone is not shown.backbone:
            if self.kind == "hide":
                self._at_rest.forget()
            elif self.table:
                self._at_rest.soon()
            else:
                self._update()
        elif self.kind not in ("hide", DESIGNS):
            self.selected = sorted(shown.selected_blocks)

    def _conditions_changed(self, _: Any) -> None:
        """Let costs be those at another batch size or precision."""
        conditions = self._session.conditions.of_costs
        if conditions != self._costs_at:
            self._costs_at = conditions
            self._update()
        elif self.kind == DESIGNS:
            self._designs_changed(None)

    def close(self) -> None:
        """Close the widget, also if an update is on its way."""
        self._at_rest.forget()
        super().close()

    def _update(self) -> None:
        """Send what is to be shown now; traits that have not changed are not sent."""
        self._at_rest.forget()
        with self.hold_sync():
            shown = self._session.shown
            if self.kind == "hide" or shown is None:
                self.table = {}
            elif self.kind == DESIGNS:
                session = self._session
                scale = session.conditions.input_scale  # at another one, a design is another pin
                pins = [pin for pin in session.pins if pin.input_scale == scale]
                self.table = {} if self._swept is None else designs_table(self._swept, pins)
                self.selected = [] if self._swept is None else [str(index) for index in self._swept.current]
            else:
                self.table = _table(self.kind, shown.backbone, self._costs_at)
                self.selected = sorted(shown.selected_blocks)

    def _told(self, _: Any, content: Any, __: Any) -> None:
        """Do what a person asks of a row: select its block, or open its design; switch its skip, or pin it."""
        actions: dict[str, Callable[[str], object]] = {
            "chosen": self._session.select_block,
            "switched": self._session.switch_skip,
        }
        if self.kind == DESIGNS:
            swept = self._swept
            actions = (
                {} if swept is None else {"chosen": swept.open, "pinned": lambda name: swept.pin([name])}
            )
        for action, name in content.items() if isinstance(content, dict) else ():
            if action in actions and isinstance(name, str):
                actions[action](name)


def _table(kind: str, backbone: "Backbone", conditions: Mapping[str, Any]) -> dict[str, Any]:
    rows = _ROWS[kind](backbone, conditions)
    if kind.startswith("block"):
        owners = list(backbone.blocks)
    else:
        owners = [data["block"] or name for name, data in backbone.layers.nodes.items()]
    return {
        "kind": kind,
        "columns": list(rows[0]) if rows else [],
        "rows": [list(row.values()) for row in rows],
        "blocks": owners,
        "skips": skip_switches(backbone.design, backbone.blocks) if kind == "blocks" else {},
        "pins": {},
        "texts": [],
        "csv": csv_lines(rows),
    }
