"""Shapes drawn by NumPy from distances, with soft edges: pictures for the tasks.

Positions are (x, y) in px: (0, 0) is the middle of the first pixel. Each shape is drawn into ``n`` pictures at once.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]


def grid(size: int) -> tuple[Array, Array]:
    """The x and the y of every pixel of a square picture.

    >>> x, y = grid(2)
    >>> x.tolist(), y.tolist()
    ([[0.0, 1.0], [0.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]])
    """
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return x, y


def segments(size: int, a: NDArray[Any], b: NDArray[Any], width: float) -> Array:
    """How much of each pixel a line covers, from 0 to 1.

    Args:
        size: Height and width of the pictures.
        a: Where the line of each picture begins, (n, 2).
        b: Where it ends.
        width: Its width.
    """
    x, y = grid(size)
    along = b - a
    squared = np.maximum((along**2).sum(-1), 1e-6)[:, None, None].astype(np.float32)
    from_x, from_y = x - _each(a, 0), y - _each(a, 1)
    share = np.clip((from_x * _each(along, 0) + from_y * _each(along, 1)) / squared, 0, 1)
    away = np.hypot(from_x - share * _each(along, 0), from_y - share * _each(along, 1))
    return covered(width / 2 - away)


def discs(size: int, middles: NDArray[Any], radius: Any) -> Array:
    """How much of each pixel a disc covers, from 0 to 1.

    Args:
        size: Height and width of the pictures.
        middles: The middle of the disc of each picture, (n, 2).
        radius: Its radius; one for all, or (n, 1, 1).
    """
    return covered(radius - distances(size, middles))


def distances(size: int, points: NDArray[Any]) -> Array:
    """How far each pixel is from a point of its picture, (n, 2)."""
    x, y = grid(size)
    away: Array = np.hypot(x - _each(points, 0), y - _each(points, 1))
    return away


def covered(inside: NDArray[Any]) -> Array:
    """How much of a pixel is covered whose middle lies so far inside of an edge."""
    share: Array = np.clip(inside + 0.5, 0, 1)
    return share


def directions(angles: NDArray[Any]) -> NDArray[Any]:
    """Unit vectors of angles, in their last axis."""
    return np.stack([np.cos(angles), np.sin(angles)], -1)


def noisy(images: NDArray[Any], random: np.random.Generator, strength: float) -> Array:
    """Pictures with normal noise of a standard deviation."""
    with_noise: Array = (images + random.normal(0, strength, images.shape)).astype(np.float32)
    return with_noise


def _each(points: NDArray[Any], axis: int) -> NDArray[Any]:
    # In 32 bits, as the pixels: pictures of 64 bits take three times as long.
    return points[:, axis, None, None].astype(np.float32)
