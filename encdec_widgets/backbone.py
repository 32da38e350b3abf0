"""Building a design: a real Keras model, and the graphs that are read from it."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.block_call import BlockCall, building_blocks_with
from encdec_widgets.encoder_decoder import IntermediateFeature
from encdec_widgets.fields import FieldError
from encdec_widgets.graph import BuiltBlock, block_graph, layer_graph

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.design import Design


@attrs.frozen(eq=False)
class Backbone:
    """A network that was built from a design.

    Attributes:
        design: What it was built from.
        model: The Keras model, from an image to the output (or the head) of every stack.
        features: Intermediate features of every stack: the input of each decoder block, coarse to fine.
        built_blocks: The blocks in the order in which they were made.
        backend: Name of the Keras backend that it was built on.
        build_seconds: How long building took (measured, wall clock).
    """

    design: Design
    model: Any
    features: tuple[tuple[IntermediateFeature, ...], ...] = attrs.field(repr=False)
    built_blocks: tuple[BuiltBlock, ...] = attrs.field(repr=False)
    backend: str
    build_seconds: float

    @cached_property
    def layers(self) -> nx.DiGraph[str]:
        """The layers of the model: see :func:`encdec_widgets.graph.layer_graph`."""
        return layer_graph(self.model, self.built_blocks)

    @cached_property
    def blocks(self) -> nx.DiGraph[str]:
        """The blocks of the model: see :func:`encdec_widgets.graph.block_graph`."""
        return block_graph(self.layers, self.built_blocks)

    @cached_property
    def parameters(self) -> int:
        """Number of parameters, trainable or not (exact)."""
        return int(self.model.count_params())

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What was built otherwise than one might expect, in words.

        Skips that found no source, blocks whose stride is not what they declare, an output larger than the input.
        """
        notices = [notice for built in self.built_blocks for notice in self._notices_of(built)]
        strides = [self.layers.nodes[t._keras_history.operation.name]["stride"] for t in self.model.outputs]
        if any(stride is not None and stride < 1 for stride in strides):
            notices.append(
                "The output is larger than the input: the decoder upsamples more than the encoder pools."
            )
        return tuple(notices)

    def _notices_of(self, built: BuiltBlock) -> list[str]:
        call = built.call
        tensors = (call.x, built.output)
        names = [tensor._keras_history.operation.name for tensor in tensors]
        if names[1] not in self.layers:
            return [f"{call.prefix} is left out: nothing that it makes reaches an output of the network."]
        notices = [call.missing_skip] if call.missing_skip else []
        before, after = (self.layers.nodes[name]["stride"] for name in names)
        declared = call.declared_factor
        if declared is not None and before and after != before * declared:
            notices.append(
                f"{call.prefix} declares stride {float(before * declared):g} and really has "
                f"{'none' if after is None else format(after, 'g')}: strides and skips after it are not what the "
                "fields say."
            )
        return notices


def build_backbone(design: Design) -> Backbone:
    """Build the Keras model of ``design`` on the active backend."""
    blocks: list[BuiltBlock] = []

    def make_and_record(call: BlockCall) -> Any:
        try:
            output = call.make()
        except FieldError as error:
            raise error.inside(f"{call.stage}[{call.index}]") from None
        except Exception as error:
            error.add_note(
                f"This happened in {call.prefix}, the {type(call.block).__name__} of the {call.stage}."
            )
            raise
        if not hasattr(output, "_keras_history") or len(output.shape) != 4:
            raise FieldError(
                f"{call.stage}[{call.index}]",
                output,
                f"must give one Keras tensor (batch, height, width, channels) from the make_block of "
                f"{type(call.block).__name__}",
            )
        blocks.append(BuiltBlock(call=call, output=output))
        return output

    # Also loads Keras, which must not count as building.
    input_layer = keras.Input
    make_backbone = design.architecture.make_backbone
    start = time.perf_counter()
    x = input_layer(design.input_shape, name="input")
    with building_blocks_with(make_and_record):
        outputs, features = make_backbone(x) if design.head is None else make_backbone(x, head=design.head)
    model = keras.Model(x, outputs, name=type(design.architecture).__name__)
    seconds = time.perf_counter() - start
    stacks: list[Any] = features if isinstance(outputs, list) else [features]
    return Backbone(
        design=design,
        model=model,
        features=tuple(map(tuple, stacks)),
        built_blocks=tuple(blocks),
        backend=keras.config.backend(),
        build_seconds=seconds,
    )
