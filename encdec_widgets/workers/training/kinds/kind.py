"""What a network is to find, as a kind: how it becomes maps, a loss, a picture and a score."""

import abc
from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.training.scores import Score

Array: TypeAlias = NDArray[np.float32]


class TargetsError(ValueError):
    """What is to be found cannot be what it is; the message is the end of a sentence that begins with it."""


class Kind(abc.ABC):
    """What all points, masks or classes have in common.

    Attributes:
        name: What a task calls it.
        nothing: What is said where there is nothing to be found in any image.
    """

    name: ClassVar[str]
    nothing: ClassVar[str]

    @abc.abstractmethod
    def checked(self, targets: NDArray[Any], count: int, size: int, names: int) -> NDArray[Any]:
        """What a task drew, in its plain form.

        Args:
            targets: What it drew.
            count: For so many images.
            size: Their height and width, in px.
            names: So many maps.

        Raises:
            TargetsError: If it is nothing of this kind; it says what was received and what would work.
        """

    def is_there(self, targets: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether there is anything to be found, of each image; ``targets`` are checked ones."""
        there: NDArray[np.bool_] = np.any(targets.reshape(len(targets), -1), axis=1)
        return there

    @abc.abstractmethod
    def maps(self, targets: NDArray[Any], size: int, positions: int, names: int) -> Array:
        """What each map should be: (number, positions, positions, names).

        Position p of a map lies at (p + 1/2) * stride - 1/2 px of the image.
        """

    @abc.abstractmethod
    def loss(self, logits: Any, maps: Any) -> Any:
        """Cross-entropy of what a network gave (tensors of Keras's backend): a mean over the images.

        Of images without anything to be found it is 0 or more, and never NaN.
        """

    @abc.abstractmethod
    def laid_over(self, logits: Array, size: int) -> Array:
        """How strongly each map is painted over an image of a size in px: from 0 to 1."""

    @abc.abstractmethod
    def score(
        self,
        logits: Array,
        targets: NDArray[Any],
        size: int,
        names: Sequence[str],
        alike: Sequence[tuple[str, str]],
    ) -> Score:
        """How good it is; see ``Task.score``."""


def in_blocks(pixels: NDArray[Any], positions: int) -> NDArray[Any]:
    """Maps of pixels as blocks, each of one position of a coarser map.

    From (number, size, size, ...) to (number, positions, positions, pixels of a block, ...).
    """
    number, size, _, *rest = pixels.shape
    stride = size // positions
    blocks = pixels.reshape(number, positions, stride, positions, stride, *rest)
    return np.moveaxis(blocks, 2, 3).reshape(number, positions, positions, stride * stride, *rest)


def as_large_as(maps: NDArray[Any], size: int) -> NDArray[Any]:
    """Maps at the size of the image: each position fills its block."""
    stride = size // maps.shape[1]
    return maps.repeat(stride, axis=1).repeat(stride, axis=2)


def shapes_text(shapes: Sequence[tuple[int, ...]]) -> str:
    """Shapes that would work, in words."""
    return " or ".join(map(str, shapes))
