"""Building a design: a real Keras model, and the graphs that are read from it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from encdec_widgets._keras import keras
from encdec_widgets._keras_notes import names_from_the_start
from encdec_widgets.block_call import BlockCall, building_blocks_with
from encdec_widgets.encoder_decoder import IntermediateFeature
from encdec_widgets.fields import FieldError
from encdec_widgets.graph import BuiltBlock, block_graph, layer_graph
from encdec_widgets.rebuild import forget_other_calls, make_or_reuse
from encdec_widgets.weights import fill, filled

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.design import Design


@attrs.frozen(eq=False)
class Backbone:
    """A network that was built from a design.

    Attributes:
        design: What it was built from.
        structure: The Keras model, to be read: its weights are described, and filled when ``model`` is asked for.
        built_blocks: The blocks in the order in which they were made.
        settings: What of Keras's configuration the layers depend on, the name of the backend first.
        build_seconds: How long building took (measured, wall clock), without filling the weights.
    """

    design: Design
    structure: Any
    built_blocks: tuple[BuiltBlock, ...] = attrs.field(repr=False)
    settings: tuple[Any, ...] = attrs.field(repr=False)
    build_seconds: float
    _features: tuple[tuple[IntermediateFeature, ...], ...] = attrs.field(repr=False)

    @property
    def model(self) -> Any:
        """The Keras model, from an image to the output (or the head) of every stack, with its weights.

        They take their memory when this is first asked for. Layers that did not change since the network that this one
        was rebuilt from have its weights: they are shared.
        """
        self._fill()
        return self.structure

    @property
    def features(self) -> tuple[tuple[IntermediateFeature, ...], ...]:
        """Intermediate features of every stack: the input of each decoder block, coarse to fine."""
        self._fill()
        return self._features

    @property
    def filled(self) -> bool:
        """Whether any of its weights have taken their memory."""
        return any(map(filled, self._variables))

    def _fill(self) -> None:
        with _one_at_a_time:
            fill(self._variables)

    @property
    def _variables(self) -> Iterator[Any]:
        """All weights: the model's, and those of blocks that lead to features only."""
        yield from self.structure.variables
        for built in self.built_blocks:
            yield from built.variables

    @property
    def backend(self) -> str:
        """Name of the Keras backend that it was built on."""
        return str(self.settings[0])

    @cached_property
    def layers(self) -> nx.DiGraph[str]:
        """The layers of the model: see :func:`encdec_widgets.graph.layer_graph`."""
        return layer_graph(self.structure, self.built_blocks)

    @cached_property
    def blocks(self) -> nx.DiGraph[str]:
        """The blocks of the model: see :func:`encdec_widgets.graph.block_graph`."""
        return block_graph(self.layers, self.built_blocks)

    @cached_property
    def parameters(self) -> int:
        """Number of parameters, trainable or not (exact)."""
        return int(self.structure.count_params())

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes that the values of all weights take, filled or not (exact)."""
        return sum(math.prod(w.shape) * np.dtype(w.dtype).itemsize for w in self.structure.weights)

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What was built otherwise than one might expect, in words.

        Skips that found no source, blocks whose stride is not what they declare, an output larger than the input.
        """
        notices = [notice for built in self.built_blocks for notice in self._notices_of(built)]
        strides = [
            self.layers.nodes[t._keras_history.operation.name]["stride"] for t in self.structure.outputs
        ]
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


# Networks that are rebuilt share layers with those that they are rebuilt from.
_one_at_a_time = threading.RLock()


def build_backbone(
    design: Design, previous: Backbone | None = None, on_block: Callable[[BlockCall], None] | None = None
) -> Backbone:
    """Build the Keras model of ``design`` on the active backend.

    Args:
        design: What to build.
        previous: A network that was built before, to reuse as much of as is as it was.
        on_block: Is called before each block is made; what it raises ends the building.
    """
    with _one_at_a_time, names_from_the_start():
        # Also loads Keras, which must not count as building.
        settings = _settings()
        start = time.perf_counter()
        if previous is None or previous.settings != settings:
            return _built(design, None, on_block, settings, start)
        try:
            return _built(design, previous, on_block, settings, start)
        except BaseException:
            forget_other_calls(previous.structure)
            raise


def _built(
    design: Design,
    previous: Backbone | None,
    on_block: Callable[[BlockCall], None] | None,
    settings: tuple[Any, ...],
    start: float,
) -> Backbone:
    earlier = {built.call.prefix: built for built in previous.built_blocks} if previous else {}
    blocks: list[BuiltBlock] = []

    def make_and_record(call: BlockCall) -> Any:
        if on_block is not None:
            on_block(call)
        blocks.append(_made(call, earlier.get(call.prefix)))
        return blocks[-1].output

    if previous is not None and previous.design.input_shape == design.input_shape:
        x = previous.structure.inputs[0]
    else:
        x = keras.Input(design.input_shape, name="input")
    make_backbone = design.architecture.make_backbone
    with building_blocks_with(make_and_record):
        outputs, features = make_backbone(x) if design.head is None else make_backbone(x, head=design.head)
    model = keras.Model(x, outputs, name=type(design.architecture).__name__)
    forget_other_calls(model)
    stacks: list[Any] = features if isinstance(outputs, list) else [features]
    return Backbone(
        design=design,
        structure=model,
        built_blocks=tuple(blocks),
        settings=settings,
        build_seconds=time.perf_counter() - start,
        features=tuple(map(tuple, stacks)),
    )


def _made(call: BlockCall, earlier: BuiltBlock | None) -> BuiltBlock:
    try:
        built = make_or_reuse(call, earlier)
    except FieldError as error:
        raise error.inside(f"{call.stage}[{call.index}]") from None
    except Exception as error:
        error.add_note(
            f"This happened in {call.prefix}, the {type(call.block).__name__} of the {call.stage}."
        )
        raise
    output = built.output
    if not hasattr(output, "_keras_history") or len(output.shape) != 4:
        raise FieldError(
            f"{call.stage}[{call.index}]",
            output,
            f"must give one Keras tensor (batch, height, width, channels) from the make_block of "
            f"{type(call.block).__name__}",
        )
    return built


def _settings() -> tuple[Any, ...]:
    config = keras.config
    policy = config.dtype_policy()
    return (
        config.backend(),
        config.floatx(),
        config.image_data_format(),
        policy.compute_dtype,
        policy.variable_dtype,
    )
