"""A person's own images, with points or masks, as a task."""

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import counted, quoted
from encdec_widgets.workers.training.tasks.array_checks import checked_images, checked_targets
from encdec_widgets.workers.training.tasks.scaling import (
    middle_square,
    moved_points,
    scaled_classes,
    scaled_images,
    scaled_masks,
)
from encdec_widgets.workers.training.tasks.task import Task, TaskError

HELD_OUT_SHARE = 5
"""One image of so many is kept for the score, where there are at least as many."""
_ONE = {"points": "point", "mask": "mask", "classes": "class"}
"""What each map is called, with a number, where names are left out."""


class ArraysTask(Task):
    """What a network is to find in images that are there: points, masks or classes.

    The middle square of each image is scaled to the size that the network takes. Images without any point in it are
    left out. One in five of the others is never learnt on: the score is taken on these. The arrays are not copied.

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
            TaskError: (a ValueError) If these are no such arrays, or not of as many images; if anything in them is NaN
                but a point, or they have more than 32 names; if there is nothing to be found in any image.
        """
        self._images = checked_images(images)
        given = {"points": points, "masks": masks, "classes": classes}
        found = {name: value for name, value in given.items() if value is not None}
        if len(found) != 1:
            raise TaskError(
                "A task from arrays takes images and one of points, masks and classes. Received: "
                f"{' and '.join(found) or 'none of them'}."
            )
        ((called, value),) = found.items()
        self.kind = "mask" if called == "masks" else called
        self._targets, count = checked_targets(self.kind, value, self._images.shape[:3])
        self.names = names if isinstance(names, str) else tuple(names)
        self.names = self.names or tuple(f"{_ONE[self.kind]} {n + 1}" for n in range(count))
        self.alike = tuple(alike) if isinstance(alike, list) else alike
        self.require_whole()
        if len(self.names) < count or (self.kind != "classes" and len(self.names) > count):
            raise TaskError(
                f"There must be a name for each of {count} maps. Received: names={quoted(self.names)}. Would work: "
                f"{count} names, or none."
            )
        self._numbers = self._usable()

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "your images"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and whether there are too few to keep some for the score."""
        there, left_out = len(self._numbers), len(self._images) - len(self._numbers)
        notes = [f"{counted(left_out, 'image')} without a point left out"] if left_out else []
        if there < HELD_OUT_SHARE:
            notes.append(
                f"scored on images that it learnt on: there are {there}, and {HELD_OUT_SHARE} would do"
            )
        return tuple(notes)

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """Take some of the images that are learnt on."""
        held_out = len(self._numbers) // HELD_OUT_SHARE
        return self._taken(self._numbers[random.integers(held_out, len(self._numbers), count)], size)

    def first(self, count: int, size: int) -> Any:
        """The images that are kept for the score; again from the beginning where there are fewer."""
        held_out = max(len(self._numbers) // HELD_OUT_SHARE, 1)
        images, targets = self._taken(self._numbers[np.arange(count) % held_out], size)
        return self._checked(images, targets, count, size)

    def to_send(self, size: int) -> Self:
        """The task with its images at the size that they are trained on: as they are, they may take gigabytes.

        If an edit changes the size while it is trained, they are scaled again, from this size.

        Raises:
            TaskError: If all that is to be found is too small to be seen at that size.
        """
        sent = copy.copy(self)
        sent._targets = self._at_size(self._targets, size)[self._numbers]
        if not self.of_kind.is_there(sent._targets).any():
            raise TaskError(f"In your images, at {size} x {size} px, there is {self.of_kind.nothing}.")
        sent._images = scaled_images(self._images, size)[self._numbers]
        sent._numbers = np.arange(len(self._numbers))
        return sent

    def _usable(self) -> NDArray[np.int64]:
        """The numbers of the images that can be learnt on, those that are kept for the score first.

        An image without a mask is one in which nothing is to be found. One without a point says nothing.

        Raises:
            TaskError: If there is nothing to be found in any of them.
        """
        rows, columns = middle_square(*self._images.shape[1:3])
        if self.kind == "points":
            height, width = self._images.shape[1:3]
            there = self.of_kind.is_there(moved_points(self._targets, height, width, rows.stop - rows.start))
        else:
            there = np.array([bool(targets[rows, columns].any()) for targets in self._targets])
        if not there.any():
            raise TaskError(
                f"In the middle squares of {counted(len(there), 'image')} there is {self.of_kind.nothing}."
            )
        numbers = np.flatnonzero(there) if self.kind == "points" else np.arange(len(there))
        kept = max(len(numbers) // HELD_OUT_SHARE, 1)
        if not there[numbers[:kept]].any():  # a score needs something to be found
            first = int(there[numbers].argmax())
            numbers = np.roll(numbers, -first)
        return numbers

    def _taken(self, numbers: NDArray[np.int64], size: int) -> tuple[Any, Any]:
        return scaled_images(self._images[numbers], size), self._at_size(self._targets[numbers], size)

    def _at_size(self, targets: NDArray[Any], size: int) -> NDArray[Any]:
        if self.kind == "points":
            height, width = self._images.shape[1:3]
            return moved_points(targets, height, width, size)
        if self.kind == "mask":
            return scaled_masks(targets, size)
        return scaled_classes(targets, size, len(self.names))
