"""Thin threads among discs that are as bright."""

from typing import Any

import numpy as np

from encdec_widgets.workers.training.tasks.drawing import covered, directions, distances, noisy, segments
from encdec_widgets.workers.training.tasks.task import Task

THREADS, DISCS = 3, 3
WIDTH_PX, STEP_PX, STEPS = 1.2, 9.0, 6
NOISE = 0.12


class Threads(Task):
    """Which pixels belong to a thread, 1.2 px wide?

    Brightness alone does not say it, and a map that is off by a pixel misses: it takes the finest skip connection, or
    no deep bottleneck.

    Example:
        >>> from encdec_widgets.workers.training import Threads
        >>> drawn = Threads().batch(seed=0, number=0, count=2, size=64)
        >>> drawn.images.shape, drawn.targets.shape
        ((2, 64, 64), (2, 64, 64, 1))
    """

    names = ("thread",)
    kind = "mask"
    what = "thin threads among discs"

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """Some curved threads an image, and discs that cover them."""
        image = np.zeros((count, size, size), np.float32)
        for _ in range(THREADS):
            point = random.uniform(2, size - 2, (count, 2))
            angle, curvature = random.uniform(0, 2 * np.pi, count), random.normal(0, 0.25, count)
            for _ in range(STEPS):
                angle = angle + curvature + random.normal(0, 0.15, count)
                following = point + STEP_PX * directions(angle)
                image = np.maximum(image, segments(size, point, following, WIDTH_PX))
                point = following
        threads = image > 0.5
        for _ in range(DISCS):
            away = distances(size, random.uniform(0, size, (count, 2)))
            radius = random.uniform(4, 8, count)[:, None, None].astype(np.float32)
            image = np.maximum(image, 0.9 * covered(radius - away))
            threads &= away >= radius + 1
        return noisy(0.8 * image, random, NOISE), threads
