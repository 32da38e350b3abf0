"""A task: pictures that are drawn without end from a seed, and what a network is to find in them."""

import abc
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.formatting import error_text, quoted
from encdec_widgets.travelling import Travelling
from encdec_widgets.workers.training.kinds import KINDS
from encdec_widgets.workers.training.kinds.kind import Kind, TargetsError
from encdec_widgets.workers.training.scores import Score

TRAINING, HELD_OUT = 0, 1
"""What the numbers are drawn for, so that no picture is drawn for both."""
TRIED = 32
"""Before a task is sent, so many batches of two images are looked through for anything that is to be found."""


class TaskError(Travelling, ValueError):
    """A task drew something that nothing can learn from; the message says what, and what would work.

    Example:
        >>> from encdec_widgets.workers.training import ArraysTask, TaskError
        >>> try:
        ...     ArraysTask([[1, 2], [3, 4]], points=[[[0, 0]]])
        ... except TaskError as error:
        ...     print(error)
        Images must be an array of numbers of the shape (number, height, width) ... Received: int64 of the shape (2, 2).
    """


@attrs.frozen(eq=False)
class Drawn:
    """Pictures with what is to be found in them.

    Attributes:
        images: (number, height, width), as 32-bit floats.
        targets: What is to be found, as the kind of the task has it.

    Example:
        >>> from encdec_widgets.workers.training import Drawn, Threads
        >>> drawn: Drawn = Threads().first(count=6, size=64)
        >>> drawn.targets.dtype, drawn.images.dtype
        (dtype('bool'), dtype('float32'))
    """

    images: NDArray[np.float32]
    targets: NDArray[Any]


class Task(abc.ABC):
    """What a network is to learn: a class with one method, :meth:`draw`.

    Attributes:
        names: What each map of the network is to find, such as ("head", "tail").
        kind: "points": one point a map, its place in px. "mask": the pixels of each map. "classes": of each pixel,
            which of the things it belongs to, if to any.
        alike: Pairs of names whose points look alike, so that the score says how many were swapped.
        what: What one picture is of, in the plural, for a screen reader.

    Example:
        >>> import numpy as np
        >>> from encdec_widgets.workers.training import Task, train
        >>> class Dot(Task):
        ...     names = ("dot",)
        ...     kind = "points"
        ...
        ...     def draw(self, random, count, size):
        ...         points = random.integers(4, size - 4, (count, 1, 2))  # x, y
        ...         images = random.normal(0, 0.1, (count, size, size))
        ...         images[np.arange(count), points[:, 0, 1], points[:, 0, 0]] += 1
        ...         return images, points
        >>> Dot().first(2, size=64).targets.shape
        (2, 1, 2)
    """

    names: tuple[str, ...] = ()
    kind: str = "points"
    alike: tuple[tuple[str, str], ...] = ()
    what: str = "pictures"

    @abc.abstractmethod
    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        """Draw pictures.

        Args:
            random: What all numbers are to come from: the same one gives the same pictures.
            count: How many.
            size: Height and width, in px; 64 at least.

        Returns:
            The images, (count, size, size), of any brightness; and what is to be found: of "points", (count, names, 2)
            with x and y in px, (0, 0) in the middle of the first pixel, NaN for one that is not there; of a "mask",
            (count, size, size, names) with 0 or 1, the last axis may be left out where there is one name; of "classes",
            (count, size, size) with 0 for nothing and 1, 2, ... for the names.
        """

    @property
    def title(self) -> str:
        """What a person calls it: the name of its class, in small letters."""
        return type(self).__name__.lower()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of its images, a sentence each, without a full stop."""
        return ()

    @property
    def of_kind(self) -> Kind:
        """What its kind knows to do."""
        return KINDS[self.kind]

    def batch(self, seed: int, number: int, count: int, size: int) -> Drawn:
        """The pictures of a number: the same seed and number give the same ones, in any order of asking.

        Raises:
            TaskError: If what was drawn is not what :meth:`draw` says.
        """
        return self._drawn(np.random.default_rng([TRAINING, seed, number]), count, size)

    def first(self, count: int, size: int) -> Drawn:
        """Pictures that are never learnt on, for the score and for the screen: always the same ones.

        Raises:
            TaskError: If what was drawn is not what :meth:`draw` says.
        """
        return self._drawn(np.random.default_rng([HELD_OUT]), count, size)

    def to_send(self, size: int) -> "Task":
        """The task as it is sent to the process that trains: this one, once it is known that it can be learnt.

        Args:
            size: Height and width of the images that it is trained on, in px.

        Raises:
            TaskError: If what it draws is not what :meth:`draw` says, or there is nothing to be found in 64 images. A
                single one may well be without.
        """
        for number in range(TRIED):
            if self.of_kind.is_there(self.batch(seed=0, number=number, count=2, size=size).targets).any():
                return self
        raise TaskError(f"In {2 * TRIED} images of the task {self.title} there is {self.of_kind.nothing}.")

    def score(self, logits: NDArray[np.float32], targets: NDArray[Any], size: int) -> Score:
        """How good predictions are, in a figure that a person understands.

        Args:
            logits: What the network gave: (number, height, width, names).
            targets: As in :class:`Drawn`.
            size: Height and width of the images, in px.
        """
        return self.of_kind.score(logits, targets, size, self.names, self.alike)

    def require_whole(self) -> None:
        """Check its names and its kind.

        Raises:
            TaskError: If they are missing, or not possible.
        """
        names = self.names
        if self.kind not in KINDS:
            raise TaskError(
                f"The kind of the task {self.title} must be one of {', '.join(map(repr, KINDS))}. "
                f"Received: kind={quoted(self.kind)}."
            )
        each_a_text = isinstance(names, (tuple, list)) and all(isinstance(name, str) for name in names)
        if not each_a_text or not names or len(set(names)) < len(names):
            raise TaskError(
                f"The task {self.title} needs a name for each of its maps, in a tuple, no two the same. Received: "
                f"names={quoted(names)}. Would work: names = ('head', 'tail')."
            )
        if not isinstance(self.alike, (tuple, list)) or not all(_is_pair(pair, names) for pair in self.alike):
            works = "no pairs: alike = ()" if len(names) < 2 else f"alike = (({names[0]!r}, {names[1]!r}),)"
            raise TaskError(
                f"What looks alike in the task {self.title} must be pairs, each of two of its names, "
                f"{', '.join(map(repr, names))}. Received: alike={quoted(self.alike)}. Would work: {works}."
            )

    def _drawn(self, random: np.random.Generator, count: int, size: int) -> Drawn:
        self.require_whole()
        drawn: Any = self.draw(random, count, size)
        if not isinstance(drawn, tuple) or len(drawn) != 2:
            raise TaskError(
                f"draw of the task {self.title} must return two arrays: images and what is to be found in them. "
                f"Received: {quoted(drawn)}."
            )
        return self._checked(*drawn, count, size)

    def _checked(self, images: Any, targets: Any, count: int, size: int) -> Drawn:
        return Drawn(self._plain_images(images, count, size), self._plain_targets(targets, count, size))

    def _plain_images(self, drawn: Any, count: int, size: int) -> NDArray[np.float32]:
        images = _as_array(drawn, f"The images of the task {self.title}")
        if images.shape == (count, size, size, 1):
            images = images[..., 0]
        if images.shape != (count, size, size) or images.dtype.kind not in "buif":
            raise TaskError(
                f"The images of the task {self.title} must be numbers of the shape {(count, size, size)}: {count} of "
                f"{size} x {size} px. Received: {images.dtype.name} of the shape {images.shape}."
            )
        images = images.astype(np.float32)
        if not np.isfinite(images).all():
            raise TaskError(
                f"The images of the task {self.title} hold NaN or infinity; finite numbers would work."
            )
        return images

    def _plain_targets(self, drawn: Any, count: int, size: int) -> NDArray[Any]:
        targets = _as_array(drawn, f"What is to be found in the task {self.title}")
        try:
            return self.of_kind.checked(targets, count, size, len(self.names))
        except TargetsError as error:
            raise TaskError(f"What is to be found in the task {self.title} {error}") from None


def _is_pair(pair: Any, names: Sequence[str]) -> bool:
    """Whether it is a pair of two names; a text is none, which would be taken letter by letter."""
    is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2 and pair[0] != pair[1]
    return is_pair and all(name in names for name in pair)


def _as_array(value: Any, what: str) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except Exception as error:  # a list of arrays of several shapes, or anything
        raise TaskError(
            f"{what} must be an array of numbers. NumPy says: {error_text(error):.200}. Received: {quoted(value)}."
        ) from error
