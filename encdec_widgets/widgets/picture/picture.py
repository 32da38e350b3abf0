"""The picture with its views: what is drawn of the network that a session shows, and in which colours."""

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from encdec_widgets.figures.colour_scale import Colouring
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes
from encdec_widgets.figures.palette import DARK, LIGHT, Palette
from encdec_widgets.figures.parts import Scene
from encdec_widgets.figures.quantities import QUANTITIES
from encdec_widgets.figures.scale import Scale
from encdec_widgets.figures.scene import HEIGHT, WIDTH, scene
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.at_rest import AtRest
from encdec_widgets.widgets.base.page import Page
from encdec_widgets.widgets.designs.designs_view import DesignsView
from encdec_widgets.widgets.designs.swept import Swept
from encdec_widgets.widgets.picture.block_example import BlockExample
from encdec_widgets.widgets.picture.flags import flags
from encdec_widgets.widgets.picture.graph_view import GraphView
from encdec_widgets.widgets.picture.hands.hands import Drawn, Hands
from encdec_widgets.widgets.picture.hands.walk import stops_of_network

if TYPE_CHECKING:
    import networkx as nx

AHEAD_S = 0.2
"""Where Keras is yet to be loaded, plotly is loaded before it, when the page has the rest of the screen."""
BLOCKS, LAYERS_OF_BLOCK, LAYERS, DESIGNS = "blocks", "layers of the block", "all layers", "designs"
GHOST_S = 1.5
"""How long the state before an edit is seen: the page lets it fade."""


class Picture(widgets.VBox):
    """The blocks of a network, the layers of one of them, or all layers; or the designs of a sweep.

    Blocks have the colours of what the session says that they are ``coloured_by``; layers those of their stage.

    Attributes:
        view: Which of these.
        graph: The picture itself.
        hands: The layer over it, for the keyboard, zoom and downloads.
        scene: What it shows; None until there is a network.
        example: What the layers of one block do, with numbers, under the picture of these layers.
        swept: The designs of the last sweep.
        designs: How they are seen, and what is swept, above their picture.
    """

    def __init__(self, session: Session, page: Page | None = None, swept: Swept | None = None) -> None:
        """Make the picture of the network that ``session`` shows, of the size and in the theme that ``page`` tells."""
        self._session, self._page = session, page
        self.swept = swept or Swept(session)
        self._scale: Scale | None = None
        self._drawn: tuple[Any, ...] = ()
        self._before: Scene | None = None
        self._seen_until = 0.0  # s, of the clock of this process
        self.scene: Scene | None = None
        self.view = widgets.ToggleButtons(
            options=[BLOCKS, LAYERS_OF_BLOCK, LAYERS, DESIGNS],
            tooltips=[
                "A box for each block",
                "A box for each layer of the block that is selected",
                "A box for each layer of the network; repeated groups are one box where there are many",
                "A point for each design of a sweep, by two of their figures",
            ],
        )
        self.view.observe(session.guarded(self._draw), "value")
        self.view.add_class("encdec-views")
        self.designs = DesignsView(session, self.swept)
        self.hands = Hands(session, self._clicked, self._skip_clicked, self.swept.pin)
        self.graph = GraphView(over=self.hands)
        self._ahead = AtRest(AHEAD_S, session.guarded(self._draw_nothing), session.background)
        self.example = BlockExample(session)
        super().__init__([self.view, self.designs, self.graph, self.example])
        self.add_class("encdec-middle-part")
        if session.shown is None:
            self._ahead.soon()
        self._draw()
        session.observe(
            self._draw, ["shown", "dismissed", "conditions", "coloured_by", "block_times", "block_pictures"]
        )
        self.swept.observe(session.guarded(self._designs_changed), ["rows", "x", "y", "colour"])
        if page is not None:
            page.observe(session.guarded(self._draw), "dark")
            page.observe(session.guarded(self._resized), "room")

    def close(self) -> None:
        """Close it, also if plotly is yet to be loaded."""
        self._ahead.forget()
        self.swept.close()
        super().close()

    @property
    def _room(self) -> tuple[int, int]:
        """Width and height, in px."""
        page = self._page
        return page.room if page is not None and all(page.room) else (WIDTH, HEIGHT)

    @property
    def _palette(self) -> Palette:
        return DARK if self._page is not None and self._page.dark else LIGHT

    def _draw_nothing(self) -> None:
        """Draw an empty picture, so that the page reads the 5 MB of plotly's script while the kernel loads Keras."""
        if self.graph.figure is None:
            self.graph.show(Scene.blank(*self._room), self._palette)

    @property
    def _colouring(self) -> Colouring | None:
        """What the blocks are coloured by; None for their stage."""
        session, quantity = self._session, self._session.coloured_by
        if self.view.value != BLOCKS or session.shown is None or quantity is None:
            return None
        if quantity in QUANTITIES:
            return QUANTITIES[quantity](session.shown.backbone, session.conditions.of_costs)
        times = session.block_times
        return Colouring("time", "ms", times, adds_up=True) if quantity == "time" and times else None

    def _resized(self, _: Any) -> None:
        self._scale, self._before = None, None  # of a picture of another size
        self._draw()

    def _draw(self, _: Any = None) -> None:
        """Draw what is to be seen now, where it differs from what is drawn."""
        shown = self._session.shown
        if shown is None:
            return
        if self.view.value == DESIGNS:
            self._draw_designs()  # before what stands above it, which takes a page longer
        self.designs.visible = self.view.value == DESIGNS
        if self.view.value == DESIGNS:
            return
        said, colouring = flags(shown, self._session.dismissed), self._colouring
        pictures = self._session.block_pictures if self.view.value == BLOCKS else {}
        (width, height), palette = self._room, self._palette
        graph_of = (shown.backbone, self.view.value, (width, height))
        selected = shown.selected_blocks
        to_draw = (*graph_of, selected, shown.marks, said, colouring, pictures, palette)
        if to_draw == self._drawn:
            return
        self._keep_ghost(graph_of, edited=bool(shown.words) and not shown.step.anew)
        layers, blocks = shown.backbone.layers, shown.backbone.blocks
        changed: Mapping[str, str] = {}
        title = ""
        block = selected[0] if selected else _first_block(blocks)
        if self.view.value == BLOCKS:
            graph, outlined, changed = blocks, selected, shown.marks
        elif self.view.value == LAYERS:
            graph = layers_as_boxes(layers, blocks)
            outlined = tuple(layer for block in selected for layer in blocks.nodes[block]["layers"])
        else:
            graph, title = layers_as_boxes(layers, blocks, block), f"Layers of {blocks.nodes[block]['label']}"
            outlined = ()
        self.example.show(block if self.view.value == LAYERS_OF_BLOCK else None)
        self.scene = scene(
            graph,
            width=width,
            height=height,
            selected=outlined,
            changed=changed,
            colouring=colouring,
            flags=said if self.view.value == BLOCKS else None,
            pictures=pictures,
            scale=self._scale,
            before=self._before,
            title=title,
        )
        if self.view.value == BLOCKS:
            self._scale = self.scene.scale
        self.graph.show(self.scene, palette)
        plain = partial(scene, graph, colouring=colouring, width=width, height=height, scale=self.scene.scale)
        flagged = said if self.view.value == BLOCKS else {}
        stops = partial(stops_of_network, graph, self.scene, flagged)
        self.hands.show(Drawn(scene=self.scene, selected=outlined, stops=stops, plain=plain))
        self._drawn = to_draw

    def show_designs(self) -> None:
        """Turn to the designs."""
        self.view.value = DESIGNS

    def _designs_changed(self, _: Any) -> None:
        if self.view.value == DESIGNS:
            self._draw()

    def _draw_designs(self) -> None:
        """Draw the designs of the last sweep, where they differ from what is drawn."""
        (width, height), palette, swept = self._room, self._palette, self.swept
        self._before = None
        self.example.show(None)
        to_draw = (
            DESIGNS,
            (width, height),
            swept.rows,
            swept.x,
            swept.y,
            swept.colour,
            swept.current,
            palette,
        )
        if to_draw == self._drawn:
            return
        # Here, as most people never ask for it.
        from encdec_widgets.figures.designs.designs_scene import designs_scene
        from encdec_widgets.widgets.designs.drawn_designs import drawn_designs

        cloud = swept.cloud
        self.scene = designs_scene(cloud, width, height)
        self.graph.show(self.scene, palette)
        self.hands.show(drawn_designs(cloud, self.scene))
        self._drawn = to_draw

    def _keep_ghost(self, graph_of: tuple[Any, ...], *, edited: bool) -> None:
        """Keep the scene before an edit; while a slider moves, that before it moved."""
        was, now, moment = self._drawn[:3], graph_of, time.monotonic()
        follows = edited and was[1:] == now[1:]
        if not follows or moment > self._seen_until:
            self._before = None
        if follows and was[0] is not now[0]:
            self._before = self._before or self.scene
            self._seen_until = moment + GHOST_S

    def _skip_clicked(self, name: str, made: bool) -> None:
        """Take the skip connection of a block out, or in; where there is no choice, it is a click on the block."""
        if self.view.value != BLOCKS or not self._session.switch_skip(name, made):
            self._clicked(name)

    def _clicked(self, name: str) -> None:
        """``name`` is that of a block, of a layer, of a block that a stub stands for, or of a design."""
        if self.view.value == DESIGNS:
            self.swept.open(name)
            return
        shown = self._session.shown
        if shown is None:
            return
        layers, blocks = shown.backbone.layers, shown.backbone.blocks
        block = name if name in blocks else (layers.nodes[name]["block"] if name in layers else None)
        if block is not None:
            self._session.select_block(block)


def _first_block(blocks: "nx.DiGraph[str]") -> str:
    """The first one that is not the input, if there is one."""
    return min(blocks, key=lambda name: blocks.nodes[name]["stage"] == "input")
