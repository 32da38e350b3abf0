"""Which positions of its input each position of a layer's output depends on, along one axis (exact).

Layers are told by the names of Keras's classes that they are or derive from, without importing Keras. What a layer does
in inference counts: dropout and noise do nothing, batch normalization has fixed statistics.
"""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

import attrs

from encdec_widgets.networks.keras_private import is_keras_function


@attrs.frozen
class Window:
    """A dependence that repeats: that of output position ``p`` is that of ``p % period``, moved along.

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
"""Each position depends on the same position: activations, normalization, what merges maps."""

WHOLE = Window(period=1, step=0, first=(0,), last=(0,))
"""Each position depends on the whole map: global pooling. It stands for itself; its numbers mean nothing."""

Windows = tuple[Window, Window]
"""Along height and width."""

_POINTS = (POINT, POINT)
_WHOLES = (WHOLE, WHOLE)
_Reader = Callable[[Any, Any], Windows | None]


def windows_of(call: Any) -> Windows | None:
    """How the output of one call of a Keras layer depends on each of its inputs, along height and width (exact).

    A layer of a class that a user derived from one of Keras's counts as that one, unless it has a ``call`` of its own.
    An input layer, which depends on no other, gives :data:`POINT`. A map that a merge stretches (one of 1 x 1 px that
    is added to a larger one, say) is in the same place everywhere, which :data:`POINT` does not say.

    Args:
        call: A call of an operation, as :func:`encdec_widgets.networks.keras_private.calls_to` gives them.

    Returns:
        The windows; None where they cannot be told: a layer, a model in the model or an activation that a user wrote,
        channels first, or what this module does not know.
    """
    try:
        layer = call.operation
        kind = type(layer)
        reader = _known.get(kind, _UNREAD)
        if reader is _UNREAD:
            reader = _known[kind] = _reader(kind)
        return None if reader is None or len(call.output_tensors) != 1 else reader(layer, call)
    except Exception:  # noqa: BLE001 - a user's layer may keep anything under any name, and raise anything
        return None


def _unread(layer: Any, call: Any) -> Windows | None:
    raise LookupError(f"{type(layer).__name__} has not been looked up")


_UNREAD: _Reader = _unread
# By class, which goes with it: whoever runs a notebook cell again defines its classes again.
_known: WeakKeyDictionary[type, _Reader | None] = WeakKeyDictionary()


# What a user's class may define anew without computing anything else than the Keras class that it derives from.
_HARMLESS = frozenset(
    ("__init__", "build", "get_config", "from_config", "compute_output_shape", "compute_output_spec")
)


def _reader(kind: type) -> _Reader | None:
    """What reads the windows of layers of a class; nothing of one that computes in a way of its own."""
    own: set[str] = set()
    for base in kind.__mro__:
        if base.__module__.partition(".")[0] != "keras":
            own |= vars(base).keys()
        elif base.__name__ in _READERS:
            computing = {name for name in own - _HARMLESS if callable(getattr(base, name, None))}
            # Every class has some of Python's own.
            return None if computing - vars(object).keys() else _READERS[base.__name__]
    return None


# What makes a window. Windows are kept, as a network has few different ones.


def _alike(height: tuple[Any, ...], width: tuple[Any, ...], make: Callable[..., Window]) -> Windows:
    window = make(*height)
    return (window, window) if height == width else (window, make(*width))


@lru_cache(1024)
def sliding(kernel: int, stride: int, spacing: int, rest: int | None) -> Window:
    """Of convolutions and pooling, which leave a ``rest`` to pad at the end; None for no padding."""
    reach = (kernel - 1) * spacing
    before = 0 if rest is None else max(reach + 1 - rest, 0) // 2
    return Window(period=1, step=stride, first=(-before,), last=(reach - before,), spacing=spacing)


@lru_cache(1024)
def transposed(kernel: int, stride: int, spacing: int, same: bool, more: int | None) -> Window | None:
    """Of transposed convolutions: input ``i`` reaches outputs from ``i * stride - before`` on, as far as the kernel.

    Args:
        kernel: Its size.
        stride: Outputs for each input.
        spacing: The dilation rate; Keras refuses one and a stride, both above 1.
        same: Whether the padding is "same", not "valid".
        more: The output padding, if it was given.
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
    """Of upsampling: nearest neighbours, or weights around the point where the middle of an output lies in the input.

    Where that point is a position of the input itself, the weights of all others are 0: in the middle of an odd factor.
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
def _moved(by: int) -> Window:
    return Window(period=1, step=1, first=(by,), last=(by,))


# What reads a layer.


def _channels_last(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")


def _pointwise(activation: Any) -> bool:
    """Whether an activation is one of Keras's, or a layer that is one: a user's can do anything with the map."""
    if activation is None:
        return True
    if isinstance(activation, FunctionType):
        return is_keras_function(activation)
    return _reader(type(activation)) is _activation_layer


def _activation_layer(layer: Any, call: Any) -> Windows | None:
    return _POINTS


def _point(layer: Any, call: Any) -> Windows | None:
    return _POINTS


def _activated_point(layer: Any, call: Any) -> Windows | None:
    return _POINTS if _pointwise(layer.activation) else None


def _rests(layer: Any, call: Any) -> tuple[int | None, int | None]:
    """How many inputs the last output of "same" padding has of its stride: all of it where the size is open."""
    if layer.padding != "same":
        return None, None
    (_, height, width, _), (down, right) = call.input_tensors[0].shape, layer.strides
    return (height or 0) % down or down, (width or 0) % right or right


def _convolution(layer: Any, call: Any) -> Windows | None:
    if not _channels_last(layer) or not _pointwise(layer.activation):
        return None
    kernel, stride, spacing = layer.kernel_size, layer.strides, layer.dilation_rate
    rests = _rests(layer, call)
    return _alike(
        (kernel[0], stride[0], spacing[0], rests[0]), (kernel[1], stride[1], spacing[1], rests[1]), sliding
    )


def _pooling(layer: Any, call: Any) -> Windows | None:
    if not _channels_last(layer):
        return None
    kernel, stride, rests = layer.pool_size, layer.strides, _rests(layer, call)
    return _alike((kernel[0], stride[0], 1, rests[0]), (kernel[1], stride[1], 1, rests[1]), sliding)


def _transposed_convolution(layer: Any, call: Any) -> Windows | None:
    if not _channels_last(layer) or not _pointwise(layer.activation):
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


def _upsampling(layer: Any, call: Any) -> Windows | None:
    if not _channels_last(layer):
        return None
    how = layer.interpolation
    return _alike((layer.size[0], how), (layer.size[1], how), interpolated)


def _padding(layer: Any, call: Any) -> Windows | None:
    (top, _), (left, _) = layer.padding
    return _alike((-top,), (-left,), _moved) if _channels_last(layer) else None


def _cropping(layer: Any, call: Any) -> Windows | None:
    (top, _), (left, _) = layer.cropping
    return _alike((top,), (left,), _moved) if _channels_last(layer) else None


def _global_pooling(layer: Any, call: Any) -> Windows | None:
    return _WHOLES if _channels_last(layer) else None


def _axes(layer: Any, call: Any) -> set[int]:
    """The axes that a layer works along, counted from the batch's."""
    axis, rank = layer.axis, len(call.input_tensors[0].shape)
    return {one % rank for one in ((axis,) if isinstance(axis, int) else tuple(axis))}


def _along_axes(layer: Any, call: Any) -> Windows | None:
    """What computes with all positions along some axes: a softmax, a normalization, a concatenation's neighbours."""
    axes = _axes(layer, call)
    if axes == {len(call.input_tensors[0].shape) - 1}:
        return _POINTS
    return _WHOLES if {1, 2} <= axes else None


def _concatenation(layer: Any, call: Any) -> Windows | None:
    return _POINTS if _axes(layer, call) == {len(call.input_tensors[0].shape) - 1} else None


def _over_the_whole_map(layer: Any, call: Any) -> Windows | None:
    """Group normalization: over all axes but the batch's, with ``axis`` for that of the channels."""
    return _WHOLES if _axes(layer, call) == {len(call.input_tensors[0].shape) - 1} else None


def _average(layer: Any, call: Any) -> Windows | None:
    """The layer of this name merges maps; the function reduces one, with weights."""
    return None if hasattr(layer, "axis") else _POINTS


def _reduction(layer: Any, call: Any) -> Windows | None:
    windows = None if layer.axis is None else _along_axes(layer, call)
    return windows if windows is _WHOLES or layer.keepdims else None


_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), _convolution),
    "Conv2DTranspose": _transposed_convolution,
    **dict.fromkeys(("MaxPooling2D", "AveragePooling2D"), _pooling),
    **dict.fromkeys(("GlobalMaxPooling2D", "GlobalAveragePooling2D"), _global_pooling),
    "UpSampling2D": _upsampling,
    "ZeroPadding2D": _padding,
    "Cropping2D": _cropping,
    "Concatenate": _concatenation,
    "Average": _average,
    "GroupNormalization": _over_the_whole_map,
    **dict.fromkeys(("LayerNormalization", "RMSNormalization", "UnitNormalization", "Softmax"), _along_axes),
    **dict.fromkeys(("Activation", "Dense"), _activated_point),
    **dict.fromkeys(("ELU", "LeakyReLU", "PReLU", "ReLU"), _activation_layer),
    **dict.fromkeys(
        (
            *("InputLayer", "Identity", "Masking", "ActivityRegularization"),
            *("BatchNormalization", "Normalization", "Rescaling"),
            *("Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout2D", "GaussianNoise"),
            # Layers and functions that merge maps have the same names.
            *("Add", "Subtract", "Multiply", "Maximum", "Minimum"),
        ),
        _point,
    ),
    # Functions of keras.ops, which are operations themselves.
    **dict.fromkeys(
        (
            *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "Sigmoid", "HardSigmoid"),
            *("HardSilu", "LogSigmoid", "Softplus", "Softsign", "SoftShrink", "HardShrink", "TanhShrink"),
            *("HardTanh", "Squareplus", "SparsePlus", "SparseSigmoid", "Threshold", "Tanh", "Erf"),
            *("Divide", "DivideNoNan", "TrueDivide", "FloorDivide", "Mod", "Power", "Negative", "Absolute"),
            *("Abs", "Sign", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Expm1", "Log", "Log1p"),
            *("Clip", "Round", "Floor", "Ceil", "Where", "Cast", "Copy", "StopGradient", "NanToNum"),
            *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"),
        ),
        _point,
    ),
    **dict.fromkeys(("LogSoftmax", "Sparsemax", "Normalize"), _along_axes),
    **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Amax", "Amin"), _reduction),
}
