"""Weights that are described when layers are made, and filled when their values are needed.

Shapes and counts are known before memory is taken, and a network that is only looked at never takes any. The values
do not depend on when they are filled: an initializer draws its seed when its layer is made.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encdec_widgets._keras import keras
from encdec_widgets.networks.keras_private import (
    device_noted_for,
    fill_variable,
    in_stateless_scope,
    initialize_like,
    initialize_with,
    is_filled,
    place_on,
    waiting_list,
)
from encdec_widgets.networks.scopes import device_here, on_device


class _NotingDevices(list[Any]):
    """Variables, each with a note of the device on which Keras would have filled it."""

    def append(self, variable: Any) -> None:
        place_on(variable, device_here())
        super().append(variable)


@contextmanager
def unfilled(*, on: Any | None = None) -> Iterator[list[Any]]:
    """Let the layers that are made inside the ``with`` statement describe their weights without filling them.

    Args:
        on: The device on which all of them are to be filled, as :func:`~encdec_widgets.networks.scopes.device_here`
            gives it. None asks for that of each weight: inside of the statement there may be scopes as well.

    Yields:
        The variables that were described, complete when the statement ends; :func:`fill` fills them.
    """
    variables: list[Any] = [] if on is not None else _NotingDevices()
    with waiting_list(variables), keras.StatelessScope(initialize_variables=False) as scope:
        yield variables
    for variable in variables:
        if on is not None:
            place_on(variable, on)
        value = scope.get_current_value(variable)
        if value is not None:  # It was set, as by a block that loads pretrained weights.
            initialize_with(variable, functools.partial(keras.ops.copy, value))


def fill(variables: Iterable[Any]) -> None:
    """Give values to those of ``variables`` that have none yet, each on the device on which it was described.

    In a ``keras.StatelessScope``, none gets a value.
    """
    if in_stateless_scope():
        return
    waiting = (variable for variable in variables if not is_filled(variable))
    for device, together in itertools.groupby(waiting, device_noted_for):
        with on_device(device):
            for variable in together:
                fill_variable(variable)


def fill_at_random(variables: Iterable[Any]) -> None:
    """Give values to those of ``variables`` that have none yet, random ones in place of what initializers would draw.

    JAX compiles an initializer anew for every shape: half a second a layer, for values that do not matter to a clock.
    """
    random = np.random.default_rng()
    variables = list(variables)
    for variable in variables:
        if not is_filled(variable) and len(variable.shape) > 1:
            initialize_with(variable, functools.partial(_uniform, variable.shape, random))
    fill(variables)


def draw_again(variables: Iterable[Any], random: np.random.Generator) -> None:
    """Give other random values to those of ``variables`` that :func:`fill_at_random` gives random ones."""
    for variable in variables:
        if len(variable.shape) > 1:
            variable.assign(_uniform(variable.shape, random))


def _uniform(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
    bound = math.sqrt(3 / math.prod(shape[:-1]))
    return random.uniform(-bound, bound, shape)


def bytes_of(variables: Iterable[Any]) -> int:
    """Bytes that the values of ``variables`` take as they are stored, filled or not."""
    return sum(math.prod(variable.shape) * np.dtype(variable.dtype).itemsize for variable in variables)


def take_over(variable: Any, earlier: Any) -> None:
    """Let a variable have the values of an earlier one of the same shape, or those that it would have got."""
    if is_filled(variable):
        variable.assign(earlier.value)
    elif is_filled(earlier):
        # A copy: JAX gives the memory of weights away when it trains.
        initialize_with(variable, lambda: keras.ops.copy(earlier.value))
    else:
        initialize_like(variable, earlier)
