"""Masks: the pixels of each thing, by themselves; a pixel may belong to several."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.workers.training.kinds.kind import (
    Array,
    Kind,
    TargetsError,
    as_large_as,
    in_blocks,
    shapes_text,
)
from encdec_widgets.workers.training.scores import Score


class Mask(Kind):
    """Masks, (number, size, size, names), true where a pixel belongs to the thing."""

    name = "mask"
    nothing = "no pixel of a mask: masks that are 1 somewhere would work"

    def checked(self, targets: NDArray[Any], count: int, size: int, names: int) -> NDArray[np.bool_]:
        """See :class:`Kind`."""
        allowed = [(count, size, size, names), *([(count, size, size)] if names == 1 else [])]
        if targets.shape not in allowed or targets.dtype.kind not in "biuf":
            raise TargetsError(
                f"must be an array of 0 and 1 of the shape {shapes_text(allowed)}. Received: {targets.dtype.name} of "
                f"the shape {targets.shape}."
            )
        if not np.isin(targets, (0, 1)).all():
            raise TargetsError(
                f"must be 0 or 1 in each pixel. Received: values from {targets.min():.6g} to {targets.max():.6g}. "
                "Would work: masks > 0.5, or the kind 'classes' for numbers of classes."
            )
        return targets.reshape(count, size, size, names).astype(bool)

    def maps(self, targets: NDArray[Any], size: int, positions: int, names: int) -> Array:
        """A position belongs to the thing where one of its pixels does."""
        maps: Array = in_blocks(targets, positions).max(3).astype(np.float32)
        return maps

    def loss(self, logits: Any, maps: Any) -> Any:
        """Cross-entropy of each pixel by itself: does it belong to the thing?"""
        ops = keras.ops
        return ops.mean(ops.relu(logits) - logits * maps + ops.log1p(ops.exp(-ops.abs(logits))))

    def laid_over(self, logits: Array, size: int) -> Array:
        """Probabilities."""
        return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)

    def score(
        self,
        logits: Array,
        targets: NDArray[Any],
        size: int,
        names: Sequence[str],
        alike: Sequence[tuple[str, str]],
    ) -> Score:
        """F1 of the pixels: the harmonic mean of the share of pixels found that are right, and of right ones found."""
        found = as_large_as(logits > 0, size)
        both = int((found & targets).sum())
        either = int(found.sum()) + int(targets.sum())
        f1 = 2 * both / either if either else 1.0
        return Score(value=f1, name="f1", text=f"F1 {f1:.2f}", figures={"f1": f1}, error=1 - f1, margin=0.02)
