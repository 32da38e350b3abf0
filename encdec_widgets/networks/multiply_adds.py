"""Multiply-adds of a layer's call, counted from the shapes of its kernels.

The usual convention, so that counts agree with published ones: a multiplication and the addition that goes with it are
one multiply-add, and padding counts as if it were image. Biases, activations, normalization, pooling, resizing and
merging are not counted: they are a few percent of a network at most.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from encdec_widgets.networks.keras_private import calls_to
from encdec_widgets.networks.layer_traits import activation_is_known, traits_of
from encdec_widgets.networks.users_classes import may_be_of_a_users_class

_KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")

Shape = tuple[int | None, ...]
"""Of one image: without the batch."""


def multiply_adds(call: Any) -> int | None:
    """The multiply-adds of one call of a Keras layer, for one image (exact).

    Only layers and functions that the table of layers knows are counted, by their ``products``: see
    :class:`encdec_widgets.networks.layer_traits.Traits`. Every element of a kernel is multiplied once at every output
    position by convolutions (depthwise, separable, grouped and dilated ones too) and dense layers, and at every input
    position by transposed convolutions. ``TimeDistributed`` calls the layer that it wraps at each step, and a model in
    the model makes the calls of its own graph.

    Args:
        call: A call of an operation, as :func:`encdec_widgets.networks.keras_private.calls_to` gives them.

    Returns:
        The count; None where it is unknown: a layer or an activation that a user wrote, a layer or function that is not
        in the table (recurrent ones, attention, a product of two maps), a size that it depends on is open, a model that
        is called at another size than it was made for, or weights that were quantized or adapted.
    """
    try:
        given = [tuple(tensor.shape[1:]) for tensor in call.input_tensors]
        return _count(call.operation, given, tuple(call.output_tensors[0].shape[1:]))
    except Exception as error:
        if not may_be_of_a_users_class(error, call.operation):
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


def _count(layer: Any, given: Sequence[Shape], made: Shape) -> int | None:
    """Multiply-adds of a layer for one image, from the shapes of its inputs and of its (first) output."""
    products = traits_of(layer).products
    if products is None or not activation_is_known(layer) or _is_changed(layer):
        return None
    if products == "nothing":
        return 0
    if products == "graph":
        return _of_graph(layer, given)
    if products == "at each step":
        steps, once = given[0][0], _count(layer.layer, [given[0][1:]], made[1:])
        return once if once in (None, 0) else _product((steps, once))
    moving = given[0] if products == "input" else made
    first = getattr(layer, "data_format", None) == "channels_first"
    kernels = [kernel.shape for name in _KERNELS if (kernel := getattr(layer, name, None)) is not None]
    # Without any, Keras keeps them under another name.
    weights = sum(map(math.prod, kernels)) or None
    return _product((*(moving[1:] if first else moving[:-1]), weights))


def _is_changed(layer: Any) -> bool:
    """Whether a layer no longer multiplies by its kernel alone: it was quantized, or has an adapter (LoRA)."""
    return bool(getattr(layer, "lora_enabled", False) or getattr(layer, "quantization_mode", None))


def _of_graph(model: Any, given: Sequence[Shape]) -> int | None:
    """Multiply-adds of a model in the model, where it is called at the size that it was made for."""
    # Keras makes no graph of a Sequential that is given several tensors.
    if given != [tuple(tensor.shape[1:]) for tensor in getattr(model, "inputs", ())]:
        return None
    return total(map(multiply_adds, calls_to(model.outputs)))


def _product(factors: Sequence[int | None]) -> int | None:
    return None if None in factors else math.prod(factors)  # type: ignore[arg-type]
