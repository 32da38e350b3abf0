"""Images and maps at another size: smaller ones by averages over areas, larger ones by straight lines in between."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def scaled(maps: Any, size: tuple[int, int]) -> NDArray[np.float32]:
    """Images or maps at another size, each axis by itself.

    An axis that gets shorter is averaged over the area of each new pixel, so that nothing that is thin disappears; one
    that gets longer is interpolated linearly between the middles of pixels.

    Args:
        maps: (height, width) or (height, width, channels).
        size: The new height and width.

    Example:
        >>> import numpy as np
        >>> scaled(np.array([[0.0, 2.0], [4.0, 6.0]]), (1, 1)).tolist(), scaled(np.array([[0.0, 4.0]]), (1, 4)).tolist()
        ([[3.0]], [[0.0, 1.0, 3.0, 4.0]])
    """
    given = np.asarray(maps, dtype=np.float32)
    rows, columns = (_weights(before, now) for before, now in zip(given.shape, size, strict=False))
    tall = np.tensordot(rows, given, axes=(1, 0))
    return np.ascontiguousarray(np.moveaxis(np.tensordot(columns, tall, axes=(1, 1)), 0, 1))


def fitting(size: tuple[int, int], most: int) -> tuple[int, int]:
    """The size at which neither side of a map is longer than ``most``; a smaller one stays as it is.

    >>> fitting((512, 256), 48), fitting((16, 16), 48), fitting((1000, 1), 48)
    ((48, 24), (16, 16), (48, 1))
    """
    share = min(1.0, most / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _weights(before: int, now: int) -> NDArray[np.float32]:
    """How much each old pixel counts for each new one, (now, before); each row adds up to 1."""
    if now <= before:
        edges = np.linspace(0, before, now + 1)
        pixels = np.arange(before)
        ends = np.minimum(edges[1:, None], pixels + 1)
        shares = np.clip(ends - np.maximum(edges[:-1, None], pixels), 0, None)
        shares = shares * (now / before)
    else:
        middles = np.clip((np.arange(now) + 0.5) * before / now - 0.5, 0, before - 1)
        shares = np.clip(1 - np.abs(middles[:, None] - np.arange(before)), 0, None)
    weights: NDArray[np.float32] = shares.astype(np.float32)
    return weights
