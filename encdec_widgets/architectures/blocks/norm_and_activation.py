"""An activation with batch normalization before or after it, as the seed's blocks have it."""

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import Tensor


def norm_and_activation(
    x: Tensor, *, norm: str | None, norm_first: bool, activation: str | None, name: str
) -> Tensor:
    """Apply an activation named ``name``, with batch normalization named ``norm`` before or after it."""
    if norm is not None and norm_first:
        x = keras.layers.BatchNormalization(name=norm)(x)
    x = keras.layers.Activation(activation, name=name)(x)
    if norm is not None and not norm_first:
        x = keras.layers.BatchNormalization(name=norm)(x)
    return x
