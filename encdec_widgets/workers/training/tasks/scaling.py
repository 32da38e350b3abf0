"""The middle square of images at another size, with what is to be found in them at the same places.

Pixel p of an image of n px covers the image from p / n to (p + 1) / n of its width, before and after it is scaled. So
both have the same borders and the same middle, and nothing moves.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets.workers.training.kinds.classes import LEAST_SHARE

Weights = NDArray[np.float32]


def middle_square(height: int, width: int) -> tuple[slice, slice]:
    """The rows and columns of the middle square.

    >>> middle_square(96, 128)
    (slice(0, 96, None), slice(16, 112, None))
    """
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return slice(top, top + side), slice(left, left + side)


def scaled_images(images: NDArray[Any], size: int) -> NDArray[Any]:
    """Grey images from the middle squares, at a size in px; whole numbers of 8 bits stay that.

    One after the other is taken, so that no more memory than for one of them is needed besides.

    Args:
        images: (number, height, width), or with channels behind, of which the mean is taken.
        size: Height and width, in px.
    """
    rows, columns = middle_square(*images.shape[1:3])
    as_they_are = images.dtype == np.uint8
    scaled = np.empty((len(images), size, size), np.uint8 if as_they_are else np.float32)
    weights = _weights(rows.stop - rows.start, size)
    for image, into in zip(images, scaled, strict=True):
        square = image[rows, columns]
        grey = square.mean(-1, dtype=np.float32) if square.ndim == 3 else square.astype(np.float32)
        small = _weighted(grey, weights)
        into[:] = small.round() if as_they_are else small
    return scaled


def moved_points(points: NDArray[Any], height: int, width: int, size: int) -> NDArray[np.float32]:
    """Points, (number, names, 2) with x and y in px, as they lie in the scaled middle square; NaN outside of it."""
    rows, columns = middle_square(height, width)
    side = rows.stop - rows.start
    inside = points.astype(np.float64) - (columns.start, rows.start)
    inside[~((inside >= -0.5) & (inside <= side - 0.5)).all(-1)] = np.nan
    moved: NDArray[np.float32] = ((inside + 0.5) * (size / side) - 0.5).astype(np.float32)
    return moved


def scaled_masks(masks: NDArray[Any], size: int) -> NDArray[np.bool_]:
    """Masks, (number, height, width, names): where the mask covers a quarter of a pixel, so that thin ones stay."""
    rows, columns = middle_square(*masks.shape[1:3])
    side = rows.stop - rows.start
    if size >= side:
        nearest = _nearest(side, size)
        larger: NDArray[np.bool_] = masks[:, rows, columns][:, nearest][:, :, nearest].astype(bool)
        return larger
    scaled = np.empty((len(masks), size, size, masks.shape[3]), bool)
    weights = _weights(side, size)
    for mask, into in zip(masks, scaled, strict=True):
        for name in range(masks.shape[3]):
            covered = _weighted(mask[rows, columns, name].astype(np.float32), weights)
            into[..., name] = covered >= LEAST_SHARE
    return scaled


def scaled_classes(classes: NDArray[Any], size: int, names: int) -> NDArray[np.uint16]:
    """Classes, (number, height, width): of each pixel the one that covers most of it, and a quarter at least."""
    rows, columns = middle_square(*classes.shape[1:3])
    side = rows.stop - rows.start
    if size >= side:
        nearest = _nearest(side, size)
        larger: NDArray[np.uint16] = classes[:, rows, columns][:, nearest][:, :, nearest].astype(np.uint16)
        return larger
    scaled = np.empty((len(classes), size, size), np.uint16)
    weights = _weights(side, size)
    for image, into in zip(classes, scaled, strict=True):
        square = image[rows, columns]
        most: Weights = np.full((size, size), LEAST_SHARE, np.float32)
        found = np.zeros((size, size), np.uint16)
        for one in range(1, names + 1):
            covered = _weighted((square == one).astype(np.float32), weights)
            found[covered >= most] = one
            np.maximum(most, covered, out=most)
        into[:] = found
    return scaled


def _weighted(square: Weights, weights: Weights) -> Weights:
    if weights.shape[0] == weights.shape[1]:
        return square
    scaled: NDArray[Any] = weights @ square @ weights.T
    return scaled


def _weights(side: int, size: int) -> Weights:
    """How much each of ``side`` pixels counts for each of ``size`` along an axis: each row's sum is 1.

    Smaller, it is the share of the pixel's area; larger, what lies between two neighbours.
    """
    if size <= side:
        borders = np.arange(size + 1) * (side / size)
        begins, ends = borders[:-1, None], borders[1:, None]
        pixel = np.arange(side)
        shares = np.clip(np.minimum(ends, pixel + 1) - np.maximum(begins, pixel), 0, 1)
    else:
        at = np.clip((np.arange(size) + 0.5) * (side / size) - 0.5, 0, side - 1)
        shares = np.maximum(1 - abs(at[:, None] - np.arange(side)), 0)
    weights: Weights = (shares / shares.sum(1, keepdims=True)).astype(np.float32)
    return weights


def _nearest(side: int, size: int) -> NDArray[np.int64]:
    nearest: NDArray[np.int64] = ((np.arange(size) + 0.5) * (side / size)).astype(np.int64)
    return np.minimum(nearest, side - 1)
