"""Keras models read into networkx graphs: a node a layer, folded into a node a block.

Shapes, counts and strides come from the model's own layers. The layers of a block are those that its ``make_block``
made (:class:`BuiltBlock`), so that this works for any block that a user writes.
"""

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from encdec_widgets.networks.block_labels import block_label
from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.keras_private import call_that_made, calls_to, is_input, maker_of
from encdec_widgets.networks.layer_traits import traits_of
from encdec_widgets.networks.multiply_adds import multiply_adds, total
from encdec_widgets.networks.strides import coarseness, one_stride, strides_of


def layer_graph(model: Any, blocks: Sequence[BuiltBlock]) -> "nx.DiGraph[str]":
    """The layers of a functional Keras model.

    Args:
        model: A functional ``keras.Model``.
        blocks: The blocks it was built from, in order.

    Returns:
        A node per layer, named as the layer, in the model's order. Node attributes:

        - ``kind``: class of the layer.
        - ``traits``: see :class:`encdec_widgets.networks.layer_traits.Traits`.
        - ``block``: prefix of its block; None outside of blocks.
        - ``stage``: "input", "stem", "encoder", "decoder", "head", "join" or "other".
        - ``stack``: from 0.
        - ``shape``: of the output: height, width, channels; None where unknown.
        - ``channels``: the last of them.
        - ``strides``: input size over output size, along height and along width; a fraction below 1 where the output is
          larger. None where one of the two is unknown.
        - ``stride``: the one number that both are; None where they differ.
        - ``kernel_size``: (height, width), or as many sizes as the layer has; None where it has none that can be read.
        - ``parameters``: how many weights it has.
        - ``multiply_adds``: for one image, of all calls of the layer (exact); None where it is unknown, see
          :func:`encdec_widgets.networks.multiply_adds.multiply_adds`.

        Edge attribute ``skip``: whether it brings a skip connection's source to a decoder block.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    calls = calls_to(model.outputs)
    outputs = {id(call.operation): call.output_tensors[0] for call in calls}
    owners = owners_of(blocks)
    strides = strides_of(calls)
    products: dict[int, list[int | None]] = {}
    for call in calls:
        products.setdefault(id(call.operation), []).append(multiply_adds(call))
    for operation in model.operations:
        owner = owners.get(id(operation))
        shape = tuple(outputs[id(operation)].shape[1:])
        graph.add_node(
            operation.name,
            kind=type(operation).__name__,
            traits=traits_of(operation),
            block=owner.call.prefix if owner else None,
            stage=owner.call.stage if owner else ("input" if is_input(operation) else "other"),
            stack=owner.stack if owner else 0,
            shape=shape,
            channels=shape[-1] if shape else None,
            strides=strides[id(operation)],
            stride=one_stride(strides[id(operation)]),
            kernel_size=_kernel_size(operation),
            # A bare function of keras.ops, or x + y, is an operation without parameters.
            parameters=operation.count_params() if hasattr(operation, "count_params") else 0,
            multiply_adds=total(products[id(operation)]),
        )
    for call in calls:
        owner = owners.get(id(call.operation))
        for tensor in call.input_tensors:
            source = maker_of(tensor)
            graph.add_edge(source.name, call.operation.name, skip=is_skip(tensor, owner, owners))
    return graph


def is_skip(tensor: Any, owner: BuiltBlock | None, owners: Mapping[int, BuiltBlock]) -> bool:
    """Whether a tensor that a layer takes comes to the layer's block by a skip connection.

    Args:
        tensor: A symbolic tensor.
        owner: The block of the layer that takes it, if it has one.
        owners: What :func:`owners_of` returned.
    """
    return (
        owner is not None
        and tensor is owner.call.skip_source
        and tensor is not owner.call.x
        and owners.get(id(maker_of(tensor))) is not owner
    )


def block_graph(layers: "nx.DiGraph[str]", blocks: Sequence[BuiltBlock]) -> "nx.DiGraph[str]":
    """Layers folded into their blocks.

    Args:
        layers: What :func:`layer_graph` returned.
        blocks: The blocks the model was built from, in order.

    Returns:
        A node per block that has layers, named by the prefix of its layers, in order; the input and any layer
        outside of a block stand for themselves. Node attributes: ``definition`` (the block itself, as it was
        given; None for the input and for layers outside of blocks), ``kind`` (class of the block), ``label``
        (what a person reads: see :func:`~encdec_widgets.networks.block_labels.block_label`), ``stage``,
        ``stack``, ``index`` (in its stage), ``has_source`` (whether there is a feature for its skip
        connection), ``skip_source`` (name of the block that the feature is of; None without one), ``pools``
        (whether it has a pooling layer), ``layers`` (names), ``shape``, ``channels``, ``strides`` and
        ``stride`` of the output, ``kernel_sizes`` (the different ones), ``parameters`` (sum), ``multiply_adds``
        (sum, for one image; None if that of any layer is), ``column`` (order) and ``row`` (0 for the smallest
        strides, 1 for the next, ...). Edge attributes: ``skip`` and, for a skip, ``merge`` ("concatenation",
        "addition" or the class of the layer that merges).
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    members: dict[str, list[str]] = {}
    for name, data in layers.nodes(data=True):
        members.setdefault(data["block"] or name, []).append(name)
    by_prefix = {built.call.prefix: built for built in blocks}
    outside = [name for name in members if name not in by_prefix]
    inputs = [name for name in outside if layers.nodes[name]["stage"] == "input"]
    order = [*inputs, *(p for p in by_prefix if p in members), *(n for n in outside if n not in inputs)]
    several_stacks = any(built.stack for built in blocks)
    owners = owners_of(blocks)
    for column, name in enumerate(order):
        built = by_prefix.get(name)
        output = maker_of(built.output).name if built else name
        data = layers.nodes[output]
        kernels = [layers.nodes[member]["kernel_size"] for member in members[name]]
        graph.add_node(
            name,
            definition=built.call.block if built else None,
            kind=type(built.call.block).__name__ if built else data["kind"],
            label=block_label(name, several_stacks=several_stacks),
            stage=data["stage"],
            stack=data["stack"],
            index=built.call.index if built else 0,
            has_source=built is not None and built.call.skip_source is not None,
            skip_source=_skip_source(built, owners),
            pools=any(layers.nodes[member]["kind"].endswith("Pooling2D") for member in members[name]),
            layers=tuple(members[name]),
            shape=data["shape"],
            channels=data["channels"],
            strides=data["strides"],
            stride=data["stride"],
            kernel_sizes=tuple(dict.fromkeys(size for size in kernels if size)),
            parameters=sum(layers.nodes[member]["parameters"] for member in members[name]),
            multiply_adds=total(layers.nodes[member]["multiply_adds"] for member in members[name]),
            column=column,
        )
    add_rows(graph)
    for source, target, data in layers.edges(data=True):
        ends = layers.nodes[source]["block"] or source, layers.nodes[target]["block"] or target
        if ends[0] == ends[1]:
            continue
        if data["skip"]:
            graph.add_edge(*ends, skip=True, merge=_merge(layers, members[ends[1]], target))
        elif not graph.has_edge(*ends):
            graph.add_edge(*ends, skip=False)
    return graph


def _skip_source(built: BuiltBlock | None, owners: Mapping[int, BuiltBlock]) -> str | None:
    """The name of the block whose output a decoder block is given for its skip connection."""
    if built is None or built.call.skip_source is None:
        return None
    maker = maker_of(built.call.skip_source)
    owner = owners.get(id(maker))
    return str(owner.call.prefix if owner else maker.name)


def add_rows(graph: "nx.DiGraph[str]") -> None:
    """Give every node its ``row``: 0 for the smallest ``strides``, 1 for the next; None where they are unknown."""
    strides = sorted({data["strides"] for _, data in graph.nodes(data=True)} - {None}, key=coarseness)
    rows = {one: row for row, one in enumerate(strides)}
    for _, data in graph.nodes(data=True):
        data["row"] = rows.get(data["strides"])


def _merge(layers: "nx.DiGraph[str]", block: Sequence[str], target: str) -> str:
    """How a skip that enters a block at ``target`` joins it: in the first layer that the block's input reaches too."""
    inside = layers.subgraph(block)
    reached: set[str] = set()
    for source, name, data in layers.in_edges(inside, data=True):
        if source not in inside and not data["skip"]:
            reached |= {name, *nx.descendants(inside, name)}
    joined = reached & {target, *nx.descendants(inside, target)}
    first = next((name for name in nx.topological_sort(inside) if name in joined), target)
    data = layers.nodes[first]
    return str(data["traits"].merge or data["kind"])


def _kernel_size(layer: Any) -> tuple[int, ...] | None:
    """The sizes of a layer's kernel; None if it has none, or if a user's layer keeps something else by that name."""
    size = getattr(layer, "kernel_size", None)
    sizes = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    readable = all(isinstance(one, numbers.Integral) and not isinstance(one, bool) for one in sizes)
    return tuple(int(one) for one in sizes) if sizes and readable else None


def owners_of(blocks: Sequence[BuiltBlock]) -> dict[int, BuiltBlock]:
    """The block of each operation, by its id; of one that several blocks share, the first that used it."""
    owners: dict[int, BuiltBlock] = {}
    seen: set[int] = set()
    for built in blocks:
        call = built.call
        seen.update(id(tensor) for tensor in (call.x, call.skip_source, *call.others))
        pending = [built.output]
        while pending:
            tensor = pending.pop()
            made_by = call_that_made(tensor)
            if id(tensor) in seen or is_input(made_by.operation):
                continue
            seen.add(id(tensor))
            owners.setdefault(id(made_by.operation), built)
            pending.extend(made_by.input_tensors)
    return owners
