"""The one module that uses names of Keras that are not public.

Keras may rename any of them in its next release. So pyproject.toml has an upper bound for Keras, and
``tests/library/test_keras_private.py`` uses each of :data:`PRIVATE_NAMES` and says which one is gone and what needs it.
"""

import copy
import functools
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FunctionType, SimpleNamespace
from typing import Any

import attrs

from encdec_widgets._keras import keras_module
from encdec_widgets.formatting import error_text, shortened

PRIVATE_NAMES: Mapping[str, str] = {
    "keras.src.backend.common.global_state": "names_from_the_start, unfilled weights, in_stateless_scope, seed_here",
    "keras.src.backend.tensorflow.core": "as_tensor: initial weights are not copied",
    "keras.src.backend.tensorflow.trainer": "strategy_around: weights in the scope of a strategy",
    "_distribute_strategy": "strategy_around: weights in the scope of a strategy",
    "_all_reduce_sum_gradients": "OneReplica: an edit of a training leaves no graph behind",
    "keras.src.initializers.random_initializers": "variance_of: initial weights are drawn faster",
    "keras.src.saving.serialization_lib": "settings_of: TensorFlow is not imported beside another backend",
    "keras.src.utils.module_utils": "settings_of: TensorFlow is not imported beside another backend",
    "keras.src.ops.node": "call_as: twins of layers",
    "keras.src.activations": "is_keras_function: activations that change each value by itself",
    "keras.src.ops.nn": "is_keras_function: activations that change each value by itself",
    "_keras_history": "is_symbolic, maker_of, call_that_made: every graph",
    "_inbound_nodes": "call_that_made, calls_of: every graph",
    "_outbound_nodes": "forget_calls_but: layers that edits left behind are freed",
    "_keras_mask": "mask_of: blocks with masks are made anew",
    "_flatten_layers": "layers_held_by: errors of a layer that holds a user's",
    "_shape": "shape_of: weights are counted at every edit",
    "_value": "is_filled: weights take memory late",
    "_initializer": "set_initializer, initializer_of: weights take memory late",
    "_deferred_initialize": "fill_variable: weights take memory late",
    "_init_seed": "is_seeded: initial weights are drawn faster",
    "_tracker": "copy_of_layer: twins of layers",
}
"""Modules and attributes of Keras that this module uses, and what needs them."""

ALIGNMENT = 64
"""In bytes: where the memory of a tensor begins."""
SEED = "global_random_seed"
"""What Keras calls the seed of a thread."""
_TRAINER = "keras.src.backend.tensorflow.trainer"
_GLOBAL_STATE = "keras.src.backend.common.global_state"
_TENSORFLOW = "keras.src.backend.tensorflow.core"
_RANDOM = "keras.src.initializers.random_initializers"


@functools.cache
def _module(name: str) -> Any:
    return keras_module(name)


# What Keras keeps for each thread.


@contextmanager
def thread_state(name: str, value: Any) -> Iterator[None]:
    """Replace one value that Keras keeps for this thread, inside the ``with`` statement.

    Args:
        name: What Keras calls it.
        value: What it is to be.
    """
    global_state = _module(_GLOBAL_STATE)
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)


@contextmanager
def names_from_the_start() -> Iterator[dict[str, int]]:
    """Number the layers without a name of their own as in a fresh session: conv2d, conv2d_1, ...

    Yields:
        How many layers of each name were numbered so far; what is changed in it counts.
    """
    numbers: dict[str, int] = defaultdict(int)
    with thread_state("object_name_uids", numbers):
        yield numbers


@contextmanager
def waiting_list(variables: list[Any]) -> Iterator[None]:
    """Have Keras put the variables that it could not fill on this list, inside the ``with`` statement.

    It fills everything on its own list at the next opportunity: the weights of all networks that were ever described.
    """
    with thread_state("uninitialized_variables", variables):
        yield


def seed_here() -> int | None:
    """What ``keras.utils.set_random_seed`` was given in this thread; None where it was not called."""
    seed: int | None = _module(_GLOBAL_STATE).get_global_attribute(SEED)
    return seed


def in_stateless_scope() -> bool:
    """Whether this thread is inside a ``keras.StatelessScope``, where variables cannot be filled."""
    return _module(_GLOBAL_STATE).get_global_attribute("stateless_scope") is not None


def refused_to_fill(error: ValueError) -> bool:
    """Whether Keras raised ``error`` because a layer made or filled a variable with values in a stateless scope."""
    return "stateless scope" in error_text(error)


def reason_in(error: BaseException) -> str:
    """The reason in Keras's message of an error in a layer, without the configuration that stands before it."""
    return error_text(error).rpartition("Exception encountered: ")[2]


def first_line_in(error: BaseException, most: int = 160) -> str:
    r"""The first line of the reason, at most so many characters: of an error in a layer's call too.

    >>> first_line_in(ValueError("Exception encountered when calling Odd.call().\n\nToo wide.\n\nArguments: ..."))
    'Too wide.'
    """
    plain = re.sub(r"\x1b\[[0-9;]*m", "", reason_in(error))  # Keras writes the reason in bold.
    around = ("Exception encountered when calling", "Arguments received by")
    lines = [" ".join(line.split()) for line in plain.partition(around[1])[0].splitlines() if line.strip()]
    return shortened(next((line for line in lines if not line.startswith(around[0])), ""), most)


def strategy_around() -> Any | None:
    """The ``tf.distribute`` strategy that this thread is in the scope of: what Keras takes for a model made now."""
    if _module("keras").config.backend() != "tensorflow":
        return None
    return _module(_TRAINER).TensorFlowTrainer()._distribute_strategy


class OneReplica:
    """Goes before an optimizer of Keras: on TensorFlow, the gradients of several replicas are not added up.

    TensorFlow registers a gradient of that sum for each step that is traced, and keeps it with the whole graph for as
    long as the process lives: each edit of a training took 7 MB for good.
    """

    def _all_reduce_sum_gradients(self, gradients: Any) -> Any:
        return gradients


# Symbolic tensors and the calls of operations that made them.


def is_symbolic(thing: Any) -> bool:
    """Whether a thing is the symbolic output of an operation."""
    return hasattr(thing, "_keras_history")


def maker_of(tensor: Any) -> Any:
    """The operation that made a symbolic tensor."""
    return tensor._keras_history.operation


def call_that_made(tensor: Any) -> Any:
    """The call of an operation that made a symbolic tensor.

    Returns:
        Keras's record of it, with ``operation``, ``arguments``, ``input_tensors`` and ``output_tensors``.
    """
    operation, index, _ = tensor._keras_history
    return operation._inbound_nodes[index]


def calls_of(operation: Any) -> Sequence[Any]:
    """All calls of an operation, in the order in which they were made."""
    calls: Sequence[Any] = operation._inbound_nodes
    return calls


def calls_to(outputs: Sequence[Any], given: Sequence[Any] = ()) -> list[Any]:
    """Every call of an operation that leads to ``outputs``, in topological order.

    Walking back from the outputs, rather than forward from the layers, leaves out calls that a reused layer has had in
    other models.

    Args:
        outputs: Symbolic tensors.
        given: Symbolic tensors at which the walk back ends.
    """
    calls: list[Any] = []
    known = {id(tensor) for tensor in given}
    done: set[int] = set()
    stack = [(call_that_made(tensor), False) for tensor in reversed(outputs) if id(tensor) not in known]
    while stack:
        call, inputs_done = stack.pop()
        if inputs_done:
            calls.append(call)
        elif id(call) not in done:
            done.add(id(call))
            stack.append((call, True))
            inputs = [tensor for tensor in reversed(call.input_tensors) if id(tensor) not in known]
            stack.extend((call_that_made(tensor), False) for tensor in inputs)
    return calls


def call_as(operation: Any, call: Any, tensors: Mapping[int, Any], outputs: Sequence[Any]) -> None:
    """Record a call of ``operation`` like another one, on other tensors, without computing any shape.

    Args:
        operation: What is called.
        call: The other call.
        tensors: The tensors to take, by the ids of those that the other call takes.
        outputs: Symbolic tensors that have no maker yet: what it puts out.
    """
    arguments, keywords = call.arguments.convert(lambda value: tensors.get(id(value), value))
    # Making it writes it into the operations and the tensors.
    _module("keras.src.ops.node").Node(operation, arguments, keywords, list(outputs))


def forget_calls_but(operation: Any, kept: Collection[int]) -> None:
    """Let an operation forget the calls on its output, but for those whose ids are ``kept``.

    Keras writes them down and never reads them; they hold every layer that was ever called on the output.
    """
    operation._outbound_nodes[:] = [call for call in operation._outbound_nodes if id(call) in kept]


def is_input(operation: Any) -> bool:
    """Whether an operation is the input of a model."""
    return type(operation).__name__ == "InputLayer"


def mask_of(tensor: Any) -> Any | None:
    """The mask that Keras attached to a symbolic tensor, or None."""
    return getattr(tensor, "_keras_mask", None)


# Variables: described when their layer is made, filled when their values are needed.


def is_filled(variable: Any) -> bool:
    """Whether a variable has a value yet."""
    return variable._value is not None


def shape_of(variable: Any) -> tuple[int, ...]:
    """The shape of a variable; TensorFlow makes an object of its own each time that it is asked for ``shape``."""
    return tuple(variable._shape)


def fill_variable(variable: Any) -> None:
    """Give a variable without a value the one that its initializer makes."""
    variable._deferred_initialize()


def initializer_of(variable: Any) -> Any:
    """What will make the value of a variable that has none yet; None of one that has a value."""
    initializer = variable._initializer
    return initializer.make if isinstance(initializer, _OnDevice) else initializer


def set_initializer(variable: Any, initializer: Any) -> None:
    """Let a variable without a value get what ``initializer`` makes, on the device that was noted for it."""
    device = device_noted_for(variable)
    variable._initializer = initializer if device is None else _OnDevice(initializer, device)


def draws_the_same_again(initializer: Any) -> bool:
    """Whether an initializer makes the same values each time, as those of Keras do that hold a number as seed."""
    kind = type(initializer)
    return is_of_keras(kind) and isinstance(getattr(initializer, "seed", 0), int)


def is_scaling(initializer: Any) -> bool:
    """Whether an initializer is one of Keras's that scale random values by a weight's shape, like ``GlorotUniform``."""
    return is_of_keras(type(initializer)) and isinstance(
        initializer, _module("keras").initializers.VarianceScaling
    )


def variance_of(initializer: Any, shape: Sequence[int]) -> float:
    """The variance of the values that an initializer for which :func:`is_scaling` holds draws for a weight."""
    fan_in, fan_out = _module(_RANDOM).compute_fans(
        shape, input_axes=initializer.input_axes, output_axes=initializer.output_axes
    )
    fans = {"fan_in": fan_in, "fan_out": fan_out}.get(initializer.mode, (fan_in + fan_out) / 2)
    return float(initializer.scale / max(1.0, fans))


def is_seeded(initializer: Any) -> bool:
    """Whether a person set the seed of one of Keras's random initializers."""
    return initializer._init_seed is not None


def as_tensor(values: Any) -> Any:
    """A tensor of an array that nobody else uses; its memory is taken over where the backend can do so.

    TensorFlow can where the memory begins at a multiple of :data:`ALIGNMENT`; it would end the process elsewhere.
    """
    keras = _module("keras")
    if keras.config.backend() == "numpy":
        return values
    if keras.config.backend() == "tensorflow":
        tensorflow = _module(_TENSORFLOW).tf
        if tensorflow.executing_eagerly() and values.size and not values.ctypes.data % ALIGNMENT:
            return tensorflow.experimental.dlpack.from_dlpack(values.__dlpack__())
    return keras.ops.convert_to_tensor(values)


def settings_of(layer: Any) -> Any:
    """``layer.get_config()``; Keras would import TensorFlow on any backend, to ask whether a value is of it."""
    module = _module("keras.src.saving.serialization_lib")
    if "tensorflow" not in sys.modules:
        module.tf = SimpleNamespace(available=False)
    try:
        return layer.get_config()
    finally:
        module.tf = _module("keras.src.utils.module_utils").tensorflow


def is_variable(thing: Any) -> bool:
    """Whether a thing is one of Keras's variables."""
    return isinstance(thing, _module("keras").Variable)


def empty(variable: Any) -> None:
    """Let go of the value of a variable that nobody uses any more."""
    variable._value = None


@attrs.frozen(eq=False)
class _OnDevice:
    """An initializer, and the device on which its values belong."""

    make: Callable[..., Any]
    device: Any

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.make(*args, **kwargs)


def place_on(variable: Any, device: Any) -> None:
    """Note the device on which a variable without a value is to be filled."""
    variable._initializer = _OnDevice(initializer_of(variable), device)


def device_noted_for(variable: Any) -> Any | None:
    """The device that was noted for a variable without a value, or None."""
    return getattr(variable._initializer, "device", None)


def layers_held_by(layer: Any) -> list[Any]:
    """The layers that a layer holds as its attributes."""
    return list(layer._flatten_layers(include_self=False, recursive=False))


def is_of_keras(kind: type) -> bool:
    """Whether a class is one of Keras's own, and not one that a user derived from it."""
    return kind.__module__.partition(".")[0] == "keras"


def joins_channels(operation: Any) -> bool:
    """Whether an operation concatenates maps along their channels."""
    kind = type(operation)
    if kind.__name__ != "Concatenate" or not is_of_keras(kind):
        return False
    return operation.axis in (-1, len(operation._inbound_nodes[0].input_tensors[0].shape) - 1)


def is_keras_function(function: Any) -> bool:
    """Whether a function is one of Keras's activations, and so changes each value of a map by itself."""
    # A function that was sent from another process belongs to no module.
    return isinstance(function, FunctionType) and (function.__module__ or "").startswith(
        ("keras.src.activations.", "keras.src.ops.nn")
    )


def copy_of_layer(operation: Any) -> Any:
    """A layer of the same class with the same state and the same weights, that has not been called.

    Its containers are its own, so that what is added to one of the two (an adapter, say) is not the other's.
    """
    twin = object.__new__(type(operation))
    state, own_state = vars(operation), vars(twin)
    own_state.update(state)
    containers = {name: value for name, value in state.items() if isinstance(value, list | dict | set)}
    copies = {id(value): type(value)(value) for value in containers.values()}
    own_state.update((name, copies[id(value)]) for name, value in containers.items())
    if "_tracker" in state:
        own_state["_tracker"] = _tracker_of(copies, state["_tracker"])
    own_state.update(_inbound_nodes=[], _outbound_nodes=[])
    for name in _WRAPPED:
        if name in state:
            own_state[name] = functools.partial(_call_wrapped, twin, name)
    return twin


def _tracker_of(copies: Mapping[int, Any], tracker: Any) -> Any:
    """A copy of the record of a layer's weights, for copies of its containers (by the ids of the originals)."""
    other = copy.copy(tracker)
    other.config = {
        name: (is_kind, copies.get(id(known), known)) for name, (is_kind, known) in tracker.config.items()
    }
    other.stored_ids = {name: set(ids) for name, ids in tracker.stored_ids.items()}
    for container in copies.values():
        if hasattr(container, "tracker"):
            container.tracker = other
    return other


# Keras wraps these methods anew for each layer that it makes, at two thirds of the cost of a copy. They are hardly ever
# called on a layer that is built.
_WRAPPED = ("build", "quantize")


def _call_wrapped(twin: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a wrapped method on an instance that Keras made, which has the copy's state and gives it back."""
    layer_class: Any = type(twin)
    instance = layer_class.__new__(layer_class)
    vars(instance).update((key, value) for key, value in vars(twin).items() if key not in _WRAPPED)
    result = getattr(instance, name)(*args, **kwargs)
    vars(twin).update((key, value) for key, value in vars(instance).items() if key not in _WRAPPED)
    return result
