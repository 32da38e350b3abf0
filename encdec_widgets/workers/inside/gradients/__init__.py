"""How much one position of a network's output depends on each value of the image: a gradient, on each backend."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras

__all__ = ["Array", "Gradient", "gradient_for"]

Array = NDArray[np.float32]

Gradient = Callable[[Sequence[Array], Array], Array]
"""From a batch for each input of the network and a weight for each channel of its last output: the gradient, with
respect to the first image of the first input, of the weighted sum of the channels at one position."""


def gradient_for(model: Any, position: tuple[int, int]) -> Gradient:
    """The gradient of a position of a Keras model's last output, in inference, on the active backend.

    The weights that the model has when it is called count. It is traced and compiled at the first call only.

    Args:
        model: A functional ``keras.Model``; its first input and its last output are maps (height, width, channels).
        position: Row and column of the output.

    Raises:
        TimingError: If the backend has no gradients.
    """
    module = importlib.import_module(f"encdec_widgets.workers.inside.gradients.on_{keras.config.backend()}")
    gradient: Gradient = module.gradient(model, *position)
    return gradient
