"""The picture with its views, what the network is, and what the last edit changed of it, in words."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from encdec_widgets.figures.block_figure import block_figure
from encdec_widgets.figures.colour_scale import Colouring, legend
from encdec_widgets.figures.geometry import boxes
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.figures.still import still
from encdec_widgets.formatting import quoted
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.picture.flags import flags
from encdec_widgets.widgets.picture.graph_view import GraphView
from encdec_widgets.widgets.picture.hands.hands import Drawn, Hands

if TYPE_CHECKING:
    import networkx as nx

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
        hands: The layer over it, for the keyboard, zoom and downloads.
    """

    def __init__(self, session: Session) -> None:
        """Make the picture of the network that ``session`` shows."""
        self._session = session
        self._measured: Mapping[str, Colouring] = {}
        self._wanted_colour = STAGE
        self._drawn: tuple[Any, ...] = ()
        self.view = widgets.ToggleButtons(
            options=[BLOCKS, LAYERS_OF_BLOCK, LAYERS],
            tooltips=[
                "A box for each block",
                "A box for each layer of the block that is selected",
                "A box for each layer of the network",
            ],
        )
        self.view.observe(session.guarded(self._view_chosen), "value")
        self.view.add_class("encdec-views")
        self.colour = widgets.Dropdown(description="colour", options=[STAGE, *QUANTITIES], tooltip=_CHOICE)
        self._on_colour = session.guarded(self._colour_chosen)
        self.colour.observe(self._on_colour, "value")
        self.colour.add_class("encdec-colour")
        self.legend = widgets.HTML(layout={"display": "none"})
        self._summary = widgets.HTML()
        self._summary.add_class("encdec-summary")
        self.hands = Hands(session, self._clicked)
        self.graph = GraphView(
            session.guarded(self._clicked),
            session.background,
            over=self.hands,
            on_skip=session.guarded(self._skip_clicked),
        )
        self._last_edit = widgets.HTML()
        self._last_edit.add_class("encdec-last-edit")
        caption = widgets.HBox([self.view, self._summary])
        caption.add_class("encdec-caption")
        foot = widgets.HBox([self._last_edit, self.colour, self.legend])
        foot.add_class("encdec-picture-foot")
        super().__init__([caption, self.graph, foot])
        self.add_class("encdec-middle-part")
        self._show()
        session.observe(self._show, ["shown", "dismissed", "conditions"])
        session.observe(self._colour_by_times, "block_times")

    def _show(self, _: Any = None) -> None:
        """Draw the network that is shown, and say what the last edit was and what it changed."""
        shown = self._session.shown
        if shown is not None:
            self._draw()
            said = Markup("<b>{}:</b> {}").format(shown.words, shown.effect)
            self._last_edit.value = said if shown.words else ""

    def _colour_by_times(self, _: Any) -> None:
        """Let the blocks be coloured by their measured times, as long as they hold."""
        times = self._session.block_times
        self.colour_by({"time": Colouring("time", "ms", times, adds_up=True)} if times else {})

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
                f"{quoted(min(taken))} is how blocks are coloured without a measurement; give it another name"
            )
        if measured == self._measured:
            return
        self._measured = dict(measured)
        self._offer_colours()
        self._draw()

    @property
    def _colouring(self) -> Colouring | None:
        """What the blocks are coloured by; None for their stage."""
        shown = self._session.shown
        if self.view.value != BLOCKS or shown is None:
            return None
        if self._wanted_colour in QUANTITIES:
            return QUANTITIES[self._wanted_colour](shown.backbone, self._session.conditions.of_costs)
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
        self.colour.unobserve(self._on_colour, "value")
        if self.colour.options != words:
            self.colour.options = words
        self.colour.value = wanted
        self.colour.observe(self._on_colour, "value")
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

    def _draw(self) -> None:
        """Draw what is to be seen now, where it differs from what is drawn."""
        shown = self._session.shown
        if shown is None:
            return
        selected, said = shown.selected_blocks, flags(shown, self._session.dismissed)
        colouring = self._colouring
        to_draw = (shown.backbone, self.view.value, selected, shown.marks, said, colouring)
        if to_draw == self._drawn:
            return
        layers, blocks = shown.backbone.layers, shown.backbone.blocks
        summary = shown.summary
        self._show_legend(colouring, blocks)
        graph = blocks
        if self.view.value == BLOCKS:
            picture = block_figure(blocks, selected, shown.marks, colouring, said)
        elif self.view.value == LAYERS:
            graph = layers_as_boxes(layers, blocks)
            selected = tuple(layer for block in selected for layer in blocks.nodes[block]["layers"])
            picture = block_figure(graph, selected)
        else:
            block = selected[0] if selected else _first_block(blocks)
            graph, selected = layers_as_boxes(layers, blocks, block), ()
            picture = block_figure(graph)
            summary = f"Layers of {blocks.nodes[block]['label']}"
        self._summary.value = escape(summary)
        self.graph.show(picture)
        x, y = (picture["layout"][axis]["range"] for axis in ("xaxis", "yaxis"))
        plain_svg = partial(_plain_svg, graph, colouring)
        self.hands.show(Drawn(graph, boxes(graph), x, y, selected, plain_svg))
        self._drawn = to_draw

    def _skip_clicked(self, name: str) -> None:
        """Take the skip connection of a block out, or in; where there is no choice, it is a click on the block."""
        if self.view.value != BLOCKS or not self._session.switch_skip(name):
            self._clicked(name)

    def _clicked(self, name: str) -> None:
        """``name`` is that of a block, of a layer, or of a block that a stub stands for."""
        shown = self._session.shown
        if shown is None:
            return
        layers, blocks = shown.backbone.layers, shown.backbone.blocks
        block = name if name in blocks else (layers.nodes[name]["block"] if name in layers else None)
        if block is not None:
            self._session.select_block(block)


def _plain_svg(graph: "nx.DiGraph[str]", colouring: Colouring | None) -> str:
    """A picture without marks of edits, flags and selection."""
    return still(block_figure(graph, colouring=colouring))


def _first_block(blocks: "nx.DiGraph[str]") -> str:
    """The first one that is not the input, if there is one."""
    return min(blocks, key=lambda name: blocks.nodes[name]["stage"] == "input")
