"""What layers compute, on one map of one channel: as Keras does, with padding "same"."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Place = tuple[int, int]


def convolved(given: Array, kernel: Array, stride: Place = (1, 1), rate: Place = (1, 1)) -> Array:
    """A convolution with zeros around the map ("same" padding); as in Keras, the kernel is not turned around."""
    total = np.zeros([-(-side // step) for side, step in zip(given.shape, stride, strict=True)])
    for place in np.ndindex(*total.shape):
        total[place] = sum(
            given[cell] * kernel[of_kernel]
            for cell, of_kernel in cells_under(place, given.shape, kernel.shape, stride, rate)
        )
    return total


def pooled(given: Array, size: Place, stride: Place, how: Callable[[Sequence[float]], float] = max) -> Array:
    """One number of each window, the largest by default; windows are cut at the border ("same" padding)."""
    made = np.zeros([-(-side // step) for side, step in zip(given.shape, stride, strict=True)])
    for place in np.ndindex(*made.shape):
        made[place] = how([given[cell] for cell, _ in cells_under(place, given.shape, size, stride, (1, 1))])
    return made


def repeated(given: Array, factor: Place) -> Array:
    """Nearest neighbours: each number fills a square."""
    return given.repeat(factor[0], axis=0).repeat(factor[1], axis=1)


def interpolated(given: Array, factor: Place) -> Array:
    """Bilinear upsampling: numbers in between lie on straight lines; at the border the last number goes on."""
    rows, columns = (between(side, by) for side, by in zip(given.shape, factor, strict=True))
    return rows @ given @ columns.T


def transposed(given: Array, kernel: Array, stride: Place) -> Array:
    """A transposed convolution, cut to ``stride`` times the map ("same" padding): each number stamps the kernel."""
    size = [side * step for side, step in zip(given.shape, stride, strict=True)]
    made = np.zeros(size)
    for place, value in np.ndenumerate(given):
        for of_kernel, weight in np.ndenumerate(kernel):
            cell = tuple(
                p * s + k - max(n - s, 0) // 2
                for p, s, k, n in zip(place, stride, of_kernel, kernel.shape, strict=True)
            )
            if all(0 <= c < n for c, n in zip(cell, size, strict=True)):
                made[cell] += value * weight
    return made


def cells_under(
    place: Sequence[int], shape: Sequence[int], kernel: Sequence[int], stride: Place, rate: Place
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The cells of a map under a kernel at a place of the output, each with its place in the kernel."""
    starts = []
    for at, side, size, step, by in zip(place, shape, kernel, stride, rate, strict=True):
        reach = (size - 1) * by + 1
        beyond = max((-(-side // step) - 1) * step + reach - side, 0)
        starts.append(at * step - beyond // 2)
    for of_kernel in np.ndindex(*kernel):
        cell = tuple(s + k * by for s, k, by in zip(starts, of_kernel, rate, strict=True))
        if all(0 <= c < side for c, side in zip(cell, shape, strict=True)):
            yield cell, of_kernel


def between(side: int, factor: int) -> Array:
    """The weights of a line's numbers for each of those in between, (side * factor, side)."""
    middles = np.clip((np.arange(side * factor) + 0.5) / factor - 0.5, 0, side - 1)
    weights: Array = np.clip(1 - np.abs(middles[:, None] - np.arange(side)), 0, None)
    return weights


def edge_kernel(size: Sequence[int]) -> Array:
    """Small whole weights that answer to a bright left beside a dark right.

    >>> edge_kernel((3, 3)).astype(int).tolist()
    [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    """
    down = _binomial(size[0])
    across = np.convolve(_binomial(size[1] - 1), [1.0, -1.0]) if size[1] > 1 else np.array([2.0])
    return np.outer(down, across)


def soft_kernel(size: Sequence[int]) -> Array:
    """Small whole weights that are largest in the middle.

    >>> soft_kernel((3, 2)).astype(int).tolist()
    [[1, 1], [2, 2], [1, 1]]
    """
    return np.outer(_binomial(size[0]), _binomial(size[1]))


def _binomial(size: int) -> Array:
    return np.array([math.comb(size - 1, k) for k in range(size)], dtype=np.float64)
