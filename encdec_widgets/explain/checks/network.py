"""What the checks read: a network, as values."""

from typing import TYPE_CHECKING, Any

import attrs
from attrs.validators import ge, optional

from encdec_widgets.architectures.blocks.base import Block
from encdec_widgets.architectures.fields.described import FieldInfo
from encdec_widgets.architectures.fields.described import field as described
from encdec_widgets.explain.costs import Cost
from encdec_widgets.explain.receptive_field import ReceptiveField
from encdec_widgets.networks.as_built import BlockAsBuilt
from encdec_widgets.networks.block_labels import block_label

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(kw_only=True, eq=False)
class Network:
    """A network that is to be checked. What is None is not known, and not checked.

    Attributes:
        design: The :class:`~encdec_widgets.designs.design.Design` that it was built from.
        layers: Its layers: see :func:`encdec_widgets.networks.graph.layer_graph`.
        blocks: Its blocks: see :func:`encdec_widgets.networks.graph.block_graph`.
        calls: The calls of its layers: see :func:`encdec_widgets.networks.call_graph.call_graph`.
        built: What became of each block: see :func:`encdec_widgets.networks.as_built.as_built`.
        receptive_field: Its receptive fields.
        cost: What it costs, at the batch size and precision that it is to run at.
        memory_bytes: Bytes of memory that there are here.
        animal_px: Length of the animal in px of the camera's image.
        input_scale: By what images are multiplied in size before the network sees them: 0.5 halves height and width.

    Raises:
        FieldError: (a ValueError) If there is no such length or scale.
    """

    design: Any
    layers: "nx.DiGraph[str]"
    blocks: "nx.DiGraph[str]"
    calls: "nx.DiGraph[str]"
    built: tuple[BlockAsBuilt, ...]
    receptive_field: ReceptiveField | None = None
    cost: Cost | None = None
    memory_bytes: int | None = attrs.field(default=None, validator=optional(ge(0)))
    animal_px: float | None = described(
        FieldInfo(
            kind="real",
            default=None,
            minimum=0.1,
            maximum=1_000_000,
            unit="px",
            optional=True,
            help="How long the animal is in the camera's image.",
        )
    )
    input_scale: float = described(
        FieldInfo(
            kind="real",
            default=1.0,
            minimum=0.01,
            maximum=10,
            unit="×",
            help="By what images are scaled before the network sees them.",
        )
    )

    @property
    def architecture(self) -> Any:
        """The architecture of the design."""
        return self.design.architecture

    def label(self, name: str) -> str:
        """What a person reads of a block: "dec2", or "dec2 of stack 0" where there are several."""
        if name in self.blocks:
            return str(self.blocks.nodes[name]["label"])
        # What is left out of the network is on no picture.
        return block_label(name, several_stacks=any(block.stack for block in self.built))

    @property
    def skipping(self) -> frozenset[type]:
        """Classes of decoder blocks that ask for a skip connection, or have one."""
        names = [block.name for block in self.built if block.skips and block.name in self.blocks]
        return frozenset(type(self.blocks.nodes[name]["definition"]) for name in names)

    def block(self, name: str) -> Block | None:
        """The block of the encoder, the decoder or the stem that has a name; None of a head, a join or a layer."""
        definition = self.blocks.nodes[name]["definition"] if name in self.blocks else None
        return definition if isinstance(definition, Block) else None

    def path(self, name: str) -> str:
        """The path of a block of the encoder, the decoder or the stem, as edits name it: "decoder[2]"."""
        data = self.blocks.nodes[name]
        return f"{data['stage']}[{data['index']}]"
