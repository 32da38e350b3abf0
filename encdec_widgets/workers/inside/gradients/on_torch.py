"""The gradient of a position of the output on PyTorch."""

from collections.abc import Sequence
from typing import Any

import torch

from encdec_widgets._keras import keras
from encdec_widgets.workers.inside.gradients import Array, Gradient
from encdec_widgets.workers.inside.runners.runner import one_or_all


def gradient(model: Any, row: int, column: int) -> Gradient:
    """The gradient, operation by operation."""

    def gradient_of(images: Sequence[Array], of_channels: Array) -> Array:
        placed = [keras.ops.convert_to_tensor(image) for image in images]
        placed[0].requires_grad_(True)
        outputs = model(one_or_all(placed), training=False)
        output = outputs[-1] if isinstance(outputs, (list, tuple)) else outputs
        seen = (output[0, row, column] * keras.ops.convert_to_tensor(of_channels)).sum()
        # Zeros, rather than None, where the output does not depend on the image.
        (found,) = torch.autograd.grad(seen, placed[:1], materialize_grads=True)
        array: Array = found[0].cpu().numpy()
        return array

    return gradient_of
