"""A mouse from above, whose feet look alike."""

from typing import Any

import numpy as np

from encdec_widgets.workers.training.tasks.drawing import directions, discs, noisy, segments
from encdec_widgets.workers.training.tasks.task import Task

BODY_PX, LEG_PX = 26, 9
NOISE = 0.08


class Mouse(Task):
    """Where are the head and the left and the right hind foot of a mouse?

    The feet look alike. Only the rest of the animal says which one is left: the head has two ears and is farther from
    the feet than the end of the tail. A receptive field of 20 px does not reach that far, one of 52 px does (measured,
    not proven).

    Example:
        >>> from encdec_widgets.workers.training import Mouse
        >>> drawn = Mouse().batch(seed=0, number=0, count=2, size=64)
        >>> drawn.images.shape, drawn.targets.shape
        ((2, 64, 64), (2, 3, 2))
    """

    names = ("head", "left foot", "right foot")
    alike = (("left foot", "right foot"),)
    what = "mice from above"

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """One mouse an image, in any direction."""
        ahead = directions(random.uniform(0, 2 * np.pi, count))
        right = np.stack([-ahead[:, 1], ahead[:, 0]], -1)  # y points down
        scale = random.uniform(0.9, 1.1, count)[:, None]
        body, leg = BODY_PX * scale, LEG_PX * scale
        margin = BODY_PX / 2 * 1.1 + 4
        middle = random.uniform(margin, size - 1 - margin, (count, 2))
        head, tail = middle + ahead * body / 2, middle - ahead * body / 2
        hip = middle - ahead * body * 0.18
        bend = 3 * random.uniform(-0.5, 0.5, (count, 2))
        left_foot = hip - right * leg + ahead * bend[:, :1]
        right_foot = hip + right * leg + ahead * bend[:, 1:]
        shapes = [0.55 * segments(size, tail, head, 5.0)]
        for foot in (left_foot, right_foot):
            shapes += [0.55 * segments(size, hip, foot, 1.6), 0.8 * discs(size, foot, 2.0)]
        shapes += [discs(size, head + side * right * 3.2 - ahead, 1.8) for side in (-1, 1)]
        points = np.stack([head, left_foot, right_foot], 1)
        return noisy(np.max(shapes, axis=0), random, NOISE), points
