"""Twins of a block's layers, with the same settings and weights, on other input tensors of the same shapes.

Keras takes about a millisecond to make a layer, and most of it to work out shapes and dtypes. A twin takes them over
from a layer that is equal. Like every layer, it belongs to one network only, so that ``layer.output`` and the older
network stay right.
"""

from collections.abc import Sequence
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import call_as, calls_of, calls_to, copy_of_layer, mask_of


def output_of_twins(output: Any, inputs: Sequence[Any], others: Sequence[Any], prefix: str) -> Any | None:
    """The output of a block whose layers are twins of those between ``inputs`` and ``output``.

    Args:
        output: Output tensor of the block whose layers get twins.
        inputs: Its input tensors (or None).
        others: The input tensors (or None) of the twins, of the same shapes and dtypes.
        prefix: How the names of the block's layers begin.

    Returns:
        The output tensor; None where a layer of the block can have no twin.
    """
    calls = calls_to([output], inputs)
    tensors = {id(tensor): other for tensor, other in zip(inputs, others, strict=True)}
    if not all(tensors[id(tensor)] is other for tensor, other in zip(inputs, others, strict=True)):
        return None  # Two inputs were one tensor and are so no longer.
    if not all(_has_twin(call, prefix) for call in calls):
        return None
    for call in calls:
        outputs = [keras.KerasTensor(tensor.shape, tensor.dtype) for tensor in call.output_tensors]
        call_as(copy_of_layer(call.operation), call, tensors, outputs)
        tensors.update((id(old), new) for old, new in zip(call.output_tensors, outputs, strict=True))
    return tensors[id(output)]


def _has_twin(call: Any, prefix: str) -> bool:
    operation = call.operation
    return (
        # A name that Keras gave depends on what was made before; and the network's input is no part of a block.
        operation.name.startswith(prefix)
        and not isinstance(operation, keras.layers.InputLayer)
        # A layer that is called twice is shared, perhaps with another block.
        and len(calls_of(operation)) == 1
        # Not a model inside of the model, nor a class that makes its instances in its own way.
        and type(operation).__new__ in (keras.layers.Layer.__new__, keras.Operation.__new__)
        and not any(mask_of(tensor) is not None for tensor in call.output_tensors)
        and not any(tensor.sparse for tensor in call.output_tensors)
    )
