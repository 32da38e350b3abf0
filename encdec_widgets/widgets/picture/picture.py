"""The picture with its views, what the network is, and what the last edit changed of it, in words."""

import html
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from encdec_widgets.figures.block_figure import block_figure
from encdec_widgets.figures.colouring import Colouring, legend
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.widgets.picture.graph_view import GraphView

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.backbone import Backbone

BLOCKS, LAYERS_OF_BLOCK, LAYERS = "blocks", "layers of the block", "all layers"
STAGE = "stage"
_CHOICE = "What the colours of the blocks show"
_WHY_NOT = "layers: by stage alone"


class Picture(widgets.VBox):
    """The blocks of a network, the layers of one of them, or all layers.

    Attributes:
        view: Which of these.
        colour: What the colours of the blocks show: their stage, or a number of each. It is disabled in the views of
            layers.
        legend: The scale of the colours.
        graph: The picture itself.
    """

    def __init__(self, on_select: Callable[[str], None]) -> None:
        """Make an empty picture; ``on_select`` is called with the name of the block that a person clicks."""
        self._on_select = on_select
        self._backbone: Backbone | None = None
        self._selected: tuple[str, ...] = ()
        self._marks: Mapping[str, str] = {}
        self._text = ""
        self._measured: Mapping[str, Colouring] = {}
        self._wanted_colour = STAGE
        self._flags: Mapping[str, str] = {}
        self._conditions: Mapping[str, Any] = {}
        self.view = widgets.ToggleButtons(
            options=[BLOCKS, LAYERS_OF_BLOCK, LAYERS],
            tooltips=[
                "A box for each block",
                "A box for each layer of the block that is selected",
                "A box for each layer of the network",
            ],
        )
        self.view.observe(self._view_chosen, "value")
        self.view.add_class("encdec-views")
        self.colour = widgets.Dropdown(description="colour", options=[STAGE, *QUANTITIES], tooltip=_CHOICE)
        self.colour.observe(self._colour_chosen, "value")
        self.colour.add_class("encdec-colour")
        self.legend = widgets.HTML(layout={"display": "none"})
        self._summary = widgets.HTML()
        self._summary.add_class("encdec-summary")
        self.graph = GraphView(self._clicked)
        self._last_edit = widgets.HTML()
        self._last_edit.add_class("encdec-last-edit")
        caption = widgets.HBox([self.view, self._summary])
        caption.add_class("encdec-caption")
        foot = widgets.HBox([self._last_edit, self.colour, self.legend])
        foot.add_class("encdec-picture-foot")
        super().__init__([caption, self.graph, foot])
        self.add_class("encdec-middle-part")

    def show(
        self,
        backbone: "Backbone",
        summary: str,
        selected: tuple[str, ...],
        marks: Mapping[str, str],
        flags: Mapping[str, str] | None = None,
    ) -> None:
        """Draw a network.

        Args:
            backbone: The network.
            summary: What it is, in words.
            selected: Names of the blocks that are selected.
            marks: What the last edit changed of the blocks, by name.
            flags: As in :meth:`flag`.
        """
        self._flags = dict(flags or {})
        self._backbone, self._selected, self._marks = backbone, selected, marks
        self._text = summary
        self._draw()

    def select(self, selected: tuple[str, ...]) -> None:
        """Draw other blocks as selected."""
        if selected != self._selected:
            self._selected = selected
            self._draw()

    def flag(self, flags: Mapping[str, str]) -> None:
        """Put a sign at blocks that something is to be said of.

        Args:
            flags: What it is, by the name of the block.
        """
        if flags != self._flags:
            self._flags = dict(flags)
            self._draw()

    def reckon_with(self, conditions: Mapping[str, Any]) -> None:
        """Let costs be those at a batch size and a precision, as ``backbone.cost`` takes them."""
        if conditions != self._conditions:
            self._conditions = dict(conditions)
            if self._colouring is not None:
                self._draw()

    def colour_by(self, measured: Mapping[str, Colouring]) -> None:
        """Set what the blocks can be coloured by besides their stage and what is known of every network.

        What a person chose is kept: where it vanishes, the colours are those of the stages until it is there again.

        Args:
            measured: Colours by the word that is offered for them; empty if nothing is measured of this network.

        Raises:
            ValueError: If one of the words is taken.
        """
        taken = {STAGE, *QUANTITIES} & set(measured)
        if taken:
            raise ValueError(
                f"{min(taken)!r} is how blocks are coloured without a measurement; give it another name"
            )
        if measured == self._measured:
            return
        self._measured = dict(measured)
        self._offer_colours()
        if self._wanted_colour not in QUANTITIES and self._wanted_colour != STAGE:
            self._draw()

    @property
    def _colouring(self) -> Colouring | None:
        """What the blocks are coloured by; None for their stage."""
        if self.view.value != BLOCKS or self._backbone is None:
            return None
        if self._wanted_colour in QUANTITIES:
            return QUANTITIES[self._wanted_colour](self._backbone, self._conditions)
        return self._measured.get(self._wanted_colour)

    def _view_chosen(self, _: object) -> None:
        self._offer_colours()
        self._draw()

    def _colour_chosen(self, change: dict[str, Any]) -> None:
        self._wanted_colour = change["new"]
        self._draw()

    def _offer_colours(self) -> None:
        """Let the control offer what there is."""
        words = (STAGE, *QUANTITIES, *self._measured)
        blocks = self.view.value == BLOCKS
        wanted = self._wanted_colour if blocks and self._wanted_colour in words else STAGE
        self.colour.unobserve(self._colour_chosen, "value")
        if self.colour.options != words:
            self.colour.options = words
        self.colour.value = wanted
        self.colour.observe(self._colour_chosen, "value")
        self.colour.disabled = not blocks
        self.colour.tooltip = _CHOICE if blocks else f"{_CHOICE}: {_WHY_NOT}"

    def _show_legend(self, colouring: Colouring | None, blocks: "nx.DiGraph[str]") -> None:
        """Show the scale, or why there is none: ipywidgets shows no tooltip at a list that has a label."""
        if colouring is not None:
            words = legend(colouring, {name: str(label) for name, label in blocks.nodes(data="label")})
        else:
            words = _WHY_NOT if self.colour.disabled else ""
        self.legend.value = words
        self.legend.layout.display = None if words else "none"

    def say(self, edit: str, effect: str) -> None:
        """Say what the last edit was and what it changed."""
        said = f"<b>{html.escape(edit)}:</b> {html.escape(effect)}" if edit else ""
        self._last_edit.value = f'<div role="status">{said}</div>'

    def _draw(self) -> None:
        backbone = self._backbone
        if backbone is None:
            return
        layers, blocks = backbone.layers, backbone.blocks
        shown, colouring = self._text, self._colouring
        self._show_legend(colouring, blocks)
        if self.view.value == BLOCKS:
            picture = block_figure(blocks, self._selected, self._marks, colouring, self._flags)
        elif self.view.value == LAYERS:
            selected = (layer for block in self._selected for layer in blocks.nodes[block]["layers"])
            picture = block_figure(layers_as_boxes(layers, blocks), tuple(selected))
        else:
            block = self._selected[0] if self._selected else _first_block(blocks)
            picture = block_figure(layers_as_boxes(layers, blocks, block))
            shown = f"Layers of {blocks.nodes[block]['label']}"
        self._summary.value = html.escape(shown)
        self.graph.show(picture)

    def _clicked(self, name: str) -> None:
        """``name`` is that of a block, of a layer, or of a block that a stub stands for."""
        if self._backbone is None:
            return
        layers, blocks = self._backbone.layers, self._backbone.blocks
        block = name if name in blocks else (layers.nodes[name]["block"] if name in layers else None)
        if block is not None:
            self._on_select(block)


def _first_block(blocks: "nx.DiGraph[str]") -> str:
    """The first one that is not the input, if there is one."""
    return min(blocks, key=lambda name: blocks.nodes[name]["stage"] == "input")
