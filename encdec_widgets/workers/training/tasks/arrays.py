"""A person's own images, with points or masks, as a task."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import quoted
from encdec_widgets.workers.training.tasks.task import Task, TaskError

HELD_OUT_SHARE = 5
"""One image of so many is kept for the score, where there are at least as many."""
_ONE = {"points": "point", "mask": "mask", "classes": "class"}
"""What each map is called, with a number, where names are left out."""


class ArraysTask(Task):
    """What a network is to find in images that are there: points, masks or classes.

    Of each image the middle square is scaled to the size that the network takes. One in five is never learnt on; the
    score is taken on these.

    Attributes:
        names: As in :class:`Task`.
        kind: "points", "mask" or "classes".

    Example:
        >>> import numpy as np
        >>> from encdec_widgets.workers.training import ArraysTask
        >>> images = np.random.default_rng(0).random((10, 96, 128))
        >>> task = ArraysTask(images, points=np.full((10, 2, 2), 48.0), names=("nose", "tail"))
        >>> task.batch(seed=0, number=0, count=4, size=64).images.shape
        (4, 64, 64)
    """

    what = "your images"

    def __init__(
        self,
        images: Any,
        *,
        points: Any = None,
        masks: Any = None,
        classes: Any = None,
        names: tuple[str, ...] = (),
        alike: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Take images and one of the three.

        Args:
            images: (number, height, width), or (number, height, width, channels), of which the mean is taken.
            points: (number, names, 2) with x and y in px, NaN for a point that is not there.
            masks: (number, height, width) or (number, height, width, names), 0 or 1.
            classes: (number, height, width), 0 for nothing and 1, 2, ... for the names.
            names: What each map is to find; numbered if left out.
            alike: As in :class:`Task`.

        Raises:
            TaskError: (a ValueError) If these are no such arrays, or not of as many images.
        """
        self._images = _grey(images)
        given = {"points": points, "masks": masks, "classes": classes}
        found = {name: value for name, value in given.items() if value is not None}
        if len(found) != 1:
            raise TaskError(
                "A task from arrays takes images and one of points, masks and classes. Received: "
                f"{' and '.join(found) or 'none of them'}."
            )
        ((called, value),) = found.items()
        self.kind = "mask" if called == "masks" else called
        self._targets, count = _targets(self.kind, value, self._images.shape)
        self.names = tuple(names) or tuple(f"{_ONE[self.kind]} {n + 1}" for n in range(count))
        self.alike = tuple(alike)
        self.require_whole()
        if self.kind != "classes" and len(self.names) != count:
            raise TaskError(
                f"There must be a name for each of {count} maps. Received: names={quoted(self.names)}. Would work: "
                f"{count} names, or none."
            )
        self.first(min(len(self._images), 2), 64)  # what is wrong in the values is told now

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "your images"

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """Take some of the images that are learnt on."""
        held_out = len(self._images) // HELD_OUT_SHARE
        return self._taken(random.integers(held_out, len(self._images), count), size)

    def first(self, count: int, size: int) -> Any:
        """The images that are kept for the score; again from the beginning where there are fewer."""
        held_out = max(len(self._images) // HELD_OUT_SHARE, 1)
        images, targets = self._taken(np.arange(count) % held_out, size)
        return self._checked(images, targets, count, size)

    def _taken(self, numbers: NDArray[np.int64], size: int) -> tuple[Any, Any]:
        images, targets = self._images[numbers], self._targets[numbers]
        height, width = images.shape[1:]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = images[:, top : top + side, left : left + side]
        if self.kind == "points":
            moved = targets - np.array([left, top])
            return _scaled(square, size), (moved + 0.5) * (size / side) - 0.5
        nearest = np.minimum(((np.arange(size) + 0.5) * side / size).astype(int), side - 1)
        return _scaled(square, size), targets[:, top + nearest][:, :, left + nearest]


def _grey(images: Any) -> NDArray[np.float32]:
    array = np.asarray(images)
    if array.dtype.kind not in "buif" or array.ndim not in (3, 4) or 0 in array.shape:
        raise TaskError(
            "Images must be an array of numbers of the shape (number, height, width) or (number, height, width, "
            f"channels). Received: {array.dtype.name} of the shape {array.shape}."
        )
    grey = array.astype(np.float32)
    return grey.mean(-1) if grey.ndim == 4 else grey


def _targets(kind: str, value: Any, shape: tuple[int, ...]) -> tuple[NDArray[Any], int]:
    """What is to be found, and how many maps it takes."""
    array = np.asarray(value)
    number, *sizes = shape
    if kind == "points":
        fits, wanted = array.ndim == 3 and array.shape[0::2] == (number, 2), f"({number}, points, 2)"
    elif kind == "classes":
        fits, wanted = array.shape == shape, f"{shape}"
    else:
        array = array[..., None] if array.shape == shape else array
        fits, wanted = (
            array.ndim == 4 and array.shape[:3] == shape,
            f"{shape} or ({number}, {sizes[0]}, {sizes[1]}, names)",
        )
    called = {"points": "Points", "mask": "Masks", "classes": "Classes"}[kind]
    if not fits or array.dtype.kind not in "buif" or not array.size:
        raise TaskError(
            f"{called} of {number} images of {sizes[0]} x {sizes[1]} px must be numbers of the shape "
            f"{wanted}. Received: {array.dtype.name} of the shape {np.shape(value)}."
        )
    if kind == "classes":
        return array, max(int(array.max()), 1)
    return array, array.shape[1] if kind == "points" else array.shape[3]


def _scaled(square: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Square images at another size: means over whole pixels, then between neighbours."""
    by = max(square.shape[1] // size, 1)
    side = square.shape[1] // by
    means = square[:, : side * by, : side * by].reshape(len(square), side, by, side, by).mean((2, 4))
    at = np.clip((np.arange(size) + 0.5) * side / size - 0.5, 0, side - 1)
    low = np.minimum(at.astype(int), max(side - 2, 0))
    share = (at - low).astype(np.float32)
    high = np.minimum(low + 1, side - 1)
    rows = means[:, low] * (1 - share)[:, None] + means[:, high] * share[:, None]
    scaled: NDArray[np.float32] = rows[:, :, low] * (1 - share) + rows[:, :, high] * share
    return scaled
