"""Layers: whether they are Keras's own, what they hold, and copies of them with the same weights."""

import copy
import functools
import sys
from collections.abc import Mapping
from types import FunctionType, SimpleNamespace
from typing import Any

from encdec_widgets.networks.keras_private.modules import private_module


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


def layers_held_by(layer: Any) -> list[Any]:
    """The layers that a layer holds as its attributes."""
    return list(layer._flatten_layers(include_self=False, recursive=False))


def settings_of(layer: Any) -> Any:
    """``layer.get_config()``; Keras would import TensorFlow on any backend, to ask whether a value is of it."""
    serialization = private_module("keras.src.saving.serialization_lib")
    if "tensorflow" not in sys.modules:
        serialization.tf = SimpleNamespace(available=False)
    try:
        return layer.get_config()
    finally:
        serialization.tf = private_module("keras.src.utils.module_utils").tensorflow


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
