"""The table of a network: every fact of the picture for whoever cannot see it or point at it, and for everyone else."""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from encdec_widgets.analysis.table import block_rows, csv_lines, layer_rows

if TYPE_CHECKING:
    import networkx as nx

_FOLDER = Path(__file__).parent
UPDATE_AFTER_S = 0.25  # when the hand rests: no step of a slider pays for the table


class FactsTable(anywidget.AnyWidget):
    """Blocks or layers, a row each, sorted in the page and copied as CSV in the order that is shown.

    While it is hidden, nothing is computed and nothing is sent.

    Attributes:
        kind: "blocks", "layers" or "hide": what a person wants to see (a trait).
        table: What the page shows (a trait): ``kind``, ``columns``, ``rows`` (a list a row), ``blocks`` (the node of
            each row's block) and ``csv`` (the header's text and that of each row). Empty while it is hidden.
        selected: Nodes of the blocks that are marked in the page (a trait).
    """

    _esm = _FOLDER / "facts_table.js"
    _css = _FOLDER / "facts_table.css"

    kind = traitlets.Enum(("blocks", "layers", "hide"), "blocks").tag(sync=True)
    table = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, on_select: Callable[[str], None]) -> None:
        """Make an empty table.

        Args:
            on_select: Called with the node of the block whose row, or the row of one of whose layers, a person chooses.
        """
        self._on_select = on_select
        self._graphs: tuple[nx.DiGraph[str], nx.DiGraph[str]] | None = None
        self._chosen: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        super().__init__()
        self.on_msg(self._told)
        self.observe(lambda _: self._update(), "kind")

    def show(self, blocks: "nx.DiGraph[str]", layers: "nx.DiGraph[str]", selected: Collection[str]) -> None:
        """Show another network, the first one at once and where an event loop runs the others once no more come.

        Args:
            blocks: What ``backbone.blocks`` is.
            layers: What ``backbone.layers`` is.
            selected: Nodes of the blocks to be marked.
        """
        self._graphs = (blocks, layers)
        self._chosen = sorted(selected)
        self._forget_timer()
        if self.kind == "hide":
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._update()
        else:
            if self.table:
                self._timer = loop.call_later(UPDATE_AFTER_S, self._update)
            else:
                self._update()

    def select(self, names: Collection[str]) -> None:
        """Mark other blocks, given by their nodes, at once."""
        self._chosen = sorted(names)
        if self.kind != "hide":
            self.selected = self._chosen

    def close(self) -> None:
        """Close the widget, also if an update is on its way."""
        self._forget_timer()
        super().close()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _update(self) -> None:
        """Send what is to be shown now; traits that have not changed are not sent."""
        self._forget_timer()
        with self.hold_sync():
            if self.kind == "hide" or self._graphs is None:
                self.table = {}
            else:
                self.table = _table(self.kind, *self._graphs)
                self.selected = self._chosen

    def _told(self, _: Any, content: Any, __: Any) -> None:
        """Pass on a chosen block, if there still is one of that name in the newest network."""
        name = content.get("chosen") if isinstance(content, dict) else None
        if isinstance(name, str) and self._graphs is not None and name in self._graphs[0]:
            self._on_select(name)


def _table(kind: str, blocks: "nx.DiGraph[str]", layers: "nx.DiGraph[str]") -> dict[str, Any]:
    if kind == "blocks":
        rows, owners = block_rows(blocks), list(blocks)
    else:
        rows, owners = layer_rows(layers), [data["block"] or name for name, data in layers.nodes.items()]
    return {
        "kind": kind,
        "columns": list(rows[0]) if rows else [],
        "rows": [list(row.values()) for row in rows],
        "blocks": owners,
        "csv": csv_lines(rows),
    }
