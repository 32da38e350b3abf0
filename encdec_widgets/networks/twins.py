"""A block's layers once more, on other input tensors of the same shapes: the same settings, the same weights.

Making a layer takes Keras about a millisecond, most of it to find out what an equal layer has found out before. Its
twin takes that over, and belongs to one network only, like every layer that was made: ``layer.output`` and the older
network stay right.
"""

from collections.abc import Sequence
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import call_as, calls_of, calls_to, copy_of_layer, mask_of


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
        # A name of Keras's own giving depends on what was made before; and the network's input is no part of a block.
        operation.name.startswith(prefix)
        and not isinstance(operation, keras.layers.InputLayer)
        # A layer that is called twice is shared, perhaps with another block.
        and len(calls_of(operation)) == 1
        # Not a model inside of the model, nor a class that makes its instances in its own way.
        and type(operation).__new__ in (keras.layers.Layer.__new__, keras.Operation.__new__)
        and not any(mask_of(tensor) is not None for tensor in call.output_tensors)
        and not any(tensor.sparse for tensor in call.output_tensors)
    )
