"""Building a design: a real Keras model, and the graphs that are read from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.block_call import BlockCall, building_blocks_with
from encdec_widgets.architectures.encoder_decoder import IntermediateFeature
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.checks import Check, Network, as_built, checks
from encdec_widgets.explain.cost_table import block_cost_rows, layer_cost_rows
from encdec_widgets.explain.costs import Cost, Precision, costs
from encdec_widgets.explain.machine_memory import memory_limit
from encdec_widgets.explain.receptive_field import ReceptiveField, receptive_fields
from encdec_widgets.explain.table import Row, block_rows, layer_rows
from encdec_widgets.explain.weight_memory import copy_bytes, weight_memory
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.call_graph import as_trained_now, call_graph
from encdec_widgets.networks.graph import block_graph, layer_graph
from encdec_widgets.networks.keras_private import is_filled, is_symbolic, names_from_the_start
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.rebuild import forget_other_calls, make_or_reuse
from encdec_widgets.networks.weights import bytes_of, fill

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.designs.design import Design

__all__ = ["Backbone", "build_backbone"]


@attrs.frozen(eq=False)
class Backbone:
    """A network that was built from a design.

    Attributes:
        design: What it was built from.
        structure: The Keras model, to be read: its weights are described, and filled when ``model`` is asked for.
        built_blocks: The blocks in the order in which they were made.
        settings: What of Keras's configuration the layers depend on, the name of the backend first.
        build_seconds: How long building took (measured, wall clock), without filling the weights.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.backbone import Backbone
        >>> backbone: Backbone = Design(UNet(filters=8, down_blocks=2, up_blocks=2), (64, 64, 1)).build()
        >>> backbone.model.output_shape
        (None, 64, 64, 8)
        >>> backbone.cost().parameters, backbone.receptive_field().output.size
        (32512, (48, 48))
        >>> [(source, target) for source, target, skip in backbone.blocks.edges(data="skip") if skip]
        [('stack0_enc0', 'stack0_dec1'), ('stack0_enc1', 'stack0_dec0')]
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
        return any(map(is_filled, self._variables))

    def _fill(self) -> None:
        if all(map(is_filled, self._variables)):
            return  # at once, whatever is being built
        with one_at_a_time:
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
        """The layers of the model: see :func:`encdec_widgets.networks.graph.layer_graph`."""
        return layer_graph(self.structure, self.built_blocks)

    @cached_property
    def blocks(self) -> nx.DiGraph[str]:
        """The blocks of the model: see :func:`encdec_widgets.networks.graph.block_graph`."""
        return block_graph(self.layers, self.built_blocks)

    @property
    def precision(self) -> str:
        """Name of the Keras dtype policy that it was built with, such as "float32" or "mixed_float16"."""
        compute, variable = map(str, self.settings[-2:])
        return compute if compute == variable else f"mixed_{compute}"

    @property
    def calls(self) -> nx.DiGraph[str]:
        """The calls of the model's layers: see :func:`encdec_widgets.networks.call_graph.call_graph`.

        What training changes is read anew each time, as layers can be frozen.
        """
        return as_trained_now(self._calls, self.structure)

    @cached_property
    def _calls(self) -> nx.DiGraph[str]:
        return call_graph(self.structure, self.built_blocks)

    def cost(self, batch_size: int = 1, precision: Precision | None = None) -> Cost:
        """What the network costs: parameters, multiply-adds and memory, in all, by block and by layer.

        Args:
            batch_size: Images that go through it at once.
            precision: "float32", "mixed_float16" or "mixed_bfloat16"; None for what it was built with.

        Raises:
            ValueError: If there is no such batch size or precision.
        """
        return costs(self.calls, batch_size=batch_size, precision=precision, built_with=self.precision)

    def receptive_field(self) -> ReceptiveField:
        """How much of the image the output, every block and every layer depend on (exact)."""
        return self._receptive_field

    @cached_property
    def _receptive_field(self) -> ReceptiveField:
        calls = self._calls
        outputs = {block: call for call, blocks in calls.nodes(data="output_of") for block in blocks}
        return receptive_fields(calls, outputs, self.design.architecture.sleap_dialog_field())

    def checks(
        self,
        *,
        animal_px: float | None = None,
        input_scale: float = 1.0,
        batch_size: int = 1,
        precision: Precision | None = None,
    ) -> tuple[Check, ...]:
        """What is not as one might expect of the network, with the reason, the place and edits that mend it.

        Args:
            animal_px: Length of the animal in px of the camera's image, to be held against the receptive field.
            input_scale: By what images are multiplied in size before the network sees them.
            batch_size: Images that go through it at once, for its memory.
            precision: As in :meth:`cost`.

        Returns:
            Warnings first, then advice.

        Raises:
            ValueError: If one of the arguments is not possible.
        """
        return self._checks(
            field=self.receptive_field(),
            cost=self.cost(batch_size, precision),
            memory_bytes=memory_limit(),
            animal_px=animal_px,
            input_scale=input_scale,
        )

    def _checks(self, **known: Any) -> tuple[Check, ...]:
        return checks(
            Network(
                design=self.design,
                layers=self.layers,
                blocks=self.blocks,
                calls=self.calls,
                built=as_built(self.built_blocks, self.layers),
                **known,
            )
        )

    def table(self, kind: Literal["blocks", "layers"] = "blocks") -> list[Row]:
        """Every fact of the blocks or the layers, a plain dict each, ready for ``pandas.DataFrame``.

        The columns are those of :mod:`encdec_widgets.explain.table` and :mod:`encdec_widgets.explain.cost_table`.

        Raises:
            ValueError: If it is another kind.
        """
        if kind not in ("blocks", "layers"):
            raise ValueError(
                f"A table has a row for each of the 'blocks' or of the 'layers'. Received: {kind!r}."
            )
        of_blocks = kind == "blocks"
        facts = block_rows(self.blocks) if of_blocks else layer_rows(self.layers)
        cost, field = self.cost(), self.receptive_field()
        costs = (
            block_cost_rows(self.blocks, cost, field)
            if of_blocks
            else layer_cost_rows(self.layers, cost, field)
        )
        # The two say the same of what and where a row is. Parameters are those of the costs: layers can share weights,
        # and there these count once, so that the column adds up to the network's.
        return [{**row, **of_row} for row, of_row in zip(facts, costs, strict=True)]

    @cached_property
    def parameters(self) -> int:
        """Number of parameters, trainable or not (exact)."""
        return int(self.structure.count_params())

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes that the values of all weights take, filled or not (exact)."""
        return bytes_of(self.structure.weights)

    @property
    def training_weight_bytes(self) -> int:
        """Bytes that training holds for the weights, filled or not, as ``cost().training_weight_bytes`` says."""
        trained = bytes_of(self.structure.trainable_weights)
        copies = copy_bytes(self.parameters, self.precision)
        return weight_memory(self.weight_bytes, copies=copies, trained_bytes=trained)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was built otherwise than its fields say, in words: the warnings of :meth:`checks`, on any machine."""
        return tuple(check.reason for check in self._checks() if check.severity == "warning")


def build_backbone(
    design: Design, previous: Backbone | None = None, on_block: Callable[[BlockCall], None] | None = None
) -> Backbone:
    """Build the Keras model of ``design`` on the active backend.

    Args:
        design: What to build.
        previous: A network that was built before, to reuse as much of as is as it was.
        on_block: Is called before each block is made; what it raises ends the building.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.backbone import build_backbone
        >>> design = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> made = []
        >>> first = build_backbone(design, on_block=lambda call: made.append(call.prefix))
        >>> made
        ['stack0_enc0', 'stack0_enc1', 'stack0_enc2', 'stack0_enc3', 'stack0_dec0']
        >>> second = build_backbone(design.replace("decoder[0].refine_convs", 1), previous=first)
        >>> second.model.layers[1] is first.model.layers[1]  # reused, weights and all
        True
    """
    with one_at_a_time, names_from_the_start():
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
    if not is_symbolic(output) or len(output.shape) != 4:
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
