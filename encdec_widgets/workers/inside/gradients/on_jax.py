"""The gradient of a position of the output on JAX."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from encdec_widgets.workers.inside.gradients import Array, Gradient
from encdec_widgets.workers.inside.runners.runner import one_or_all


def gradient(model: Any, row: int, column: int) -> Gradient:
    """The gradient, compiled by XLA."""

    def seen(image: Any, others: Any, weights: Any, of_channels: Any) -> Any:
        outputs, _ = model.stateless_call(*weights, one_or_all([image, *others]), training=False)
        return jnp.sum(jax.tree.leaves(outputs)[-1][0, row, column] * of_channels)

    # The weights are an argument: those that are closed over become constants, which XLA folds at length.
    call = jax.jit(jax.grad(seen))

    def gradient_of(images: Sequence[Array], of_channels: Array) -> Array:
        weights = [
            [variable.value for variable in part]
            for part in (model.trainable_variables, model.non_trainable_variables)
        ]
        image, *others = (jnp.asarray(image) for image in images)
        return np.asarray(call(image, others, weights, of_channels)[0])

    return gradient_of
