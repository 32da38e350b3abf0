"""Random images, and targets to train on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[np.float32]]

MAX_BATCHES = 4
_BYTES = 2**28


def random_batches(tensors: Sequence[Any], batch_size: int, at_most: int = MAX_BATCHES) -> list[Arrays]:
    """A few batches, each an array for every tensor: zeros would be faster than images on some devices.

    Args:
        tensors: Symbolic tensors, which tell the shapes.
        batch_size: Images in a batch.
        at_most: No more batches than this.
    """
    shapes = [(batch_size, *tensor.shape[1:]) for tensor in tensors]
    nbytes = sum(4 * int(np.prod(shape, dtype=np.int64)) for shape in shapes)
    # Large batches are fewer: it is the network that is to fill the memory, not the choice of its inputs.
    count = min(at_most, max(2, _BYTES // max(nbytes, 1)))
    random = np.random.default_rng()
    return [[random.random(shape, dtype=np.float32) for shape in shapes] for _ in range(count)]
