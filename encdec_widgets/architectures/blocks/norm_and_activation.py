"""An activation with batch normalization before or after it, as the seed's blocks have it."""

from encdec_widgets._keras import keras
from encdec_widgets.architectures.blocks.base import Tensor


def norm_and_activation(
    x: Tensor, *, norm: str | None, norm_first: bool, activation: str | None, name: str
) -> Tensor:
    """Apply an activation named ``name``, with batch normalization named ``norm`` before or after it."""
    act = keras.layers.Activation(activation, name=name)
    if norm is None:
        return act(x)
    batch_norm = keras.layers.BatchNormalization(name=norm)
    return act(batch_norm(x)) if norm_first else batch_norm(act(x))
