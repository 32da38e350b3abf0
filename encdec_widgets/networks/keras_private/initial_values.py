"""The values that an initializer of Keras makes, and a tensor of them."""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.networks.keras_private.layers import is_of_keras
from encdec_widgets.networks.keras_private.modules import private_module

ALIGNMENT = 64
"""In bytes: where the memory of a tensor begins."""
_TENSORFLOW = "keras.src.backend.tensorflow.core"
_RANDOM = "keras.src.initializers.random_initializers"


def draws_the_same_again(initializer: Any) -> bool:
    """Whether an initializer makes the same values each time, as those of Keras do that hold a number as seed."""
    kind = type(initializer)
    return is_of_keras(kind) and isinstance(getattr(initializer, "seed", 0), int)


def is_scaling(initializer: Any) -> bool:
    """Whether an initializer is one of Keras's that scale random values by a weight's shape, like ``GlorotUniform``."""
    return is_of_keras(type(initializer)) and isinstance(
        initializer, private_module("keras").initializers.VarianceScaling
    )


def variance_of(initializer: Any, shape: Sequence[int]) -> float:
    """The variance of the values that an initializer for which :func:`is_scaling` holds draws for a weight."""
    fan_in, fan_out = private_module(_RANDOM).compute_fans(
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
    keras = private_module("keras")
    if keras.config.backend() == "numpy":
        return values
    if keras.config.backend() == "tensorflow":
        tensorflow = private_module(_TENSORFLOW).tf
        if tensorflow.executing_eagerly() and values.size and not values.ctypes.data % ALIGNMENT:
            return tensorflow.experimental.dlpack.from_dlpack(values.__dlpack__())
    return keras.ops.convert_to_tensor(values)
