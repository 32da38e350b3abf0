"""How much of the image counts: gradients of the middle of the output, over random weights and images."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.networks.weights import draw_again
from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.errors import TimingError

Array = NDArray[np.float32]

_SEED = 0
"""The same network gives the same field again."""


class GradientSampler:
    """The mean absolute gradient of the middle of one of a network's outputs with respect to its image, so far.

    Attributes:
        samples: Samples that are in it: those whose gradient was finite and nowhere lost on its way to the image.
    """

    def __init__(self, model: Any, number: int = -1) -> None:
        """Take nothing yet.

        Args:
            model: A functional ``keras.Model``; its weights are overwritten.
            number: Which of its outputs to look at.

        Raises:
            TimingError: If it has no such output, does not go from an image to a map, or if the backend has no
                gradients.
        """
        count = len(model.outputs)
        if not -count <= number < count:
            raise TimingError(f"there is no output {number}: this network has outputs 0 to {count - 1}")
        if count > 1:
            model = keras.Model(model.inputs, model.outputs[number])
        image, output = model.inputs[0].shape, model.outputs[-1].shape
        if len(image) != 4 or len(output) != 4 or None in (*image[1:], *output[1:]):
            raise TimingError(
                "only a network from an image to a map, both of (height, width, channels), has an effective receptive "
                f"field; this one goes from {tuple(image[1:])} to {tuple(output[1:])}"
            )
        self.samples = 0
        self._model = model
        self._middle = (output[1] // 2, output[2] // 2)
        self._gradient = running_backend().gradient(model, *self._middle)
        self._random = np.random.default_rng(_SEED)
        self._sum = np.zeros(image[1:3])

    def sample(self) -> None:
        """Add one sample: fresh weights, a fresh image, fresh weights of the output's channels."""
        draw_again(self._model.weights, self._random)
        gradient = np.abs(self._gradient(self._images(), self._direction())).sum(axis=-1, dtype=np.float64)
        total = gradient.sum()
        if 0 < total < np.inf:  # not where every ReLU on the way was dead
            # How large random weights make it in all says nothing: every sample counts alike.
            self._sum += gradient / total
            self.samples += 1

    def mean(self) -> dict[str, Any]:
        """The mean of the gradients so far.

        Returns:
            ``pixels``: the mean, a value for each pixel, 1 at its largest (base64 of 32-bit floats); ``image_size``:
            height and width; ``position``: row and column of the image that the middle of the output lies on;
            ``samples``: as above.

        Raises:
            TimingError: If no sample had a gradient.
        """
        if not self.samples:
            raise TimingError(
                "no gradient reaches the image: with random weights, the middle of the output does not depend on it"
            )
        size, output_size = self._sum.shape, self._model.outputs[-1].shape[1:3]
        position = [
            (middle + 0.5) * of_image / of_output - 0.5
            for middle, of_image, of_output in zip(self._middle, size, output_size, strict=True)
        ]
        pixels = (self._sum / self._sum.max()).astype("<f4")
        return {
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
            "image_size": list(size),
            "position": position,
            "samples": self.samples,
        }

    def _images(self) -> list[Array]:
        """A random image for each input; a batch of them where the network's batch size is fixed."""
        shapes = [tuple(tensor.shape) for tensor in self._model.inputs]
        return [self._random.random((batch or 1, *shape), dtype=np.float32) for batch, *shape in shapes]

    def _direction(self) -> Array:
        """How much each channel of the output counts: a random direction, of length 1.

        A plain sum would not do: that of a softmax's channels is always 1, and has no gradient.
        """
        direction: Array = self._random.standard_normal(self._model.outputs[-1].shape[-1], dtype=np.float32)
        direction /= np.linalg.norm(direction)
        return direction
