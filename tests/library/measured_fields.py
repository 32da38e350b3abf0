"""What positions of a network's output really change with, measured on images and by gradients.

A network is made linear and positive first, so that nothing cancels or is switched off: then what an output changes
with is where its gradient is not zero.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers as kl

from encdec_widgets.networks.windows import Window, Windows

Box = tuple[int, int] | None
Shape = tuple[int, int, int]
Measure = Callable[[Any, Shape, int, Sequence[int]], list[Box]]


def linear(inputs: Any, output: Any) -> keras.Model:
    """A copy of a model, with positive kernels, averages for maxima, and without biases and activations."""

    def alike(layer: Any) -> Any:
        settings = layer.get_config()
        if isinstance(layer, kl.MaxPooling2D):
            return kl.AveragePooling2D.from_config(settings)
        if "activation" in settings:
            settings["activation"] = None
        return type(layer).from_config(settings)

    model = keras.models.clone_model(keras.Model(inputs, output), clone_function=alike)
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        if "kernel" in weight.name:
            values = random.uniform(0.5, 1.5, weight.shape)
            weight.assign(values / values.sum() * weight.shape[-1])
    return model


def by_half_images(model: Any, shape: Shape, axis: int, positions: Sequence[int]) -> list[Box]:
    """The first and the last row (column) that each of some rows (columns) of the output changes with.

    Of an image of which only the first n rows are shown, an output sees nothing until n reaches the first row that it
    depends on: bisection finds it, for all positions at once.
    """
    size = shape[axis]
    image = np.random.default_rng(1).uniform(0.5, 1.5, shape).astype("float32")

    def changes(shown: np.ndarray) -> np.ndarray:
        lines = shown[:, :, None, None] if axis == 0 else shown[:, None, :, None]
        outputs = keras.ops.convert_to_numpy(model(image * lines.astype("float32")))
        return np.array([np.take(out, p, axis).any() for out, p in zip(outputs, positions, strict=True)])

    def least(shown: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """How many rows have to be shown; all of them do."""
        too_few, enough = np.zeros(len(positions), int), np.full(len(positions), size)
        while (enough - too_few > 1).any():
            tried = (too_few + enough) // 2
            sees = changes(shown(tried[:, None]))
            too_few, enough = np.where(sees, too_few, tried), np.where(sees, tried, enough)
        return enough

    rows = np.arange(size)
    anything = changes(np.ones((len(positions), size), bool))
    firsts = least(lambda count: rows < count) - 1
    lasts = size - least(lambda count: rows >= size - count)
    return [
        (int(first), int(last)) if some else None
        for some, first, last in zip(anything, firsts, lasts, strict=True)
    ]


def by_gradient(model: Any, shape: Shape, axis: int, positions: Sequence[int]) -> list[Box]:
    """The same, by TensorFlow's gradient of each of them."""
    import tensorflow as tf

    # As a graph, in which no gradients of kernels are left: TensorFlow 2.21 crashes at that of a 1 x 1 kernel with a
    # stride.
    @tf.function
    def gradient(image: Any, position: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(image)
            seen_from = tf.reduce_sum(tf.gather(model(image), position, axis=1 + axis))
        return tape.gradient(seen_from, image)

    boxes: list[Box] = []
    for position in positions:
        of_image = gradient(tf.ones((1, *shape)), tf.constant(position)).numpy()
        lines = np.flatnonzero(of_image.any(axis=(0, 2 - axis, 3)))
        boxes.append((int(lines[0]), int(lines[-1])) if lines.size else None)
    return boxes


MEASURES: list[Measure] = {"tensorflow": [by_half_images, by_gradient]}.get(
    keras.backend.backend(), [by_half_images]
)


def claimed_box(seen: Window, position: int) -> Box:
    """The box that a window from a map to the image gives for a position."""
    turns, place = divmod(position, seen.period)
    first, last = seen.first[place] + turns * seen.step, seen.last[place] + turns * seen.step
    return (first, last) if first <= last else None


def positions_in_the_middle(seen: Window, size: int, output_size: int) -> range:
    """A whole period of positions that see the middle of the image; none if no position of the output does."""
    middle = [
        position
        for position in range(output_size)
        if (box := claimed_box(seen, position)) and abs(box[0] + box[1] - size + 1) <= seen.step
    ]
    start = middle[0] - middle[0] % seen.period if middle else 0
    return range(start, start + seen.period if middle else 0)


def has_room(seen: Window, size: int, output_size: int) -> bool:
    """Whether positions see the middle of the image, and the output's borders lie further away than they see."""
    positions = positions_in_the_middle(seen, size, output_size)
    margin = math.ceil((max(seen.last) - min(seen.first) + 1) * seen.period / seen.step)
    return bool(positions) and margin <= positions.start and positions.stop + margin <= output_size


def check(model: Any, shape: Shape, seen: Windows, measure: Measure, axes: Sequence[int] = (0, 1)) -> None:
    """Hold what a model's output is said to see of an image against what it changes with, for a whole period."""
    output_shape = model.compute_output_shape((1, *shape))
    for axis in axes:
        size = shape[axis]
        positions = positions_in_the_middle(seen[axis], size, output_shape[1 + axis])
        claimed = [claimed_box(seen[axis], position) for position in positions]
        assert all(box[0] >= 0 and box[1] < size for box in claimed if box), "the image is too small to tell"
        assert claimed == measure(model, shape, axis, positions)
