"""Building a network: a real Keras model, made of an architecture's blocks, in one step or in several."""

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from types import MappingProxyType
from typing import Any, TypedDict, Unpack

import attrs
import numpy as np

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, IntermediateFeature
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.layer_names import as_model_name
from encdec_widgets.architectures.known_classes import is_shipped
from encdec_widgets.formatting import error_text, number_text
from encdec_widgets.networks.block_labels import block_label
from encdec_widgets.networks.built_block import BuiltBlock, Place, place_of
from encdec_widgets.networks.collector import collector_at_rest
from encdec_widgets.networks.data_format import (
    DataFormatError,
    channels_first_by_default,
    refusal,
    require_channels_last,
)
from encdec_widgets.networks.followed import FollowedLayer, Origin, keep_weights
from encdec_widgets.networks.graph import owners_of
from encdec_widgets.networks.heads_in_joins import renumbered
from encdec_widgets.networks.in_steps import BlocksInSteps, Paused
from encdec_widgets.networks.keras_private import calls_of, is_symbolic
from encdec_widgets.networks.long_ways import room_for_long_ways
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.rebuild import forget_other_calls, layers_of, make_or_reuse
from encdec_widgets.networks.scopes import Scopes, device_here, spread_here
from encdec_widgets.networks.traced_names import require_traced_names
from encdec_widgets.networks.weights import fill, list_for_torch, model_of
from encdec_widgets.travelling import Travelling

InputShape = tuple[int | None, int | None, int]


@attrs.frozen(eq=False)
class BuiltNetwork:
    """A network that was built.

    Attributes:
        structure: The Keras model, whose weights may not be filled.
        blocks: The blocks in the order in which they were made.
        features: Intermediate features of every stack: the input of each decoder block, coarse to fine.
        outside: Origins of the layers with weights that stand outside of blocks, by name.
        settings: What of Keras's configuration the layers depend on, the name of the backend first.
        seconds: How long building took (measured, wall clock), without filling the weights.
        notes_drawn: Whether it is noted, when its weights are filled, what was drawn: see
            :func:`encdec_widgets.networks.weights.fill`.
    """

    structure: Any
    blocks: tuple[BuiltBlock, ...] = attrs.field(repr=False)
    features: tuple[tuple[IntermediateFeature, ...], ...] = attrs.field(repr=False)
    outside: Mapping[str, object] = attrs.field(repr=False)
    settings: tuple[Any, ...] = attrs.field(repr=False)
    seconds: float
    notes_drawn: bool = False

    def fill(self) -> None:
        """Fill those of its weights that are not filled yet."""
        fill(self.variables, notes_drawn=self.notes_drawn)
        list_for_torch(self.structure)

    @property
    def variables(self) -> Iterator[Any]:
        """All weights: the model's, and those of blocks that lead to features only."""
        yield from self.structure.variables
        for built in self.blocks:
            yield from built.variables

    @property
    def origins(self) -> dict[Place, Mapping[str, object]]:
        """Origins of all layers with weights, by place and name: see :mod:`encdec_widgets.networks.followed`."""
        return {**{place_of(built.call): built.origins for built in self.blocks}, OUTSIDE: self.outside}

    @property
    def layers(self) -> dict[Place, dict[str, FollowedLayer]]:
        """All layers with weights, by place and name."""
        in_blocks = {place_of(built.call): layers_of(built) for built in self.blocks}
        return {**in_blocks, OUTSIDE: _outside(self.structure, self.blocks, self.outside)}


OUTSIDE: Place = ("outside", "", 0)
"""Stands for the place of layers outside of blocks."""


class How(TypedDict, total=False):
    """How a network is built in steps: see :func:`network_in_steps`."""

    counterparts: Mapping[str, Sequence[int | None]]
    back: Mapping[Place, Mapping[str, FollowedLayer]]
    on_block: Callable[[BlockCall], None] | None
    gives_way: Callable[[], bool]
    policy: Any
    scopes: Scopes | None
    at_most_s: float
    notes_drawn: bool


class BuildTooLongError(Travelling, RuntimeError):
    """A network takes longer to build than was allowed."""

    def __init__(self, at_most_s: float) -> None:
        """Say how long was allowed."""
        super().__init__(
            f"Building takes longer than {number_text(at_most_s)} s, which was allowed; allow more, or take a smaller "
            "network."
        )


def network_in_steps(
    architecture: EncoderDecoder,
    input_shape: InputShape,
    heads: Sequence[Head],
    previous: BuiltNetwork | None,
    **how: Unpack[How],
) -> Generator[None, None, BuiltNetwork]:
    """Build a network in steps, between which something else can be built.

    The ``make_backbone`` of the architecture runs once for each step; each block is made once.

    Args:
        architecture: What to build.
        input_shape: Height, width and channels of an image.
        heads: The heads of every stack; empty for the bare backbone.
        previous: A network that was built before, to reuse as much of as is as it was.
        **how: ``counterparts`` are, by stage, the indexes that the blocks have in the earlier network; None for a new
            block. Left out, each block has its own index there. ``back`` are layers that are to have the weights that
            an edit took away, by place and name; they come before those of the earlier network. ``on_block`` is called
            before each block is made, and what it raises ends the building. ``gives_way`` says before each block
            whether a step is to end there; without it, there is one step. ``policy`` is Keras's dtype policy to build
            with and ``scopes`` those to be in, by default those of this thread. ``at_most_s`` are the seconds that the
            steps may take, without what is done between them. ``notes_drawn`` is kept with the network.

    Raises:
        BuildTooLongError: If they take longer; it is noticed before a block is made.

    Yields:
        None after each step.

    Returns:
        What was built.
    """
    building = _Building(architecture, input_shape, heads, previous, how)
    try:
        while True:
            scopes = how.get("scopes")
            with (
                one_at_a_time,
                _precision(how.get("policy")),
                nullcontext() if scopes is None else scopes.entered(),
                # Keras's NumPy backend asks a user's layer for its output shape by calling it on arrays without values.
                np.errstate(all="ignore"),
                collector_at_rest(),
            ):
                network = building.step()
            if network is not None:
                return network
            yield
    except BaseException:
        if previous is not None:
            with one_at_a_time:
                forget_other_calls(previous.structure)
        raise
    finally:
        building.end()


class _Building:
    """A network that is being built, one step after the other."""

    def __init__(
        self,
        architecture: EncoderDecoder,
        input_shape: InputShape,
        heads: Sequence[Head],
        previous: BuiltNetwork | None,
        how: How,
    ) -> None:
        self._architecture = architecture
        self._input_shape = input_shape
        self._heads = heads
        self._previous = previous
        self._on_block = how.get("on_block")
        self._at_most_s = how.get("at_most_s", math.inf)
        self._blocks = BlocksInSteps(self._make, how.get("gives_way", lambda: False))
        self._settings: tuple[Any, ...] | None = None
        self._counterparts = how.get("counterparts", {})
        self._back = how.get("back", {})
        self._notes_drawn = how.get("notes_drawn", False)
        self._earlier: dict[Place, BuiltBlock] = {}
        self._input: Any = None
        self._device: Any = None
        self._in_users_code = not is_shipped(type(architecture))
        self._seconds = 0.0  # in earlier steps
        self._step_began = 0.0

    def step(self) -> BuiltNetwork | None:
        """Make blocks until it is to give way; the network, once all are made."""
        if self._settings is None:
            self._settings = settings_here()  # Also loads Keras, which must not count as building.
            if self._previous is not None and self._previous.settings == self._settings:
                self._earlier = {place_of(built.call): built for built in self._previous.blocks}
            else:
                self._previous = None
        self._step_began = time.perf_counter()
        self._device = device_here()
        try:
            with self._blocks.a_pass():
                model, features = self._model()
            outside = self._outside(model)
        except Paused:
            return None
        finally:
            self._seconds = self._spent_s
        network = BuiltNetwork(
            model,
            tuple(self._blocks.built),
            features,
            outside,
            self._settings,
            self._seconds,
            self._notes_drawn,
        )
        if spread_here() is not None:
            network.fill()  # Its scope may be closed when they are asked for.
        return network

    def end(self) -> None:
        """Hold no network any more, which would keep it until Python's collector comes: a building is a cycle."""
        del self._blocks

    def _model(self) -> tuple[Any, tuple[tuple[IntermediateFeature, ...], ...]]:
        x, heads, make_backbone = self._input_tensor(), self._heads, self._architecture.make_backbone
        ends_in: dict[str, Any] = {"head": heads[0] if len(heads) == 1 else heads} if heads else {}
        outputs, features = make_backbone(x, **ends_in)
        if not is_shipped(type(self._architecture)) and channels_first_by_default():
            require_channels_last(type(self._architecture).__name__, keras.tree.flatten(outputs), [x])
        with room_for_long_ways():
            name = _unused_name(as_model_name(type(self._architecture).__name__))
            model = model_of(x, outputs, name=name)
        forget_other_calls(model)
        require_traced_names(model, self._architecture, self._blocks.built)
        of_stacks = bool(features) and all(isinstance(stack, (list, tuple)) for stack in features)
        stacks: list[Any] = features if of_stacks else [features]
        return model, tuple(map(tuple, stacks))

    def _outside(self, model: Any) -> dict[str, object]:
        """Let the layers outside of blocks keep their weights."""
        layers = _outside(model, self._blocks.built)
        if not layers:
            return {}
        previous = self._previous
        before = {} if previous is None else _outside(previous.structure, previous.blocks, previous.outside)
        return keep_weights(layers, self._back.get(OUTSIDE, {}), before)

    def _input_tensor(self) -> Any:
        """The input, which is the same in all steps."""
        if self._input is None:
            earlier = None if self._previous is None else self._previous.structure.inputs[0]
            if earlier is not None and tuple(earlier.shape[1:]) == tuple(self._input_shape):
                self._input = earlier
            else:
                self._input = keras.Input(self._input_shape, name="input")
        return self._input

    @property
    def _spent_s(self) -> float:
        return self._seconds + time.perf_counter() - self._step_began

    def _make(self, call: BlockCall) -> BuiltBlock:
        if self._on_block is not None:
            self._on_block(call)
        if self._spent_s > self._at_most_s:
            raise BuildTooLongError(self._at_most_s)
        before = self._in_users_code
        self._in_users_code = before or not is_shipped(type(call.block))
        try:
            # A user's code may enter scopes of its own.
            device = None if self._in_users_code else self._device
            earlier, back = self._counterpart(call), self._back.get(place_of(call), {})
            ways = renumbered(call, earlier, self._counterparts.get("head", ()))
            if ways is not None:
                earlier, back = None, {**ways, **back}
            return _made(call, earlier, back, device)
        finally:
            self._in_users_code = before

    def _counterpart(self, call: BlockCall) -> BuiltBlock | None:
        """The block of the earlier network that this one corresponds to."""
        indexes = self._counterparts.get(call.stage, ())
        index = indexes[call.index] if call.index < len(indexes) else call.index
        stage, prefix, _ = place_of(call)
        return None if index is None else self._earlier.get((stage, prefix, index))


def _made(
    call: BlockCall, earlier: BuiltBlock | None, back: Mapping[str, FollowedLayer], device: Any | None
) -> BuiltBlock:
    by_default = not is_shipped(type(call.block)) and channels_first_by_default()
    maker = f"{call.prefix} ({type(call.block).__name__})"
    try:
        built = make_or_reuse(call, earlier, back, device)
    except DataFormatError:
        raise
    except Exception as error:
        if by_default and isinstance(error, ValueError):
            raise refusal(maker, f"one of its layers (it failed: {error_text(error)})") from error
        if isinstance(error, FieldError):
            raise error.inside(f"{call.stage}[{call.index}]") from None
        # Of the first stack it is told as of all: most networks have no other.
        name = block_label(call.prefix, several_stacks=not call.prefix.startswith("stack0_"))
        error.add_note(f"This happened in {name}, the {type(call.block).__name__} of the {call.stage}.")
        raise
    if by_default:
        require_channels_last(maker, [built.output], [call.x, call.skip_source, *call.others])
    output = built.output
    if not is_symbolic(output) or len(output.shape) != 4:
        raise FieldError(
            f"{call.stage}[{call.index}]",
            output,
            f"must give one Keras tensor (batch, height, width, channels) from the make_block of "
            f"{type(call.block).__name__}",
        )
    return built


_numbers: dict[str, int] = {}
_numbering = threading.Lock()


def _unused_name(name: str) -> str:
    """A name for a network: UNet, UNet_1, ..., as Keras numbers its own, so that two of them go into one model."""
    with _numbering:
        number = _numbers[name] = _numbers.get(name, -1) + 1
    return f"{name}_{number}" if number else name


def _outside(
    model: Any, blocks: Sequence[BuiltBlock], origins: Mapping[str, object] = MappingProxyType({})
) -> dict[str, FollowedLayer]:
    """The layers with weights of a model that stand outside of its blocks, by name."""
    named = {built.call.prefix + name for built in blocks for name in built.origins}
    others = [o for o in model.operations if o.name not in named and hasattr(o, "variables") and o.variables]
    if not others:
        return {}
    owners = owners_of(blocks)
    calls = [calls_of(operation)[0] for operation in others if id(operation) not in owners]
    return {
        call.operation.name: FollowedLayer.of(call, origins.get(call.operation.name) or Origin())
        for call in calls
    }


def settings_here() -> tuple[Any, ...]:
    """What is set for Keras here that a network depends on."""
    config = keras.config
    policy = config.dtype_policy()
    return (
        config.backend(),
        config.floatx(),
        spread_here(),
        policy.compute_dtype,
        policy.variable_dtype,
    )


@contextmanager
def _precision(policy: Any) -> Iterator[None]:
    """Keras's dtype policy for this thread, inside the ``with`` statement; None leaves it."""
    if policy is None:
        yield
        return
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
