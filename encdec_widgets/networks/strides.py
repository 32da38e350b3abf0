"""The strides of a network's maps, along height and width, read from what its layers make of a large input."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import Any, TypeAlias

from encdec_widgets.networks.keras_private import is_input
from encdec_widgets.networks.users_classes import may_be_of_a_users_class

Strides: TypeAlias = tuple[float, float]
"""The size of the input over that of a map: along height, along width."""

# The least size with which strides are read. Every likely stride divides it, so that no rounding by "same" padding
# hides a stride, also where the size of the input is unknown or too small.
_PROBE = 2**14 * 3**3 * 5 * 7

_Sizes: TypeAlias = tuple[int | None, int | None]


def one_stride(strides: Strides | None) -> float | None:
    """The stride along both axes; None where they differ, or are unknown.

    >>> one_stride((4, 4)), one_stride((1, 2))
    (4, None)
    """
    return strides[0] if strides is not None and strides[0] == strides[1] else None


def coarseness(strides: Strides) -> tuple[float, float]:
    """What strides are sorted by: how many pixels there are to a position of the map; then the stride along height.

    >>> sorted([(4, 4), (4, 1), (1, 1), (1, 2)], key=coarseness)
    [(1, 1), (1, 2), (4, 1), (4, 4)]
    """
    height, width = strides
    return height * width, height


def strides_of(calls: Sequence[Any]) -> dict[int, Strides | None]:
    """The strides of each operation's output, by the id of the operation; None where one of the two is unknown.

    The layers' own shape functions are given a large input, so that no rounding hides a stride. Where a user's layer
    has no such function, or a layer resizes to a fixed size, the sizes in the model decide.

    Args:
        calls: What :func:`encdec_widgets.networks.keras_private.calls_to` gives.
    """
    sizes: dict[int, _Sizes] = {}
    strides: dict[int, Strides | None] = {}
    input_sizes: _Sizes = (None, None)
    probes: _Sizes = (None, None)
    for call in calls:
        output = call.output_tensors[0]
        real_sizes = _map_sizes(output.shape)
        if is_input(call.operation):
            input_sizes, probes = real_sizes, _large(*real_sizes)
            sizes[id(output)] = probes
        else:
            sizes[id(output)] = _probed_sizes(call, sizes)
        height, width = (
            _along_axis(*along)
            for along in zip(probes, sizes[id(output)], input_sizes, real_sizes, strict=True)
        )
        strides[id(call.operation)] = None if height is None or width is None else (height, width)
    return strides


def _large(height: int | None, width: int | None) -> _Sizes:
    """Large sizes of an input, as many times as high as wide as the real one is, where that is known."""
    if not height or not width:
        return _PROBE, _PROBE
    common = gcd(height, width)
    return _PROBE * height // common, _PROBE * width // common


def _map_sizes(shape: Sequence[int | None]) -> _Sizes:
    return (shape[1], shape[2]) if len(shape) == 4 else (None, None)


def _along_axis(
    probe: int | None, probed: int | None, input_size: int | None, size: int | None
) -> int | float | None:
    """The stride along one axis, by the large sizes of the input and of a map, or else by the real ones."""
    stride, real = _ratio(probe, probed), _ratio(input_size, size)
    if stride is None or (real is not None and not 1 / 4 < stride / real < 4):
        stride = real
    return None if stride is None else _plain(stride)


def _ratio(size: int | None, part: int | None) -> Fraction | None:
    if not size or not part:
        return None
    # The stride of a map that is more than a thousand times larger is not rounded: it would become 0.
    return Fraction(size, part).limit_denominator(1024) or Fraction(size, part)


def _plain(ratio: Fraction) -> int | float:
    # A few pixels lost at a border ("valid" padding) do not change the stride.
    nearest = round(ratio) if ratio >= 1 else 0
    if nearest and abs(float(ratio) / nearest - 1) < 0.01:
        return nearest
    return float(ratio)


def _probed_sizes(call: Any, sizes: dict[int, _Sizes]) -> _Sizes:
    shapes = []
    for tensor in call.input_tensors:
        given = sizes.get(id(tensor), (None, None))
        if None in given or len(tensor.shape) != 4:
            return None, None
        shapes.append((None, *given, tensor.shape[-1]))
    compute = getattr(call.operation, "compute_output_shape", None)
    if compute is None:  # a function of keras.ops
        return None, None
    try:
        return _map_sizes(compute(shapes if len(shapes) > 1 else shapes[0]))
    except Exception as error:
        if not may_be_of_a_users_class(error, call.operation):
            raise
        return None, None
