"""The costs and receptive fields of a network as a table, with a row for each block or each layer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.explain.table import Row, stride_value

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.explain.costs import Cost, PartCost
    from encdec_widgets.explain.receptive_field import MapReceptiveField, ReceptiveField


def block_cost_rows(blocks: "nx.DiGraph[str]", cost: "Cost", receptive_field: "ReceptiveField") -> list[Row]:
    """The costs and the receptive field of each block, in the network's order.

    Args:
        blocks: What ``backbone.blocks`` is: see :func:`encdec_widgets.networks.graph.block_graph`.
        cost: What ``backbone.cost()`` is.
        receptive_field: What ``backbone.receptive_field()`` is.

    Returns:
        A dict a block: ``name`` (as the picture has it), ``kind``, ``stage``, ``stride``, ``parameters``
        (weights that layers share count once, at the first), ``trainable`` (of them), ``multiply-adds`` (for one
        image), ``weight bytes``, ``map bytes`` (of all maps that it puts out, at the batch size and precision of
        ``cost``), ``receptive field height`` and ``receptive field width`` (of its output, px). What is not known
        is None, and so is the receptive field of a block that sees the whole image.
    """
    return [
        _row(str(data["label"]), data, cost.blocks[name], receptive_field.blocks.get(name))
        for name, data in blocks.nodes(data=True)
    ]


def layer_cost_rows(layers: "nx.DiGraph[str]", cost: "Cost", receptive_field: "ReceptiveField") -> list[Row]:
    """The costs and the receptive field of each layer, in the network's order, as :func:`block_cost_rows` has them.

    Args:
        layers: What ``backbone.layers`` is: see :func:`encdec_widgets.networks.graph.layer_graph`.
        cost: What ``backbone.cost()`` is.
        receptive_field: What ``backbone.receptive_field()`` is.
    """
    return [
        _row(name, data, cost.layers[name], receptive_field.layers.get(name))
        for name, data in layers.nodes(data=True)
    ]


def _row(name: str, data: Mapping[str, Any], cost: "PartCost", seen: "MapReceptiveField | None") -> Row:
    height, width = (seen.size if seen is not None else None) or (None, None)
    return {
        "name": name,
        "kind": str(data["kind"]),
        "stage": str(data["stage"]),
        "stride": stride_value(data["strides"]),
        "parameters": cost.parameters,
        "trainable": cost.trainable_parameters,
        "multiply-adds": cost.multiply_adds,
        "weight bytes": cost.weight_bytes,
        "map bytes": cost.map_bytes,
        "receptive field height": height,
        "receptive field width": width,
    }
