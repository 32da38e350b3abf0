"""Random initial weights, drawn in a quarter of the time that Keras takes for them.

NumPy's SFC64 makes random bits faster than the generators of the backends, and here they become numbers while they are
in the processor's cache. Large weights are drawn in pieces, and those of a network all together, side by side in
threads; each piece has bits of its own, so that the numbers do not depend on how many threads there are. They have the
distribution that the initializer has in Keras, and the same seed draws the same ones again. They are not the numbers
that Keras would draw: where a person set a seed, Keras draws.
"""

import math
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from encdec_widgets.networks.checksum import PIECE, checksum_of_piece, joined
from encdec_widgets.networks.keras_private import ALIGNMENT, as_tensor, is_scaling, is_seeded, variance_of
from encdec_widgets.networks.scopes import device_here, spread_here
from encdec_widgets.networks.side_by_side import side_by_side

_AT_ONCE = 1 << 15
"""So many numbers, 128 KiB, are made at once: they stay in the cache until they are done."""
_AT_A_TIME = PIECE // 4
"""So many numbers are drawn by one thread, from bits of their own."""
_TRUNCATED_AT = 2.0
"""Keras's truncated normal distribution ends at so many of its standard deviations."""

Values = NDArray[np.float32]


def quicker(initializer: Any, dtype: str) -> Any:
    """What draws the values of a weight like an initializer, and faster if that can be.

    Args:
        initializer: One of Keras's or of a user's own.
        dtype: Name of the weight's dtype, such as "float32".

    Returns:
        A :class:`Quicker`; or ``initializer`` itself where it has no random values, where a person set its seed, where
        it is :class:`AsItIs`, and where this thread puts tensors elsewhere than into the computer's memory.

    Example:
        >>> import keras
        >>> values = quicker(keras.initializers.GlorotUniform(), "float32")((3, 3, 8, 16), dtype="float32")
        >>> bool(keras.ops.max(keras.ops.abs(values)) <= (6 / (3 * 3 * (8 + 16))) ** 0.5)
        True
    """
    known = is_scaling(initializer) and dtype == "float32"
    return Quicker(initializer) if known and not is_seeded(initializer) and _in_memory() else initializer


@attrs.frozen(eq=False)
class AsItIs:
    """An initializer that is never drawn faster: a person set the seed of all numbers, or it has drawn already.

    Attributes:
        like: The initializer.
    """

    like: Any

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """What the initializer makes."""
        return self.like(shape, dtype=dtype)


@attrs.frozen(eq=False)
class Quicker:
    """An initializer that draws 32-bit numbers like another one, faster, and the same ones each time.

    Attributes:
        like: One of Keras's that scale their values, with a number as seed.
    """

    like: Any

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Values for a weight of a shape, as a tensor of Keras's backend."""
        ((tensor, _),) = drawn_together([(self, shape)])
        return tensor


def drawn_together(
    weights: Sequence[tuple[Quicker, Sequence[int]]], *, with_checksums: bool = False
) -> list[tuple[Any, int]]:
    """Values for several weights, drawn side by side.

    Args:
        weights: What draws each, and its shape.
        with_checksums: Whether to add up what is drawn, while it is in the cache.

    Returns:
        The values of each, as a tensor of Keras's backend, and their checksum (0 without one), as
        :func:`~encdec_widgets.networks.checksum.checksums` adds it up.
    """
    values = [_aligned(math.prod(shape)) for _, shape in weights]
    sums = [[0] * math.ceil(len(of_one) / _AT_A_TIME) for of_one in values]
    pieces = [(one, number) for one, of_one in enumerate(sums) for number in range(len(of_one))]

    def draw(at: int) -> None:
        one, number = pieces[at]
        like, shape = weights[one][0].like, weights[one][1]
        piece = values[one][number * _AT_A_TIME : (number + 1) * _AT_A_TIME]
        _DRAWS[like.distribution](piece, variance_of(like, shape), np.random.SFC64((like.seed, number)))
        if with_checksums:
            sums[one][number] = checksum_of_piece(piece)

    side_by_side(draw, len(pieces))
    drawn = []
    for of_pieces, (_, shape) in zip(sums, weights, strict=True):
        # Each is let go of here, so that a backend that copies never has all of them twice.
        drawn.append((as_tensor(values.pop(0).reshape(shape)), joined(of_pieces) if with_checksums else 0))
    return drawn


def _in_memory() -> bool:
    device = device_here()
    return spread_here() is None and (device is None or "cpu" in str(device).lower())


def _aligned(count: int) -> Values:
    """Memory for so many numbers that begins where backends want it to: else they copy it."""
    memory = np.empty(4 * count + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + 4 * count].view(np.float32)


def _uniform(values: Values, variance: float, bits: np.random.SFC64) -> None:
    """Fill an array with numbers from -limit to limit."""
    step = np.float32(math.sqrt(3 * variance) / 2**31)
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        part[:] = bits.random_raw(len(part) // 2 + 1).view(np.int32)[: len(part)]
        part *= step


def _normal(values: Values, variance: float, bits: np.random.SFC64) -> None:
    random = np.random.Generator(bits)
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        random.standard_normal(out=part, dtype=np.float32)
        part *= np.float32(math.sqrt(variance))


def _truncated_normal(values: Values, variance: float, bits: np.random.SFC64) -> None:
    random = np.random.Generator(bits)
    # What is left of the distribution has a smaller deviation than the whole.
    deviation = np.float32(math.sqrt(variance) / 0.87962566103423978)
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        random.standard_normal(out=part, dtype=np.float32)
        beyond = np.flatnonzero(np.abs(part) > _TRUNCATED_AT)
        while len(beyond):
            part[beyond] = random.standard_normal(len(beyond), np.float32)
            beyond = beyond[np.abs(part[beyond]) > _TRUNCATED_AT]
        part *= deviation


_DRAWS = {"uniform": _uniform, "truncated_normal": _truncated_normal, "untruncated_normal": _normal}
