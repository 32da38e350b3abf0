"""Points: one in each map, by its place; a map is to be a small Gaussian there."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.formatting import percent_text
from encdec_widgets.workers.training.kinds.kind import Array, Kind, TargetsError
from encdec_widgets.workers.training.scores import MOST_BY_CHANCE, Score

SIGMA_PX = 1.5
"""Standard deviation of the Gaussian: wide enough to be found, narrow enough to tell a pixel."""
FAINT = 0.25
"""A map is painted in full from this share of its highest possible peak on: what is spread everywhere stays dark."""


class Points(Kind):
    """Points, (number, names, 2) with x and y in px; NaN where one is not there."""

    name = "points"
    nothing = "no point inside of an image: x and y from 0 to its size in px, less 1, would work"

    def checked(self, targets: NDArray[Any], count: int, size: int, names: int) -> NDArray[np.float32]:
        """See :class:`Kind`."""
        if targets.shape != (count, names, 2) or targets.dtype.kind not in "iuf":
            raise TargetsError(
                f"must be numbers of the shape {(count, names, 2)}: x and y of each point in px. Received: "
                f"{targets.dtype.name} of the shape {targets.shape}."
            )
        points = targets.astype(np.float32)
        # What lies outside is not there: a map that cannot show it would learn something else.
        inside = (points >= -0.5) & (points <= size - 0.5)
        points[~inside.all(-1)] = np.nan
        return points

    def is_there(self, targets: NDArray[Any]) -> NDArray[np.bool_]:
        """See :class:`Kind`."""
        there: NDArray[np.bool_] = ~np.isnan(targets).all((1, 2))
        return there

    def maps(self, targets: NDArray[Any], size: int, positions: int, names: int) -> Array:
        """A Gaussian at each point, whose sum is 1; zeros where there is none."""
        stride = size / positions
        at = (np.arange(positions, dtype=np.float32) + 0.5) * stride - 0.5
        along = np.exp(-((at - targets[..., None]) ** 2) / (2 * sigma_of(stride) ** 2))
        along = np.nan_to_num(along / along.sum(-1, keepdims=True))
        maps: Array = np.einsum("nki,nkj->nijk", along[:, :, 1], along[:, :, 0]).astype(np.float32)
        return maps

    def loss(self, logits: Any, maps: Any) -> Any:
        """Cross-entropy over the pixels of each map: where in it is the point?

        The squared error of the maps, which is usual, found the feet of *mouse* and never told left from right in 10 s.
        """
        ops = keras.ops
        _, height, width, names = logits.shape
        logarithms = ops.log_softmax(ops.reshape(logits, (-1, height * width, names)), axis=1)
        wanted = ops.reshape(maps, (-1, height * width, names))
        return -ops.sum(wanted * logarithms) / ops.maximum(ops.sum(wanted), 1.0)

    def laid_over(self, logits: Array, size: int) -> Array:
        """Probabilities, each map up to its own peak."""
        height = logits.shape[1]
        shares = np.exp(logits - logits.max((1, 2), keepdims=True))
        shares /= shares.sum((1, 2), keepdims=True)
        highest = min(1.0, 1 / (2 * math.pi * (sigma_of(size / height) * height / size) ** 2))
        painted: Array = shares / np.maximum(shares.max((1, 2), keepdims=True), FAINT * highest)
        return painted

    def score(
        self,
        logits: Array,
        targets: NDArray[Any],
        size: int,
        names: Sequence[str],
        alike: Sequence[tuple[str, str]],
    ) -> Score:
        """The median distance of peaks to their points, and of points that look alike the share that was swapped."""
        stride = size / logits.shape[1]
        found = peaks(logits, (stride / sigma_of(stride)) ** 2) * stride + (stride - 1) / 2
        distances = np.hypot(*np.moveaxis(found - targets, -1, 0))
        # NaN where a point is not there: then none of the two is a swap.
        nearest, swapped = distances.copy(), []
        for pair in alike:
            a, b = (list(names).index(name) for name in pair)
            for one, other in ((a, b), (b, a)):
                to_other = np.hypot(*np.moveaxis(found[:, one] - targets[:, other], -1, 0))
                known = ~np.isnan(to_other) & ~np.isnan(distances[:, one])
                swapped.append((to_other < distances[:, one])[known])
                nearest[known, one] = np.minimum(nearest[:, one], to_other)[known]
        mean, px = float(np.nanmean(distances)), float(np.nanmedian(nearest))
        each = np.concatenate([np.empty(0, bool), *swapped])
        # Where one of each pair is nowhere to be found, none can be swapped: that is not the same as all being right.
        if not len(each):
            return Score(
                value=px,
                name="px",
                text=px_text(px),
                figures={"px": px},
                error=mean,
                margin=0.05 + 0.1 * mean,
            )
        share = float(each.mean())
        what = "feet" if all("foot" in name for pair in alike for name in pair) else "points"
        return Score(
            value=share,
            name="swapped",
            text=_swapped_text(share, len(each), what, px),
            figures={"swapped": share, "px": px},
            error=mean,
            margin=0.05 + 0.1 * mean,
        )


def sigma_of(stride: float) -> float:
    """In px: on a coarse map wider, else that of a point between two positions would be all zeros."""
    return max(SIGMA_PX, 0.375 * stride)


def px_text(px: float) -> str:
    """An error in px, with the digits that it is known by.

    >>> px_text(0.2613), px_text(16.04)
    ('0.26 px', '16 px')
    """
    return f"{px:.2f} px" if px < 1 else f"{px:.2g} px" if px < 10 else f"{px:.0f} px"


def _swapped_text(share: float, count: int, what: str, px: float) -> str:
    if share < 0.02:
        return px_text(px)
    # Of a few points any share may be chance, and yet most of them are right.
    by_chance = abs(share - 0.5) <= min(3 * 0.5 / math.sqrt(max(count, 1)), MOST_BY_CHANCE)
    begin = "coin flip: " if by_chance else ""
    return f"{begin}{what} swapped {percent_text(share)}, {px_text(px)}"


def peaks(maps: Array, bend: float) -> NDArray[np.float64]:
    """Where the peak of each map is, between positions: (number, names, 2) with x and y in positions.

    The highest position, moved to the top of the parabola through it and its neighbours: of logits, whose map is to be
    a Gaussian, that is the point itself. At the border one neighbour is missing; the known width of the Gaussian, of
    which the logarithm is a parabola, stands for it.

    >>> x, y = np.meshgrid(np.arange(8), np.arange(8))
    >>> maps = -((x - [[[5.3]], [[0.2]]]) ** 2 + (y - [[[2.8]], [[6.9]]]) ** 2) / 2
    >>> peaks(maps[..., None], bend=1).round(2).tolist()
    [[[5.3, 2.8]], [[0.2, 6.9]]]

    Args:
        maps: The logits, (number, height, width, names).
        bend: How strongly the parabola is bent: 1 / the square of the Gaussian's standard deviation in positions.
    """
    number, _, width, names = maps.shape
    highest = maps.reshape(number, -1, names).argmax(1)
    row, column = highest // width, highest % width
    padded = np.pad(maps.astype(np.float64), ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    image, name = np.meshgrid(np.arange(number), np.arange(names), indexing="ij")

    def at(down: int, right: int) -> NDArray[np.float64]:
        near: NDArray[np.float64] = padded[image, row + 1 + down, column + 1 + right, name]
        return near

    right = _top(at(0, -1), at(0, 0), at(0, 1), bend)
    down = _top(at(-1, 0), at(0, 0), at(1, 0), bend)
    return np.stack([column + right, row + down], -1)


def _top(
    before: NDArray[np.float64], highest: NDArray[np.float64], after: NDArray[np.float64], bend: float
) -> NDArray[np.float64]:
    """How far the top of a parabola lies from its middle point, at most half a position.

    A neighbour that is NaN is not there: it is where the parabola of the known bend through the other two has it.
    """
    no_before, no_after = np.isnan(before), np.isnan(after)
    before, after = (
        np.where(no_before, np.where(no_after, highest, 2 * highest - after - bend), before),
        np.where(no_after, np.where(no_before, highest, 2 * highest - before - bend), after),
    )
    found = 2 * highest - before - after
    offset: NDArray[np.float64] = np.clip((after - before) / np.maximum(2 * found, 1e-12), -0.5, 0.5)
    return offset
