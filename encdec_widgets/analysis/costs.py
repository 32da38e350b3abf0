"""What a network costs: parameters and multiply-adds, which are exact, and memory, which is an estimate."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

if TYPE_CHECKING:
    import networkx as nx

Precision = Literal["float32", "mixed_float16", "mixed_bfloat16"]


@attrs.frozen(kw_only=True)
class PartCost:
    """What a layer or a block costs.

    Attributes:
        parameters: How many weights it has (exact).
        trainable_parameters: How many of them training changes (exact).
        multiply_adds: For one image (exact; None where it cannot be told).
        weight_bytes: Bytes of its weights as they are stored (exact).
        map_bytes: Bytes of all feature maps that it puts out, of the whole batch, at the precision that they are
            computed in (exact; None where a size is open). Where memory goes when a network is trained.
    """

    parameters: int
    trainable_parameters: int
    multiply_adds: int | None
    weight_bytes: int
    map_bytes: int | None


@attrs.frozen(kw_only=True)
class Cost(PartCost):
    """What a network costs at a batch size and a precision; the fields of :class:`PartCost` are of all its layers.

    Attributes:
        batch_size: Images that go through it at once.
        precision: "float32", or "mixed_float16" or "mixed_bfloat16", where maps take two bytes a value.
        inference_bytes: The most memory that a forward pass holds at any time (an estimate).
        peak_layer: The layer at which that is reached.
        training_bytes: What a training step holds (an estimate).
        blocks: The costs of blocks, by the names that they have in ``backbone.blocks``.
        layers: The costs of layers, by the names that they have in ``backbone.layers``.
    """

    batch_size: int
    precision: Precision
    inference_bytes: int | None
    peak_layer: str | None
    training_bytes: int | None
    blocks: Mapping[str, PartCost] = attrs.field(repr=False)
    layers: Mapping[str, PartCost] = attrs.field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self)


def costs(calls: "nx.DiGraph[str]", *, batch_size: int = 1, precision: Precision = "float32") -> Cost:
    """What a network costs.

    Args:
        calls: What :func:`encdec_widgets.call_graph.call_graph` returned.
        batch_size: Images that go through it at once, from 1.
        precision: As in :class:`Cost`.

    Raises:
        ValueError: If there is no such batch size or precision.
    """
    raise NotImplementedError
