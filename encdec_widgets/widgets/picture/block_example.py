"""What the layers of one block do to a map of 5 x 5, under the picture of these layers, on request."""

from typing import Any

from encdec_widgets.explain.worked_example import examples_of, without_example
from encdec_widgets.figures.charts.worked_tables import worked_tables
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.texts import NOTHING, heading, joined, note

_OPEN, _CLOSE = "Explain these layers with numbers", "Close the explanation"


class BlockExample(widgets.VBox):
    """A button, and an example for each kind of layer of one block.

    Attributes:
        button: Opens and closes it.
        block: The name of the block whose layers are in the picture; None while the picture shows something else.
        opened: Whether the examples are seen; while they are not, nothing is computed.
    """

    def __init__(self, session: Session) -> None:
        """Show nothing yet."""
        self._session = session
        self._told: tuple[Any, ...] = ()
        self.block: str | None = None
        self.opened = False
        self.button = widgets.Button(
            description=_OPEN, tooltip="What each kind of layer of this block does to a map of 5 × 5"
        )
        self.button.on_click(session.guarded(self._pressed))
        self._html = widgets.HTML()
        super().__init__([self.button, self._html])
        self.add_class("encdec-worked-examples")
        self.layout.display = "none"

    @property
    def text(self) -> str:
        """What it says, as HTML."""
        return str(self._html.value)

    def show(self, block: str | None) -> None:
        """Be about a block of the network that is shown; None for nothing."""
        self.block = block
        self.layout.display = "none" if block is None else ""
        self._update()

    def _pressed(self, _: Any) -> None:
        self.opened = not self.opened
        self.button.description = _CLOSE if self.opened else _OPEN
        self._update()

    def _update(self) -> None:
        shown, block = self._session.shown, self.block
        if shown is None or block is None or not self.opened:
            self._told, self._html.value = (), NOTHING
            return
        backbone = shown.backbone
        if self._told == (backbone, block):
            return
        self._told = backbone, block
        graphs = backbone.calls, backbone.layers
        examples = [worked_tables(example) for example in examples_of(block, *graphs)]
        left_out = [note(sentence) for sentence in without_example(block, *graphs)]
        label = backbone.blocks.nodes[block]["label"]
        self._html.value = joined(
            [heading(f"What the layers of {label} do to a map of 5 × 5", 4), *examples, *left_out]
            if examples or left_out
            else [note(f"No layer of {label} convolves, pools, upsamples or joins maps.")]
        )
