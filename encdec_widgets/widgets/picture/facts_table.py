"""The table of a network: every fact of the picture for whoever cannot see it or point at it, and for everyone else."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.explain.cost_table import block_cost_rows, layer_cost_rows
from encdec_widgets.explain.table import Row, block_rows, csv_lines, layer_rows
from encdec_widgets.widgets.base.at_rest import AtRest

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

_FOLDER = Path(__file__).parent
UPDATE_AFTER_S = 0.25  # when the hand rests: no step of a slider pays for the table

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


class FactsTable(anywidget.AnyWidget):
    """Blocks or layers, or what each of them costs, a row each: sorted in the page, copied as CSV in the order shown.

    While it is hidden, nothing is computed and nothing is sent.

    Attributes:
        kind: "blocks", "layers", "block costs", "layer costs" or "hide": what a person wants to see (a trait).
        table: What the page shows (a trait): ``kind``, ``columns``, ``rows`` (a list a row), ``blocks`` (the node of
            each row's block) and ``csv`` (the header's text and that of each row). Empty while it is hidden.
        selected: Nodes of the blocks that are marked in the page (a trait).
    """

    _esm = _FOLDER / "facts_table.js"
    _css = _FOLDER / "facts_table.css"

    kind = traitlets.Enum((*_ROWS, "hide"), "blocks").tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, on_select: Callable[[str], None]) -> None:
        """Make an empty table.

        Args:
            on_select: Called with the node of the block whose row, or the row of one of whose layers, a person chooses.
        """
        self._on_select = on_select
        self._backbone: Backbone | None = None
        self._chosen: list[str] = []
        self._conditions: Mapping[str, Any] = {}
        self._at_rest = AtRest(UPDATE_AFTER_S, self._update)
        super().__init__()
        self.on_msg(self._told)
        self.observe(lambda _: self._update(), "kind")

    def show(self, backbone: "Backbone", selected: Collection[str]) -> None:
        """Show another network, the first one at once and where an event loop runs the others once no more come.

        Args:
            backbone: The network.
            selected: Nodes of the blocks to be marked.
        """
        self._backbone = backbone
        self._chosen = sorted(selected)
        if self.kind == "hide":
            self._at_rest.forget()
        elif self.table:
            self._at_rest.soon()
        else:
            self._update()

    def reckon_with(self, conditions: Mapping[str, Any]) -> None:
        """Let costs be those at a batch size and a precision, as ``backbone.cost`` takes them."""
        if conditions != self._conditions:
            self._conditions = dict(conditions)
            self._update()

    def select(self, names: Collection[str]) -> None:
        """Mark other blocks, given by their nodes, at once."""
        self._chosen = sorted(names)
        if self.kind != "hide":
            self.selected = self._chosen

    def close(self) -> None:
        """Close the widget, also if an update is on its way."""
        self._at_rest.forget()
        super().close()

    def _update(self) -> None:
        """Send what is to be shown now; traits that have not changed are not sent."""
        self._at_rest.forget()
        with self.hold_sync():
            if self.kind == "hide" or self._backbone is None:
                self.table = {}
            else:
                self.table = _table(self.kind, self._backbone, self._conditions)
                self.selected = self._chosen

    def _told(self, _: Any, content: Any, __: Any) -> None:
        """Pass on a chosen block, if there still is one of that name in the newest network."""
        name = content.get("chosen") if isinstance(content, dict) else None
        if isinstance(name, str) and self._backbone is not None and name in self._backbone.blocks:
            self._on_select(name)


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
        "csv": csv_lines(rows),
    }
