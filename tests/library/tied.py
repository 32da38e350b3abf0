"""Layers of a user that share weights."""

from typing import Any

import keras
from keras import layers as kl


class Tied(kl.Layer):
    """A convolution that has no kernel of its own.

    Args:
        like: A convolution without biases, that is called first.
    """

    def __init__(self, like: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self._kernel_of = lambda: like.kernel  # Kept itself, ``like`` would be a layer inside of this one.

    def build(self, _: Any) -> None:
        self.kernel = self._kernel_of()

    def call(self, x: Any) -> Any:
        return keras.ops.conv(x, self.kernel, padding="same")
