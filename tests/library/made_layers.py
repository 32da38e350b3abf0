"""What a network computes, apart from the names of its layers: to be compared with another network."""

import json
from collections.abc import Iterable
from typing import Any

from encdec_widgets.networks.keras_private import call_that_made, is_input

_NUMBERS: dict[Any, int] = {}
_PASS_ON = (("Activation", "linear", None), ("UpSampling2D", None, (1, 1)))


def computed(outputs: Iterable[Any]) -> tuple[int, ...]:
    """A number for each output: of two, the same where the same layers make them in the same order of the same inputs.

    Layers that put out what they get are passed over: a linear activation, and upsampling to the same size.
    """
    known: dict[int, int] = {}
    return tuple(_number(tensor, known) for tensor in outputs)


def names(outputs: Iterable[Any]) -> frozenset[str]:
    """The names of all layers that have a part in the outputs."""
    found: dict[int, Any] = {}
    pending = list(outputs)
    while pending:
        tensor = pending.pop()
        if id(tensor) not in found:
            call = call_that_made(tensor)
            found[id(tensor)] = (tensor, call.operation.name)
            pending += [] if is_input(call.operation) else call.input_tensors
    return frozenset(name for _, name in found.values())


def _number(tensor: Any, known: dict[int, int]) -> int:
    if id(tensor) in known:
        return known[id(tensor)]
    call = call_that_made(tensor)
    kind = type(call.operation).__name__
    before = tuple(_number(source, known) for source in call.input_tensors)
    config = {name: value for name, value in call.operation.get_config().items() if name != "name"}
    if is_input(call.operation):
        number = _NUMBERS.setdefault(call.operation.name, len(_NUMBERS))
    elif (kind, config.get("activation"), config.get("size")) in _PASS_ON:
        (number,) = before
    else:
        key = (kind, json.dumps(config, sort_keys=True, default=str), before)
        number = _NUMBERS.setdefault(key, len(_NUMBERS))
    known[id(tensor)] = number
    return number
