"""Which positions of its input each position of a layer's output depends on, along one axis (exact)."""

from functools import lru_cache

import attrs


@attrs.frozen
class Window:
    """The input positions that each output position depends on, where that repeats after ``period`` positions.

    Output position ``p = q * period + r`` depends on every ``spacing``-th input position from ``q * step + first[r]``
    to ``q * step + last[r]``, both included; on none where ``first[r] > last[r]``. Positions beyond the map are
    padding.

    Attributes:
        period: After so many output positions the dependence repeats.
        step: How many input positions further it is then.
        first: For each position of a period, the first input position that it depends on, as of ``q = 0``.
        last: The last one.
        spacing: How far apart the positions that it depends on are: the dilation rate of a convolution, else 1.
    """

    period: int
    step: int
    first: tuple[int, ...]
    last: tuple[int, ...]
    spacing: int = 1


POINT = Window(period=1, step=1, first=(0,), last=(0,))
"""Each position depends on the same position: activations, normalization, layers that merge maps."""

WHOLE = Window(period=1, step=0, first=(0,), last=(0,))
"""Each position depends on the whole map: global pooling. It is compared by identity; its numbers mean nothing."""

Windows = tuple[Window, Window]
"""Along height and width."""

# Windows are kept, as a network has few different ones.


@lru_cache(1024)
def sliding(kernel: int, stride: int, spacing: int, rest: int | None) -> Window:
    """The window of a convolution or of pooling.

    >>> sliding(3, 1, 1, 1)
    Window(period=1, step=1, first=(-1,), last=(1,), spacing=1)

    Args:
        kernel: Its size.
        stride: Inputs from one output to the next.
        spacing: The dilation rate.
        rest: With "same" padding, the inputs that are left for the last output, from 1 to ``stride``; None for "valid"
            padding.
    """
    reach = (kernel - 1) * spacing
    before = 0 if rest is None else max(reach + 1 - rest, 0) // 2
    return Window(period=1, step=stride, first=(-before,), last=(reach - before,), spacing=spacing)


@lru_cache(1024)
def transposed(kernel: int, stride: int, spacing: int, same: bool, more: int | None) -> Window | None:
    """The window of a transposed convolution.

    Input ``i`` reaches outputs from ``i * stride - before`` on, as far as the kernel goes.

    Args:
        kernel: Its size.
        stride: Outputs for each input.
        spacing: The dilation rate; Keras refuses one and a stride, both above 1.
        same: Whether the padding is "same", not "valid".
        more: The output padding, if it was given.

    Returns:
        The window; None for a stride and a dilation rate that are both above 1.
    """
    if stride > 1 and spacing > 1:
        return None
    reach = (kernel - 1) * spacing
    odd = (reach + 1) % 2
    before = max(reach + 1 - odd - (stride - odd if more is None else more), 0) // 2 if same else 0
    ends = [(-((reach - before - r) // stride), (before + r) // stride) for r in range(stride)]
    return Window(
        period=stride,
        step=1,
        first=tuple(first for first, _ in ends),
        last=tuple(last for _, last in ends),
        spacing=spacing,
    )


# How many positions on either side of a point between them have a weight, by interpolation.
_SIDES = {"bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}


@lru_cache(1024)
def interpolated(factor: int, interpolation: str) -> Window:
    """The window of upsampling by nearest neighbours, or by weights around a point.

    The middle of an output lies at that point of the input. Where the point is a position of the input itself, in the
    middle of an odd factor, all other weights are 0.

    Args:
        factor: Outputs for each input.
        interpolation: As in ``keras.layers.UpSampling2D``.
    """
    if interpolation == "nearest":
        return Window(period=factor, step=1, first=(0,) * factor, last=(0,) * factor)
    sides = _SIDES[interpolation]
    first, last = [], []
    for r in range(factor):
        below, rest = divmod(2 * r + 1 - factor, 2 * factor)
        first.append(below - sides + 1 if rest else below)
        last.append(below + sides if rest else below)
    return Window(period=factor, step=1, first=tuple(first), last=tuple(last))


@lru_cache(1024)
def moved(by: int) -> Window:
    """The window of padding (by less than 0) or cropping (by more): output ``p`` is input ``p + by``."""
    return Window(period=1, step=1, first=(by,), last=(by,))
