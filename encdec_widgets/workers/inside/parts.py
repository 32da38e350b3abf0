"""A network taken apart into a model for each block; the models share the network's layers."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import calls_to, maker_of


def block_models(model: Any, blocks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A Keras model for each block that computes something.

    Args:
        model: A functional ``keras.Model``.
        blocks: Names of the layers of every block, by the block's name.

    Returns:
        By the block's name: a model from the feature maps that enter the block to those that leave it.
    """
    owner = {layer: block for block, layers in blocks.items() for layer in layers}
    owner |= {maker_of(tensor).name: "" for tensor in model.inputs}
    calls = calls_to(model.outputs)
    maker = {id(tensor): owner.get(call.operation.name) for call in calls for tensor in call.output_tensors}
    entering: dict[str | None, dict[int, Any]] = {}
    leaving: dict[str | None, dict[int, Any]] = {}
    for call in calls:
        block = owner.get(call.operation.name)
        for tensor in call.input_tensors:
            if maker[id(tensor)] != block:
                entering.setdefault(block, {})[id(tensor)] = tensor
                leaving.setdefault(maker[id(tensor)], {})[id(tensor)] = tensor
    for tensor in model.outputs:
        leaving.setdefault(maker[id(tensor)], {})[id(tensor)] = tensor
    return {
        block: keras.Model(list(entering[block].values()), list(leaving[block].values()))
        for block in blocks
        if block in entering and block in leaving
    }


def map_values(models: Iterable[Any], work: str) -> int:
    """What timing these models side by side keeps for each image, in values: all that enters each of them.

    Args:
        models: Models of blocks.
        work: What they are timed for; going back also starts from gradients of all that leaves them.
    """
    given = [
        tensor for model in models for tensor in model.inputs + (model.outputs if work == "training" else [])
    ]
    return sum(math.prod(tensor.shape[1:]) for tensor in given)
