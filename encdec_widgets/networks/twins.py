"""A block's layers once more, on other input tensors of the same shapes: the same settings, the same weights.

Making a layer takes Keras about a millisecond, most of it to find out what an equal layer has found out before. Its
twin takes that over, and belongs to one network only, like every layer that was made: ``layer.output`` and the older
network stay right.
"""

import copy
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from encdec_widgets._keras import keras, keras_module
from encdec_widgets.networks.keras_private import calls_to


def output_of_twins(output: Any, inputs: Sequence[Any], others: Sequence[Any], prefix: str) -> Any | None:
    """What a block puts out whose layers are twins of those between ``inputs`` and ``output``.

    Args:
        output: Output tensor of the block that is there.
        inputs: Its input tensors (or None), of which it was made.
        others: The tensors (or None) to put in their places; of the same shapes and dtypes.
        prefix: How the names of the block's layers begin.

    Returns:
        The output tensor; None where the block has something that only its own ``make_block`` can make again.
    """
    node_class = keras_module("keras.src.ops.node").Node
    calls = calls_to([output], inputs)
    tensors = {id(tensor): other for tensor, other in zip(inputs, others, strict=True)}
    if not all(tensors[id(tensor)] is other for tensor, other in zip(inputs, others, strict=True)):
        return None  # Two inputs were one tensor and are so no longer.
    if not all(_has_twin(call, prefix) for call in calls):
        return None
    for call in calls:
        outputs = [keras.KerasTensor(tensor.shape, tensor.dtype) for tensor in call.output_tensors]
        arguments, keywords = call.arguments.convert(lambda value: tensors.get(id(value), value))
        # It writes itself into the twin and the tensors.
        node_class(_twin(call.operation), arguments, keywords, outputs)
        tensors.update((id(old), new) for old, new in zip(call.output_tensors, outputs, strict=True))
    return tensors[id(output)]


def _has_twin(call: Any, prefix: str) -> bool:
    operation = call.operation
    return (
        # A name of Keras's own giving depends on what was made before; and the network's input is no part of a block.
        operation.name.startswith(prefix)
        and not isinstance(operation, keras.layers.InputLayer)
        # A layer that is called twice is shared, perhaps with another block.
        and len(operation._inbound_nodes) == 1
        # Not a model inside of the model, nor a class that makes its instances in its own way.
        and type(operation).__new__ in (keras.layers.Layer.__new__, keras.Operation.__new__)
        and not any(getattr(tensor, "_keras_mask", None) for tensor in call.output_tensors)
        and not any(tensor.sparse for tensor in call.output_tensors)
    )


def _twin(operation: Any) -> Any:
    twin = object.__new__(type(operation))
    state, own_state = vars(operation), vars(twin)
    own_state.update(state)
    # Containers of its own, so that what is added to one of the two (an adapter, say) is not the other's.
    containers = {name: value for name, value in state.items() if isinstance(value, list | dict | set)}
    copies = {id(value): type(value)(value) for value in containers.values()}
    own_state.update((name, copies[id(value)]) for name, value in containers.items())
    if "_tracker" in state:
        own_state["_tracker"] = _tracker_of(copies, state["_tracker"])
    own_state.update(_inbound_nodes=[], _outbound_nodes=[])
    for name in _BOUND:
        if name in state:
            own_state[name] = functools.partial(_as_keras_makes_it, twin, name)
    return twin


def _tracker_of(copies: Mapping[int, Any], tracker: Any) -> Any:
    """A copy of what notes down a layer's weights, for copies of its containers (by the ids of the originals)."""
    other = copy.copy(tracker)
    other.config = {
        name: (is_kind, copies.get(id(known), known)) for name, (is_kind, known) in tracker.config.items()
    }
    other.stored_ids = {name: set(ids) for name, ids in tracker.stored_ids.items()}
    for container in copies.values():
        if hasattr(container, "tracker"):
            container.tracker = other
    return other


# Methods that Keras wraps anew for each layer that it makes, at two thirds of the cost of a twin, and that hardly
# anybody calls on a layer that is built.
_BOUND = ("build", "quantize")


def _as_keras_makes_it(twin: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """Call a wrapped method on an instance that Keras made, which has the twin's state and gives it back."""
    layer_class: Any = type(twin)
    instance = layer_class.__new__(layer_class)
    vars(instance).update((key, value) for key, value in vars(twin).items() if key not in _BOUND)
    result = getattr(instance, name)(*args, **kwargs)
    vars(twin).update((key, value) for key, value in vars(instance).items() if key not in _BOUND)
    return result
