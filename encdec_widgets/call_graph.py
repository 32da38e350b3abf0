"""A Keras model read as a graph of calls: what is computed, in which order, from what, and how large it is.

A layer may be called more than once; here each call is a node, so that the graph never has a cycle.
"""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any

import networkx as nx
import numpy as np

from encdec_widgets.graph import BuiltBlock, calls_to, is_skip, owners_of
from encdec_widgets.multiply_adds import multiply_adds
from encdec_widgets.windows import windows_of


def call_graph(model: Any, blocks: Sequence[BuiltBlock]) -> "nx.DiGraph[str]":
    """The calls that a functional Keras model makes of its layers.

    Args:
        model: A functional ``keras.Model``.
        blocks: The blocks it was built from, in order.

    Returns:
        A node per call, in the order in which they are computed, named as the layer; further calls of one layer have
        ``:1``, ``:2`` and so on after it. Node attributes: ``layer`` (name of the layer), ``kind`` (its class),
        ``block`` (prefix of its block, None outside of blocks), ``output_of`` (names of the blocks whose output it
        makes, as ``backbone.blocks`` has them; several where blocks pass on what they are given), ``shapes`` (of all
        outputs, each height, width, channels; None where unknown), ``inputs`` (the calls that it takes something from,
        in order, as often as it does), ``is_output`` (whether it makes an output of the model), ``windows`` (see
        :func:`encdec_widgets.windows.windows_of`), ``multiply_adds`` (for one image; None where it cannot be told) and,
        all 0 but at a layer's first call, ``parameters``, ``trainable_parameters`` and ``weight_bytes`` (as they are
        stored). Edge attribute ``skip``: whether it brings a skip connection's source to a decoder block.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    calls = calls_to(model.outputs)
    owners = owners_of(blocks)
    outputs = {id(tensor) for tensor in model.outputs}
    of_blocks: dict[int, list[str]] = {}
    for built in blocks:
        of_blocks.setdefault(id(built.output), []).append(built.call.prefix)
    names: dict[int, str] = {}  # of the call that made a tensor, by the tensor's id
    counts: dict[str, int] = {}
    for call in calls:
        layer = call.operation
        count = counts[layer.name] = counts.get(layer.name, -1) + 1
        name = f"{layer.name}:{count}" if count else layer.name
        owner = owners.get(id(layer))
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
            windows=windows_of(call),
            multiply_adds=multiply_adds(call),
            **(_weights(layer) if not count else _NO_WEIGHTS),
        )
        names.update((id(tensor), name) for tensor in call.output_tensors)
        for tensor in call.input_tensors:
            graph.add_edge(names[id(tensor)], name, skip=is_skip(tensor, owner, owners))
    return graph


_NO_WEIGHTS = {"parameters": 0, "trainable_parameters": 0, "weight_bytes": 0}


def _weights(layer: Any) -> dict[str, int]:
    """Counts of a layer's weights; a bare function of ``keras.ops`` has none."""
    sizes = {id(weight): math.prod(weight.shape) for weight in getattr(layer, "weights", ())}
    return {
        "parameters": sum(sizes.values()),
        "trainable_parameters": sum(sizes[id(w)] for w in getattr(layer, "trainable_weights", ())),
        "weight_bytes": sum(
            sizes[id(weight)] * np.dtype(weight.dtype).itemsize for weight in getattr(layer, "weights", ())
        ),
    }
