"""What a network costs: parameters and multiply-adds (exact), and memory (an estimate)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import attrs

from encdec_widgets.architectures.fields.info import FieldInfo
from encdec_widgets.explain.live_memory import inference_peak, training_peak_values, values_put_out
from encdec_widgets.explain.weight_memory import copy_bytes, weight_memory
from encdec_widgets.networks.multiply_adds import total

if TYPE_CHECKING:
    import networkx as nx

Precision = Literal["float32", "mixed_float16", "mixed_bfloat16"]
PRECISIONS: tuple[str, ...] = get_args(Precision)
MOST_IMAGES = 65536
"""The largest batch whose costs are computed, or that is timed."""

_BATCH_SIZE = FieldInfo(
    kind="integer",
    default=1,
    minimum=1,
    maximum=MOST_IMAGES,
    help="Images that go through the network at once.",
)
_PRECISION = FieldInfo(
    kind="choice",
    default=None,
    optional=True,
    choices=PRECISIONS,
    help="How maps and weights are computed with.",
)
# By Keras's dtype policy; a network can have been built with any of these.
_VALUE_BYTES = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "mixed_float16": 2,
    "mixed_bfloat16": 2,
}


@attrs.frozen(kw_only=True)
class PartCost:
    """What a layer or a block costs.

    Weights count once, however often their layer is called and however many layers share them, at the layer and the
    block that have them first; multiply-adds and maps count at every call.

    Attributes:
        parameters: How many weights it has (exact).
        trainable_parameters: How many of them training changes (exact).
        multiply_adds: For one image (exact; None where it is unknown: see
            :func:`encdec_widgets.networks.multiply_adds.multiply_adds`).
        weight_bytes: Bytes of its weights as they are stored (exact).
        map_bytes: Bytes of all feature maps that it puts out, of the whole batch, at the precision that they are
            computed in (exact; None where a size is open). Where memory goes when a network is trained. An input
            puts out the image, at that precision too. Maps inside of a user's layer are not seen, nor is a precision
            that a layer has for itself.
    """

    parameters: int
    trainable_parameters: int
    multiply_adds: int | None
    weight_bytes: int
    map_bytes: int | None


@attrs.frozen(kw_only=True)
class Cost(PartCost):
    """What a network costs at a batch size and a precision; the fields of :class:`PartCost` are of all its layers.

    The two estimates of memory hold weights and maps, and nothing of the backend: not the backend itself and its
    compiled code, nor workspaces of the algorithms that compute a layer, nor what an allocator keeps or wastes.
    How far they lie from what was measured stands in ``tests/benchmarks``.

    In mixed precision, a copy of all weights in half precision counts in both estimates: backends make it for each
    layer as it is called, and keep it for the backward pass. At another precision than the network was built with,
    weights count as they are stored now.

    Attributes:
        batch_size: Images that go through it at once.
        precision: The Keras dtype policy that it computes with: "float32", "mixed_float16" or "mixed_bfloat16", where
            maps take two bytes a value; or another one that it was built with, such as "float64".
        copy_bytes: Bytes of the copy of all weights in half precision; 0 but in mixed precision.
        inference_weight_bytes: The part of ``inference_bytes`` that does not depend on the images: all weights and
            their copies.
        training_weight_bytes: The part of ``training_bytes`` that does not depend on the images: also the gradients of
            the trained weights and the two averages that Adam keeps of each (see
            :func:`encdec_widgets.explain.weight_memory.weight_memory`).
        inference_bytes: The most memory that a forward pass holds at any time (an estimate; None where a size is open):
            all weights, and the feature maps that are needed at that time, the images included (see
            :func:`encdec_widgets.explain.live_memory.inference_peak`).
        peak_layer: The layer at which that is reached.
        training_bytes: The most memory that a training step holds (an estimate; None where a size is open): all
            weights; of those that are trained, the gradients and the two averages that Adam keeps; all feature maps,
            which the backward pass needs, the images included; and the gradients of maps at the time when most are
            held (see :func:`encdec_widgets.explain.live_memory.training_peak_values`). Targets, the loss and what an
            optimizer needs while it computes do not count.
        blocks: The costs of blocks, by the names that they have in ``backbone.blocks``.
        layers: The costs of layers, by the names that they have in ``backbone.layers``.
    """

    batch_size: int
    precision: str
    copy_bytes: int
    inference_weight_bytes: int
    training_weight_bytes: int
    inference_bytes: int | None
    peak_layer: str | None
    training_bytes: int | None
    blocks: Mapping[str, PartCost] = attrs.field(repr=False)
    layers: Mapping[str, PartCost] = attrs.field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self)


POLICIES = frozenset(_VALUE_BYTES)
"""Keras's dtype policies that costs are known of."""


def value_bytes(policy: str) -> int:
    """Bytes of one value of a feature map.

    >>> value_bytes("float32"), value_bytes("mixed_float16")
    (4, 2)

    Args:
        policy: The Keras dtype policy that it is computed with.
    """
    return _VALUE_BYTES[policy]


def costs(
    calls: "nx.DiGraph[str]",
    *,
    batch_size: int = 1,
    precision: Precision | None = None,
    built_with: str = "float32",
) -> Cost:
    """What a network costs.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
        batch_size: Images that go through it at once, from 1 to 65,536.
        precision: "float32", "mixed_float16", "mixed_bfloat16" or ``built_with``; None for ``built_with``.
        built_with: The Keras dtype policy that it was built with.

    Raises:
        FieldError: (a ValueError) If there is no such batch size or precision.
    """
    batch_size = _BATCH_SIZE.accept("batch_size", batch_size)
    policy = built_with if precision in (None, built_with) else _PRECISION.accept("precision", precision)
    of_a_value = value_bytes(policy)
    per_call = {name: _of_call(call, batch_size * of_a_value) for name, call in calls.nodes(data=True)}
    blocks: dict[str, list[PartCost]] = {}
    layers: dict[str, list[PartCost]] = {}
    for name, call in calls.nodes(data=True):
        blocks.setdefault(call["block"] or call["layer"], []).append(per_call[name])
        layers.setdefault(call["layer"], []).append(per_call[name])
    whole = _sum(per_call.values())
    copies = copy_bytes(whole.parameters, policy)
    trained_bytes = sum(call["trainable_bytes"] for _, call in calls.nodes(data=True))
    in_inference = weight_memory(whole.weight_bytes, copies=copies)
    in_training = weight_memory(whole.weight_bytes, copies=copies, trained_bytes=trained_bytes)
    inference, training = inference_peak(calls), training_peak_values(calls)
    inference_bytes = training_bytes = None
    if inference is not None and training is not None:
        inference_bytes = in_inference + inference.values * batch_size * of_a_value
        training_bytes = in_training + training * batch_size * of_a_value
    return Cost(
        **attrs.asdict(whole),
        batch_size=batch_size,
        precision=policy,
        copy_bytes=copies,
        inference_weight_bytes=in_inference,
        training_weight_bytes=in_training,
        inference_bytes=inference_bytes,
        peak_layer=inference.layer if inference else None,
        training_bytes=training_bytes,
        blocks={name: _sum(parts) for name, parts in blocks.items()},
        layers={name: _sum(parts) for name, parts in layers.items()},
    )


def _of_call(call: Mapping[str, Any], bytes_of_a_value: int) -> PartCost:
    values = values_put_out(call)
    return PartCost(
        parameters=call["parameters"],
        trainable_parameters=call["trainable_parameters"],
        multiply_adds=call["multiply_adds"],
        weight_bytes=call["weight_bytes"],
        map_bytes=None if values is None else values * bytes_of_a_value,
    )


def _sum(parts: Iterable[PartCost]) -> PartCost:
    parts = list(parts)
    return PartCost(
        parameters=sum(part.parameters for part in parts),
        trainable_parameters=sum(part.trainable_parameters for part in parts),
        multiply_adds=total(part.multiply_adds for part in parts),
        weight_bytes=sum(part.weight_bytes for part in parts),
        map_bytes=total(part.map_bytes for part in parts),
    )
