"""A disc, whose class only a ring far around it tells."""

import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.training.kinds.classes import told_rightly
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.tasks.drawing import Array, covered, distances, noisy
from encdec_widgets.workers.training.tasks.task import Task

NOISE = 0.05


@attrs.frozen(eq=False)
class Halo(Task):
    """Which of two classes is a disc of? A ring 22 px away says it: it is brighter than the ground, or darker.

    Nothing else does. A network whose receptive field does not reach from the disc to the ring is right half of the
    time, however long it is trained: :attr:`blind_field`. From :attr:`full_field` on, each pixel of the disc sees all
    of the ring.

    Attributes:
        ring_px: Radius of the ring.
        disc_px: Radius of the disc.
        width_px: Width of the ring.

    Example:
        >>> from encdec_widgets.workers.training import Halo
        >>> Halo().blind_field, Halo().full_field
        (21, 58)
    """

    ring_px: float = 22.0
    disc_px: float = 4.5
    width_px: float = 3.0

    names = ("dark ring", "bright ring")
    kind = "classes"
    what = "discs in a ring"

    @property
    def blind_field(self) -> int:
        """The largest receptive field, in px, from which no pixel of the disc sees a pixel of the ring.

        A box of half width h around a pixel at most r from the disc's middle reaches as far as r + h * sqrt(2), along
        its diagonal; the ring begins where it covers the first pixel in part.
        """
        return math.floor(2 * (self._begins_px - self.disc_px) / math.sqrt(2))

    @property
    def full_field(self) -> int:
        """The smallest receptive field, in px, from which each pixel of the disc sees all of the ring."""
        return math.floor(2 * (self.ring_px + self.width_px / 2 + 0.5 + self.disc_px) + 1)

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """One disc with its ring an image, all of it inside."""
        margin = self.ring_px + self.width_px / 2 + 1
        middle = random.uniform(margin, size - 1 - margin, (count, 2))
        bright = random.integers(0, 2, count)
        image, disc = self.without_noise(size, middle, bright)
        return noisy(image, random, NOISE), disc * (bright + 1)[:, None, None]

    def score(self, logits: Array, targets: NDArray[Any], size: int) -> Score:
        """The share of discs whose class is told rightly. Their places do not count, as every network finds them."""
        return told_rightly(logits, targets, size, self.names)

    def without_noise(
        self, size: int, middle: NDArray[Any], bright: NDArray[Any]
    ) -> tuple[Array, NDArray[np.bool_]]:
        """The images before noise is added, and the pixels of their discs.

        Args:
            size: Height and width, in px.
            middle: Of each disc, (count, 2).
            bright: Of each ring, 1 for bright and 0 for dark.
        """
        away = distances(size, middle)
        disc, ring = covered(self.disc_px - away), covered(self.width_px / 2 - abs(away - self.ring_px))
        image = 0.4 + 0.25 * disc + 0.3 * (2 * bright - 1)[:, None, None] * ring
        return image.astype(np.float32), disc > 0.5

    @property
    def _begins_px(self) -> float:
        """How far from the disc's middle the first pixel lies that the ring covers in part."""
        return self.ring_px - self.width_px / 2 - 0.5
