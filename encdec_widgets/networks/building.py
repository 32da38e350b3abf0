"""Building a network: a real Keras model, made of an architecture's blocks, in one step or in several."""

import math
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypedDict, Unpack

import attrs

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder, IntermediateFeature
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.layer_names import as_model_name
from encdec_widgets.formatting import number_text
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.in_steps import BlocksInSteps, Paused
from encdec_widgets.networks.keras_private import is_symbolic
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.networks.rebuild import forget_other_calls, make_or_reuse
from encdec_widgets.networks.traced_names import require_traced_names

_MOST_LAYERS = 100_000
"""So many layers may follow each other in a network."""

InputShape = tuple[int | None, int | None, int]


@attrs.frozen(eq=False)
class BuiltNetwork:
    """A network that was built.

    Attributes:
        structure: The Keras model, whose weights may not be filled.
        blocks: The blocks in the order in which they were made.
        features: Intermediate features of every stack: the input of each decoder block, coarse to fine.
        settings: What of Keras's configuration the layers depend on, the name of the backend first.
        seconds: How long building took (measured, wall clock), without filling the weights.
    """

    structure: Any
    blocks: tuple[BuiltBlock, ...] = attrs.field(repr=False)
    features: tuple[tuple[IntermediateFeature, ...], ...] = attrs.field(repr=False)
    settings: tuple[Any, ...] = attrs.field(repr=False)
    seconds: float


class How(TypedDict, total=False):
    """How a network is built in steps: see :func:`network_in_steps`."""

    on_block: Callable[[BlockCall], None] | None
    gives_way: Callable[[], bool]
    policy: Any
    at_most_s: float


class BuildTooLongError(RuntimeError):
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
    head: Head | None,
    previous: BuiltNetwork | None,
    **how: Unpack[How],
) -> Generator[None, None, BuiltNetwork]:
    """Build a network in steps, between which something else can be built.

    The ``make_backbone`` of the architecture runs once for each step; each block is made once.

    Args:
        architecture: What to build.
        input_shape: Height, width and channels of an image.
        head: The head of every stack, if there is one.
        previous: A network that was built before, to reuse as much of as is as it was.
        **how: ``on_block`` is called before each block is made, and what it raises ends the building. ``gives_way``
            says before each block whether a step is to end there; without it, there is one step. ``policy`` is Keras's
            dtype policy to build with, by default the one of this thread. ``at_most_s`` are the seconds that the steps
            may take, without what is done between them.

    Raises:
        BuildTooLongError: If they take longer; it is noticed before a block is made.

    Yields:
        None after each step.

    Returns:
        What was built.
    """
    building = _Building(architecture, input_shape, head, previous, how)
    try:
        while True:
            with one_at_a_time, _precision(how.get("policy")):
                network = building.step()
            if network is not None:
                return network
            yield
    except BaseException:
        if previous is not None:
            with one_at_a_time:
                forget_other_calls(previous.structure)
        raise


class _Building:
    """A network that is being built, one step after the other."""

    def __init__(
        self,
        architecture: EncoderDecoder,
        input_shape: InputShape,
        head: Head | None,
        previous: BuiltNetwork | None,
        how: How,
    ) -> None:
        self._architecture = architecture
        self._input_shape = input_shape
        self._head = head
        self._previous = previous
        self._on_block = how.get("on_block")
        self._at_most_s = how.get("at_most_s", math.inf)
        self._blocks = BlocksInSteps(self._make, how.get("gives_way", lambda: False))
        self._settings: tuple[Any, ...] | None = None
        self._earlier: dict[str, BuiltBlock] = {}
        self._input: Any = None
        self._seconds = 0.0  # in earlier steps
        self._step_began = 0.0

    def step(self) -> BuiltNetwork | None:
        """Make blocks until it is to give way; the network, once all are made."""
        if self._settings is None:
            self._settings = _settings()  # Also loads Keras, which must not count as building.
            if self._previous is not None and self._previous.settings == self._settings:
                self._earlier = {built.call.prefix: built for built in self._previous.blocks}
            else:
                self._previous = None
        self._step_began = time.perf_counter()
        try:
            with self._blocks.a_pass():
                model, features = self._model()
        except Paused:
            return None
        finally:
            self._seconds = self._spent_s
        return BuiltNetwork(model, tuple(self._blocks.built), features, self._settings, self._seconds)

    def _model(self) -> tuple[Any, tuple[tuple[IntermediateFeature, ...], ...]]:
        x, head, make_backbone = self._input_tensor(), self._head, self._architecture.make_backbone
        outputs, features = make_backbone(x) if head is None else make_backbone(x, head=head)
        with _room_for_long_ways():
            model = keras.Model(x, outputs, name=as_model_name(type(self._architecture).__name__))
        forget_other_calls(model)
        require_traced_names(model, self._architecture, self._blocks.built)
        stacks: list[Any] = features if isinstance(outputs, list) else [features]
        return model, tuple(map(tuple, stacks))

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
        return _made(call, self._earlier.get(call.prefix))


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


@contextmanager
def _room_for_long_ways() -> Iterator[None]:
    """Let Keras go through a network of any length: it calls itself once for every layer on the way."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _MOST_LAYERS))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


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
