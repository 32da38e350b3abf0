"""A Keras model read as a graph of calls: what is computed, in which order, from what, and how large it is.

A layer may be called more than once. Each call is a node of its own, so that the graph never has a cycle.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import networkx as nx

from encdec_widgets.networks.built_block import BuiltBlock
from encdec_widgets.networks.call_windows import windows_of
from encdec_widgets.networks.graph import is_skip, owners_of
from encdec_widgets.networks.keras_private import calls_to
from encdec_widgets.networks.layer_traits import traits_of
from encdec_widgets.networks.multiply_adds import multiply_adds
from encdec_widgets.networks.weights import bytes_of, number_in


def call_graph(model: Any, blocks: Sequence[BuiltBlock]) -> "nx.DiGraph[str]":
    """The calls that a functional Keras model makes of its layers.

    Args:
        model: A functional ``keras.Model``.
        blocks: The blocks it was built from, in order.

    Returns:
        A node per call, in the order in which they are computed, named as the layer; further calls of one layer have
        ``:1``, ``:2`` and so on after it. Node attributes:

        - ``layer``: name of the layer.
        - ``kind``: its class.
        - ``traits``: see :class:`encdec_widgets.networks.layer_traits.Traits`.
        - ``block``: prefix of its block; None outside of blocks.
        - ``output_of``: names of the blocks whose output it makes, as ``backbone.blocks`` has them; several where
          blocks pass on what they are given.
        - ``shapes``: of all outputs, each height, width, channels; None where unknown.
        - ``inputs``: the calls whose outputs it takes, in order; one that it takes twice is there twice.
        - ``is_output``: whether it makes an output of the model; ``outputs``: which of its outputs, by their number.
        - ``windows``: see :func:`encdec_widgets.networks.call_windows.windows_of`.
        - ``multiply_adds``: for one image; None where it is unknown.
        - ``parameters`` and ``weight_bytes`` (as they are stored): of those weights of the layer that no call before it
          has.
        - What :func:`as_trained_now` adds.

        Edge attribute ``skip``: whether it brings a skip connection's source to a decoder block.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    calls = calls_to(model.outputs)
    owners = owners_of(blocks)
    outputs: dict[int, list[int]] = {}
    for number, tensor in enumerate(model.outputs):
        outputs.setdefault(id(tensor), []).append(number)
    of_blocks: dict[int, list[str]] = {}
    for built in blocks:
        of_blocks.setdefault(id(built.output), []).append(built.call.prefix)
    names: dict[int, str] = {}  # of the call that made a tensor, by the tensor's id
    counts: dict[str, int] = {}
    counted: set[int] = set()  # ids of weights
    for call in calls:
        layer = call.operation
        count = counts[layer.name] = counts.get(layer.name, -1) + 1
        name = f"{layer.name}:{count}" if count else layer.name
        owner = owners.get(id(layer))
        weights = _uncounted(_weights(layer), counted)
        graph.add_node(
            name,
            layer=layer.name,
            kind=type(layer).__name__,
            block=owner.call.prefix if owner else None,
            output_of=tuple(
                chain.from_iterable(of_blocks.get(id(tensor), ()) for tensor in call.output_tensors)
            )
            + (() if owner else (layer.name,)),
            shapes=tuple(tuple(tensor.shape[1:]) for tensor in call.output_tensors),
            inputs=tuple(names[id(tensor)] for tensor in call.input_tensors),
            is_output=any(id(tensor) in outputs for tensor in call.output_tensors),
            outputs=tuple(chain.from_iterable(outputs.get(id(tensor), ()) for tensor in call.output_tensors)),
            windows=windows_of(call),
            multiply_adds=multiply_adds(call),
            traits=traits_of(layer),
            parameters=number_in(weights),
            weight_bytes=bytes_of(weights),
        )
        names.update((id(tensor), name) for tensor in call.output_tensors)
        for tensor in call.input_tensors:
            graph.add_edge(names[id(tensor)], name, skip=is_skip(tensor, owner, owners))
    return as_trained_now(graph, model)


def as_trained_now(calls: "nx.DiGraph[str]", model: Any) -> "nx.DiGraph[str]":
    """The calls of a model, with the weights that training changes as the model is now.

    Layers can be frozen and unfrozen at any time; the rest of the graph stays as it is.

    Args:
        calls: What :func:`call_graph` returned.
        model: The model that it was made from.

    Returns:
        A copy with the node attributes ``is_trained`` (whether training changes any weight of the layer) and, of those
        weights that no call before it has, ``trainable_parameters`` and ``trainable_bytes`` (as they are stored).
    """
    layers = {operation.name: operation for operation in model.operations}
    trainable = {id(weight) for weight in model.trainable_weights}
    counted: set[int] = set()
    now = calls.copy()
    for _, call in now.nodes(data=True):
        trained = [weight for weight in _weights(layers[call["layer"]]) if id(weight) in trainable]
        weights = _uncounted(trained, counted)
        call.update(
            is_trained=bool(trained),
            trainable_parameters=number_in(weights),
            trainable_bytes=bytes_of(weights),
        )
    return now


def _weights(layer: Any) -> list[Any]:
    """A layer's weights, and those of the layers inside of it, each once; a bare function of ``keras.ops`` has none."""
    return list(getattr(layer, "weights", ()))


def _uncounted(weights: Iterable[Any], counted: set[int]) -> list[Any]:
    """Those of ``weights`` that were not counted before; from now on they are."""
    new = [weight for weight in weights if id(weight) not in counted]
    counted.update(map(id, new))
    return new
