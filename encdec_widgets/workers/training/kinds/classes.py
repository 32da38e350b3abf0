"""Classes: of each pixel, which of several things it belongs to, if to any."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.formatting import percent_text
from encdec_widgets.workers.training.kinds.kind import Array, Kind, TargetsError, as_large_as, in_blocks
from encdec_widgets.workers.training.scores import MOST_BY_CHANCE, Score

LEAST_SHARE = 0.25
"""A position of a coarse map belongs to a thing that covers this share of its pixels."""


class Classes(Kind):
    """Classes, (number, size, size): 0 for nothing, 1, 2, ... for the names."""

    name = "classes"
    nothing = "no pixel of a class: classes that are 1 or more somewhere would work"

    def checked(self, targets: NDArray[Any], count: int, size: int, names: int) -> NDArray[np.uint16]:
        """See :class:`Kind`."""
        if targets.shape != (count, size, size) or targets.dtype.kind not in "biuf":
            raise TargetsError(
                f"must be whole numbers of the shape {(count, size, size)}. Received: {targets.dtype.name} of the "
                f"shape {targets.shape}."
            )
        if not np.isin(targets, range(names + 1)).all():
            raise TargetsError(
                f"must be 0 for nothing and 1 to {names} for the names. Received: values from {targets.min():.6g} to "
                f"{targets.max():.6g}."
            )
        return targets.astype(np.uint16)

    def maps(self, targets: NDArray[Any], size: int, positions: int, names: int) -> Array:
        """One-hot; a position belongs to the thing that covers most of it."""
        blocks = in_blocks(targets, positions)
        shares = np.stack([(blocks == one).mean(3) for one in range(1, names + 1)], -1)
        most = shares.argmax(-1)[..., None] == np.arange(names)
        maps: Array = (most & (shares >= LEAST_SHARE)).astype(np.float32)
        return maps

    def loss(self, logits: Any, maps: Any) -> Any:
        """Cross-entropy of each pixel over nothing and all things; the mean over pixels of things, and over others.

        The two means are added: else the few pixels of the things would count for nothing beside the ground. Where the
        class is a coin flip and the ground is told, it is ln 2.
        """
        ops = keras.ops
        # Nothing is a class of its own, whose logit is 0.
        nothing = ops.zeros_like(logits[..., :1])
        logarithms = ops.log_softmax(ops.concatenate([nothing, logits], axis=-1), axis=-1)
        of_things = -ops.sum(maps * logarithms[..., 1:], axis=-1)
        things = ops.sum(maps, axis=-1)
        ground = 1.0 - things
        of_ground = -ground * logarithms[..., 0]
        return _mean(of_things, things) + _mean(of_ground, ground)

    def laid_over(self, logits: Array, size: int) -> Array:
        """Probabilities, the two of a coin flip in full: what is painted is that it is one of the things."""
        highest = logits.max(-1, keepdims=True)
        shares = np.exp(logits - highest)  # of the likeliest thing
        summed = shares.sum(-1, keepdims=True)
        thing = summed / (summed + np.exp(np.clip(-highest, -30, 30)))
        painted: Array = thing * shares
        return painted

    def score(
        self,
        logits: Array,
        targets: NDArray[Any],
        size: int,
        names: Sequence[str],
        alike: Sequence[tuple[str, str]],
    ) -> Score:
        """The mean over the classes of the F1 of their pixels; nothing is found where no logit is above 0.

        F1 is the harmonic mean of the share of pixels found that are right, and of right ones found.
        """
        # Nothing is a class of its own, whose logit is 0.
        found = as_large_as(np.where(logits.max(-1) > 0, logits.argmax(-1) + 1, 0), size)
        each = []
        for one in range(1, len(names) + 1):
            both = int(((found == one) & (targets == one)).sum())
            either = int((found == one).sum()) + int((targets == one).sum())
            if either:  # a class that is neither there nor found says nothing
                each.append(2 * both / either)
        f1 = float(np.mean(each)) if each else 1.0
        return Score(value=f1, name="f1", text=f"F1 {f1:.2f}", figures={"f1": f1}, error=1 - f1, margin=0.02)


def told_rightly(logits: Array, targets: NDArray[Any], size: int, names: Sequence[str]) -> Score:
    """The share of things that are told rightly: of each in each image, its pixels vote together for one of the names.

    It asks which one a thing is, and not whether it is found: of use where each image has one thing and what it is, is
    the question.
    """
    told = as_large_as(logits, size)
    right = []
    for one in range(len(names)):
        pixels = targets == one + 1
        there = pixels.any((1, 2))
        votes = (told * pixels[..., None]).sum((1, 2))
        right.append((votes.argmax(-1) == one)[there])
    each = np.concatenate(right)
    share = float(each.mean()) if len(each) else 0.0
    guessed = 1 / len(names)
    spread = 2 * (guessed * (1 - guessed) / max(len(each), 1)) ** 0.5
    words = f"{percent_text(share)} told rightly"
    if share <= guessed + min(spread, MOST_BY_CHANCE):
        words = f"{'coin flip' if len(names) == 2 else 'guesses'}: {words}"
    return Score(value=share, name="right", text=words, figures={"right": share}, error=1 - share, margin=0.1)


def _mean(values: Any, of: Any) -> Any:
    """The mean of those values that count; 0 where none does."""
    return keras.ops.sum(values) / keras.ops.maximum(keras.ops.sum(of), 1.0)
