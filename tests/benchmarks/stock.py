"""The same network in stock Keras, as a person would write it: what the benchmarks are compared with.

A recipe is read off a built model once, outside of what is timed. Following it does no more than a handwritten
function: `keras.Input`, one constructor with plain arguments and one call for every layer, and `keras.Model`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import attrs

from encdec_widgets._keras import keras


@attrs.frozen
class Step:
    """One layer, as a line of code makes it.

    Attributes:
        layer: Its class.
        name: Its name.
        arguments: The keyword arguments that differ from the constructor's defaults, in plain values.
        sources: Numbers of the steps that it is called on; 0 is the input.
        shape: The shape of its output, to check the result by.
    """

    layer: type
    name: str
    arguments: Mapping[str, Any]
    sources: tuple[int, ...]
    shape: tuple[int | None, ...]


@attrs.frozen
class Recipe:
    """A whole network, line by line.

    Attributes:
        input_shape: Height, width and channels.
        input_name: Name of the input layer.
        steps: The layers after the input, each after those that it is called on.
        outputs: Numbers of the steps whose outputs the model puts out.
        name: Name of the model.
        parameters: Number of parameters, to check the result by.
    """

    input_shape: tuple[int | None, ...]
    input_name: str
    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    name: str
    parameters: int


def recipe(model: Any) -> Recipe:
    """Read a recipe off a functional model of one input, whose layers put out one tensor each."""
    (x,) = model.inputs
    numbers = {id(x): 0}
    steps: list[Step] = []
    pending = list(reversed(model.outputs))
    while pending:
        tensor = pending[-1]
        if id(tensor) in numbers:
            pending.pop()
            continue
        layer, node_index, _ = tensor._keras_history
        inputs = layer._inbound_nodes[node_index].input_tensors
        missing = [source for source in inputs if id(source) not in numbers]
        if missing:
            pending.extend(reversed(missing))
            continue
        pending.pop()
        sources = tuple(numbers[id(source)] for source in inputs)
        steps.append(Step(type(layer), layer.name, _arguments(layer), sources, tuple(tensor.shape)))
        numbers[id(tensor)] = len(steps)
    return Recipe(
        input_shape=tuple(x.shape[1:]),
        input_name=x._keras_history.operation.name,
        steps=tuple(steps),
        outputs=tuple(numbers[id(output)] for output in model.outputs),
        name=model.name,
        parameters=model.count_params(),
    )


def stock(recipe: Recipe) -> Any:
    """Build the model that the recipe describes, weights included."""
    tensors = [keras.Input(recipe.input_shape, name=recipe.input_name)]
    for step in recipe.steps:
        layer = step.layer(**step.arguments, name=step.name)
        if len(step.sources) == 1:
            tensors.append(layer(tensors[step.sources[0]]))
        else:
            tensors.append(layer([tensors[source] for source in step.sources]))
    outputs = [tensors[number] for number in recipe.outputs]
    return keras.Model(tensors[0], outputs[0] if len(outputs) == 1 else outputs, name=recipe.name)


def assert_same(recipe: Recipe, model: Any) -> None:
    """Check that ``model`` has the layers, shapes and number of parameters of the recipe."""
    wanted = {step.name: step.shape for step in recipe.steps}
    found = {layer.name: tuple(layer.output.shape) for layer in model.layers}
    assert found.pop(recipe.input_name)[1:] == recipe.input_shape
    assert found == wanted, f"{recipe.name}: not the same layers and shapes"
    assert model.count_params() == recipe.parameters, f"{recipe.name}: not the same number of parameters"
    assert len(model.outputs) == len(recipe.outputs)


_LEFT_OUT = (
    "name",
    "dtype",
    "data_format",
)  # the first has a place of its own, the others are as Keras is set


def _arguments(layer: Any) -> dict[str, Any]:
    config = layer.get_config()
    parameters = inspect.signature(type(layer).__init__).parameters
    return {
        name: value
        for name, parameter in parameters.items()
        if name in config
        and name not in _LEFT_OUT
        and (value := _plain(name, config[name])) != _plain(name, parameter.default)
    }


def _plain(name: str, value: Any) -> Any:
    """The value as a person writes it: ``3`` for ``(3, 3)``, ``"he_uniform"`` for an initializer with no settings."""
    if isinstance(value, dict):
        settings = value["config"].items()
        assert all(setting is None for _, setting in settings), f"{name}={value} cannot be written plainly"
        return re.sub(r"(?<!^)(?=[A-Z])", "_", value["class_name"]).lower()
    if isinstance(value, (tuple, list)) and len(set(value)) == 1:
        return value[0]
    return "linear" if name == "activation" and value is None else value
