"""The images that a network is trained on: drawn when they are first needed, then taken again in another order."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.training.tasks.task import Drawn, Task, TaskError

Array = NDArray[np.float32]

MOST_BYTES = 2**27
"""So much memory the images take at most: fewer are kept where they are large."""
SAMPLE = 32
"""Mean and standard deviation are those of so many images."""
_ORDER = 2
"""What the numbers of an order are drawn for: other ones than those of images."""


class TrainingImages:
    """Batches of images and of the maps that are wanted for them, without end.

    Attributes:
        task: What draws them.
        size: Height and width, in px.
        channels: How many channels each has.
        positions: How many positions the maps have along an axis; another network may have others.
    """

    def __init__(
        self, task: Task, *, seed: int, size: int, channels: int, positions: int, batch_size: int, images: int
    ) -> None:
        """Draw nothing yet.

        Args:
            task: What draws them.
            seed: What they and their order come from.
            size: Height and width, in px.
            channels: How many channels each has; all are the same.
            positions: How many positions the maps have along an axis.
            batch_size: Images in a batch.
            images: How many are drawn in all, rounded to whole batches.
        """
        self.task = task
        self.size = size
        self.channels = channels
        self.positions = positions
        self._seed = seed
        self._batch_size = batch_size
        fits = MOST_BYTES // (4 * size * size * batch_size)
        self._batches = max(min(images // batch_size, fits), 1)
        self._drawn: list[Drawn] = []
        seen = self._told(lambda: task.first(SAMPLE, size)).images
        self._mean, self._deviation = float(seen.mean()), max(float(seen.std()), 1e-6)
        self._order: NDArray[np.int64] = np.empty(0, np.int64)
        self._passes = 0

    def batch(self) -> tuple[Array, Array]:
        """The next batch: images as the network takes them, and maps."""
        if len(self._drawn) < self._batches:
            drawn = self._standardised(
                lambda: self.task.batch(self._seed, len(self._drawn), self._batch_size, self.size)
            )
            self._drawn.append(drawn)
            return self._as_taken(drawn.images, drawn.targets)
        if len(self._order) == 0:
            self._passes += 1
            order = np.random.default_rng([_ORDER, self._seed, self._passes])
            self._order = order.permutation(self._batches * self._batch_size)
        taken, self._order = self._order[: self._batch_size], self._order[self._batch_size :]
        places = [divmod(number, self._batch_size) for number in taken.tolist()]
        images = np.stack([self._drawn[batch].images[n] for batch, n in places])
        targets = np.stack([self._drawn[batch].targets[n] for batch, n in places])
        return self._as_taken(images, targets)

    def held_out(self, count: int) -> tuple[Array, Drawn]:
        """Images that are never learnt on, as the network takes them and as they are."""
        seen = self._told(lambda: self.task.first(count, self.size))
        if not self.task.of_kind.is_there(seen.targets).any():
            raise TimingError(
                f"in the {count} images that the task {self.task.title} is scored on there is "
                f"{self.task.of_kind.nothing}"
            )
        return self._channels(self._standard(seen.images)), seen

    def _as_taken(self, images: Array, targets: NDArray[Any]) -> tuple[Array, Array]:
        maps = self.task.of_kind.maps(targets, self.size, self.positions, len(self.task.names))
        return self._channels(images), maps

    def _channels(self, images: Array) -> Array:
        return np.repeat(images[..., None], self.channels, axis=-1)

    def _standardised(self, draw: Any) -> Drawn:
        drawn = self._told(draw)
        return Drawn(self._standard(drawn.images), drawn.targets)

    def _standard(self, images: Array) -> Array:
        """Images whose mean is 0 and whose standard deviation is 1, all of them together.

        Without it, one network in two did not learn (measured). By itself no image is: its mean would tell each pixel
        what the whole image is like, which *halo* is about.
        """
        standard: Array = (images - self._mean) / self._deviation
        return standard

    def _told(self, draw: Any) -> Drawn:
        """What a task draws; what goes wrong in it is told in one line."""
        try:
            drawn: Drawn = draw()
        except TaskError as error:
            raise TimingError(str(error)) from error
        except Exception as error:  # the code of a person's own
            raise TimingError(
                f"the task {self.task.title} could not draw: {type(error).__name__}: {error}"
            ) from error
        return drawn
