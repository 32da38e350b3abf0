"""How the windows of each kind of layer are read from its settings: functions for the table of layers.

Each takes a layer (or a function of ``keras.ops``, which is an operation too) and its call, and gives the windows along
height and width, or None where they are unknown. What a layer does in inference counts: dropout and noise do
nothing, and batch normalization has fixed statistics.
"""

from collections.abc import Callable
from typing import Any

from encdec_widgets.networks.windows import (
    POINT,
    WHOLE,
    Window,
    Windows,
    interpolated,
    moved,
    sliding,
    transposed,
)

Reader = Callable[[Any, Any], Windows | None]

_POINTS = (POINT, POINT)
_WHOLES = (WHOLE, WHOLE)


def _alike(height: tuple[Any, ...], width: tuple[Any, ...], make: Callable[..., Window]) -> Windows:
    window = make(*height)
    return (window, window) if height == width else (window, make(*width))


def _channels_last(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")


def point(layer: Any, call: Any) -> Windows | None:
    """Each position depends on the same position."""
    return _POINTS


def _rests(layer: Any, call: Any) -> tuple[int | None, int | None]:
    """How many inputs the last output of "same" padding has of its stride: all of it where the size is open."""
    if layer.padding != "same":
        return None, None
    (_, height, width, _), (down, right) = call.input_tensors[0].shape, layer.strides
    return (height or 0) % down or down, (width or 0) % right or right


def convolution(layer: Any, call: Any) -> Windows | None:
    """Convolutions, depthwise and separable ones too."""
    if not _channels_last(layer):
        return None
    kernel, stride, spacing = layer.kernel_size, layer.strides, layer.dilation_rate
    rests = _rests(layer, call)
    return _alike(
        (kernel[0], stride[0], spacing[0], rests[0]), (kernel[1], stride[1], spacing[1], rests[1]), sliding
    )


def pooling(layer: Any, call: Any) -> Windows | None:
    """Pooling by a window."""
    if not _channels_last(layer):
        return None
    kernel, stride, rests = layer.pool_size, layer.strides, _rests(layer, call)
    return _alike((kernel[0], stride[0], 1, rests[0]), (kernel[1], stride[1], 1, rests[1]), sliding)


def transposed_convolution(layer: Any, call: Any) -> Windows | None:
    """Transposed convolutions."""
    if not _channels_last(layer):
        return None
    kernel, stride, spacing, more = (
        layer.kernel_size,
        layer.strides,
        layer.dilation_rate,
        layer.output_padding,
    )
    same = layer.padding == "same"
    height, width = (
        transposed(kernel[i], stride[i], spacing[i], same, None if more is None else more[i]) for i in (0, 1)
    )
    return None if height is None or width is None else (height, width)


def upsampling(layer: Any, call: Any) -> Windows | None:
    """Upsampling by repetition or interpolation."""
    if not _channels_last(layer):
        return None
    how = layer.interpolation
    return _alike((layer.size[0], how), (layer.size[1], how), interpolated)


def padding(layer: Any, call: Any) -> Windows | None:
    """Zero padding."""
    (top, _), (left, _) = layer.padding
    return _alike((-top,), (-left,), moved) if _channels_last(layer) else None


def cropping(layer: Any, call: Any) -> Windows | None:
    """Cropping."""
    (top, _), (left, _) = layer.cropping
    return _alike((top,), (left,), moved) if _channels_last(layer) else None


def global_pooling(layer: Any, call: Any) -> Windows | None:
    """Pooling of the whole map."""
    return _WHOLES if _channels_last(layer) else None


def _axes(layer: Any, call: Any) -> set[int]:
    """The axes that a layer works along, counted from the batch's."""
    axis, rank = layer.axis, len(call.input_tensors[0].shape)
    return {one % rank for one in ((axis,) if isinstance(axis, int) else tuple(axis))}


def along_axes(layer: Any, call: Any) -> Windows | None:
    """What computes with all positions along some axes: a softmax, a normalization."""
    axes = _axes(layer, call)
    if axes == {len(call.input_tensors[0].shape) - 1}:
        return _POINTS
    return _WHOLES if {1, 2} <= axes else None


def concatenation(layer: Any, call: Any) -> Windows | None:
    """Concatenation, along the channels."""
    return _POINTS if _axes(layer, call) == {len(call.input_tensors[0].shape) - 1} else None


def over_the_whole_map(layer: Any, call: Any) -> Windows | None:
    """Group normalization: over all axes but the batch's, with ``axis`` for that of the channels."""
    return _WHOLES if _axes(layer, call) == {len(call.input_tensors[0].shape) - 1} else None


def average(layer: Any, call: Any) -> Windows | None:
    """The layer of this name merges maps; the function of this name reduces one, with weights."""
    return None if hasattr(layer, "axis") else _POINTS


def reduction(layer: Any, call: Any) -> Windows | None:
    """Sums, means and the like along axes."""
    windows = None if layer.axis is None else along_axes(layer, call)
    return windows if windows is _WHOLES or layer.keepdims else None
