"""What a block's fields say of the windows of its layers: how far it will see, told before it is built."""

from typing import Literal

import attrs


@attrs.frozen
class LayerWindow:
    """The window that one layer moves over its input, with "same" padding.

    Attributes:
        kind: "sliding" (a convolution or pooling), "transposed" (a transposed convolution) or "interpolated".
        size: Height and width of the window in px; an interpolation's follows from its method.
        stride: How many times smaller the layer makes the map, or how many times larger.
        method: Name of the interpolation, such as "bilinear".

    >>> LayerWindow("sliding", 3)
    LayerWindow(kind='sliding', size=3, stride=1, method='')
    """

    kind: Literal["sliding", "transposed", "interpolated"]
    size: int
    stride: int = 1
    method: str = ""


def convolutions(count: int, kernel_size: int) -> tuple[LayerWindow, ...]:
    """The windows of ``count`` convolutions of stride 1, with kernels of ``kernel_size`` px."""
    return (LayerWindow("sliding", kernel_size),) * count


def pooling(stride: int, size: int = 2) -> LayerWindow:
    """The window of a pooling: ``size`` px, which the pooling of all shipped blocks has as 2."""
    return LayerWindow("sliding", size, stride)
