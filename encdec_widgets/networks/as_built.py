"""Each block as it was built, beside what its fields declare."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.keras_private import maker_of
from encdec_widgets.networks.strides import Strides

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(kw_only=True)
class BlockAsBuilt:
    """A block's declared strides and skip connection, and those that were built.

    Attributes:
        name: As in ``backbone.blocks``, which has it unless it was left out.
        stage: "stem", "encoder", "decoder", "head" or "join".
        index: Its index in the list of blocks of its stage.
        stack: Number of the stack, from 0.
        left_out: Whether none of its outputs reaches an output of the network.
        missing_skip: Why a skip connection that it asks for was not formed; None if it was, or if it asks for none.
        skips: Whether it asks for a skip connection, or has one.
        begins: Stride of its input, as the fields of all blocks before it say; rounded down.
        ends: Stride of the output of a decoder block, as its fields say; rounded down.
        available: Strides of all features that a skip connection could have used, the preferred ones first.
        declared: The strides of its output along height and width, as its own fields say; None where they do not say.
        strides: Those that its output really has; None where one of the two is unknown.
    """

    name: str
    stage: str
    index: int
    stack: int
    left_out: bool
    missing_skip: str | None
    skips: bool
    begins: int
    ends: int
    available: tuple[int, ...]
    declared: Strides | None
    strides: Strides | None


def as_built(blocks: Sequence[BuiltBlock], layers: "nx.DiGraph[str]") -> tuple[BlockAsBuilt, ...]:
    """Each block of a network as it was built.

    Args:
        blocks: The blocks that it was built from, in order.
        layers: Its layers: see :func:`encdec_widgets.networks.graph.layer_graph`.
    """
    return tuple(_as_built(built, layers) for built in blocks)


def _as_built(built: BuiltBlock, layers: "nx.DiGraph[str]") -> BlockAsBuilt:
    call = built.call
    before, after = (_strides(tensor, layers) for tensor in (call.x, built.output))
    factor = call.declared_factor
    is_decoder = call.stage == "decoder"
    return BlockAsBuilt(
        name=call.prefix,
        stage=call.stage,
        index=call.index,
        stack=built.stack,
        left_out=_maker(built.output) not in layers,
        missing_skip=call.missing_skip,
        skips=is_decoder and (call.block.wants_skip or _joins(built, layers)),
        begins=call.current_stride,
        ends=call.current_stride // call.block.upsampling_stride if is_decoder else call.current_stride,
        available=call.available_strides,
        declared=None if factor is None or before is None else _times(before, float(factor)),
        strides=after,
    )


def _maker(tensor: Any) -> str:
    return str(maker_of(tensor).name)


def _times(strides: Strides, factor: float) -> Strides:
    height, width = strides
    return height * factor, width * factor


def _strides(tensor: Any, layers: "nx.DiGraph[str]") -> Strides | None:
    name = _maker(tensor)
    strides: Strides | None = layers.nodes[name]["strides"] if name in layers else None
    return strides


def _joins(built: BuiltBlock, layers: "nx.DiGraph[str]") -> bool:
    """Whether a layer of the block takes the source of the block's skip connection."""
    source = built.call.skip_source
    if source is None or _maker(source) not in layers:
        return False
    return any(
        data["skip"] and layers.nodes[name]["block"] == built.call.prefix
        for _, name, data in layers.out_edges(_maker(source), data=True)
    )
