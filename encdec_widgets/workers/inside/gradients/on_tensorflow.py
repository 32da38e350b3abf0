"""The gradient of a position of the output on TensorFlow."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from encdec_widgets.workers.inside.gradients import Array, Gradient
from encdec_widgets.workers.inside.runners.runner import one_or_all


def gradient(model: Any, row: int, column: int) -> Gradient:
    """The gradient as a graph."""

    @tf.function  # type: ignore[untyped-decorator]
    def call(images: list[Any], of_channels: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images[0])
            output = tf.nest.flatten(model(one_or_all(images), training=False))[-1]
            seen = tf.reduce_sum(output[0, row, column] * of_channels)
        # Zeros, rather than None, where the output does not depend on the image.
        return tape.gradient(seen, images[0], unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]

    def gradient_of(images: Sequence[Array], of_channels: Array) -> Array:
        found: Array = call([tf.constant(image) for image in images], tf.constant(of_channels)).numpy()
        return found

    return gradient_of
