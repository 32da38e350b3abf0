"""Multiply-adds of a layer's call, counted from the shapes of its kernels.

The usual convention, so that counts agree with published ones: a multiplication and the addition that goes with it are
one multiply-add, and padding counts as if it were image. Biases, activations, normalization, pooling, resizing and
merging are not counted: they are a few percent of a network at most.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from encdec_widgets.networks.keras_private import layers_held_by
from encdec_widgets.networks.layer_traits import traits_of
from encdec_widgets.networks.users_classes import may_be_of_a_users_class

_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")

Shape = Sequence[int | None]


def multiply_adds(call: Any) -> int | None:
    """The multiply-adds of one call of a Keras layer, for one image (exact).

    Every element of a kernel is multiplied once at every output position by convolutions (depthwise, separable,
    grouped and dilated ones too) and dense layers, and at every input position by transposed convolutions. A layer
    without a weight called "kernel" counts 0, and so does a function of ``keras.ops``.

    A user's layer is counted by what it holds: its own kernels as those of a convolution, and each layer inside of it
    once, at the size that it was built for. Products of two maps, as in attention, are not seen.

    Args:
        call: A call of an operation, as :func:`encdec_widgets.networks.keras_private.calls_to` gives them.

    Returns:
        The count; None where it is unknown: a size that it depends on is open, a layer that holds others is called at
        another size than it was built for, or its kernel is multiplied in another way (``EinsumDense``, and attention,
        which holds such layers).
    """
    layer = call.operation
    try:
        if not getattr(layer, "weights", ()):
            return 0
        given, made = call.input_tensors[0].shape[1:], call.output_tensors[0].shape[1:]
        inside = _inside(layer)
        # Keras builds the layers inside of one whose input is open for a size of its own choosing.
        if inside != 0 and (None in given or tuple(given) != _built_for(layer)):
            return None
        return total((_own(layer, given, made), inside))
    except Exception as error:
        if not may_be_of_a_users_class(error, layer):
            raise
        return None


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of ``counts``; None if any of them is None."""
    known: int = 0
    for count in counts:
        if count is None:
            return None
        known += count
    return known


def _inside(layer: Any) -> int | None:
    """Multiply-adds of the layers inside of a layer, each called once as it was built."""
    counts: list[int | None] = []
    for held in layers_held_by(layer):
        if held.weights:
            counts.append(_inside(held))
            if _kernels(held):
                given = _built_for(held)
                if given is None:
                    return None
                counts.append(_own(held, given, held.compute_output_shape((None, *given))[1:]))
    return total(counts)


def _built_for(layer: Any) -> tuple[int | None, ...] | None:
    """Shape of a layer's (first) input when it was built, without the batch; None if the layer does not say."""
    shapes = layer.get_build_config() or {}
    several = shapes.get("shapes_dict") or {"input": shapes.get("input_shape")}
    # A model that was made of tensors was not built by a call; the cell of a recurrent layer is called by no tensor.
    shape = next(iter(several.values())) or getattr(layer, "input_shape", None)
    if shape is None:
        return None
    return tuple(shape[0] if isinstance(shape[0], tuple | list) else shape)[1:]


def _kernels(layer: Any) -> list[tuple[int, ...]]:
    """Shapes of a layer's own kernels, without those of the layers that it holds."""
    others = {id(weight) for held in layers_held_by(layer) for weight in held.weights}
    return [w.shape for w in layer.weights if w.name in _KERNELS and id(w) not in others]


def _own(layer: Any, given: Shape, made: Shape) -> int | None:
    """Multiply-adds of a layer's own kernels, from the shapes of its input and output."""
    kernels = _kernels(layer)
    if not kernels:
        return 0
    products = traits_of(layer).products
    if products == "otherwise":
        return None
    moving = given if products == "input" else made
    first = getattr(layer, "data_format", None) == "channels_first"
    positions = moving[1:] if first else moving[:-1]
    if None in positions:
        return None
    return math.prod(positions) * sum(map(math.prod, kernels))  # type: ignore[arg-type]
