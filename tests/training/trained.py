"""Designs and tasks that the tests of training train."""

from typing import Any

import keras
import numpy as np

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers.timing import Progress, backends_with_gradients
from encdec_widgets.workers.training import Task
from encdec_widgets.workers.training.weights_file import load

HERE = keras.config.backend()
BACKEND = HERE if HERE != "numpy" else backends_with_gradients()[0]
"""NumPy has no gradients: there, what does not depend on the backend is tried on another one."""


def unet(levels: int, filters: int = 8) -> Design:
    """A U-Net that sees 20 px with one level, 52 px with two and 116 px with three."""
    return Design(
        UNet(filters=filters, down_blocks=levels, up_blocks=levels, up_interpolate=True), (256, 256, 1)
    )


NEAR, FAR, SMALL = unet(1, filters=4), unet(2), unet(1, filters=2)


class Dots(Task):
    """A bright pixel in noise: learnt in a few steps."""

    names = ("dot",)

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        points = random.integers(4, size - 4, (count, 1, 2))
        images = random.normal(0, 0.1, (count, size, size))
        images[np.arange(count), points[:, 0, 1], points[:, 0, 0]] += 3
        return images, points


class Told:
    """Keeps what a training tells."""

    def __init__(self) -> None:
        self.progress: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.progress.append(progress)

    @property
    def payloads(self) -> list[Any]:
        return [progress.payload for progress in self.progress if progress.payload]

    @property
    def losses(self) -> list[list[float]]:
        return [pair for payload in self.payloads for pair in payload["losses"]]


def weights_of(trained: Any) -> list[np.ndarray]:
    return [values for _, values in load(trained.weights.path)]


def same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    """Whether all weights are the same, bit by bit."""
    return len(a) == len(b) and all(map(np.array_equal, a, b))


def values(model: Any) -> dict[str, np.ndarray]:
    return {variable.path: keras.ops.convert_to_numpy(variable) for variable in model.variables}
