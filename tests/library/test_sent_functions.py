"""Functions that a user wrote reach the process that times a network, with what they refer to."""

import functools
import math
import threading
from collections.abc import Callable
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.sent_functions import functions_of, packed, unpacked
from encdec_widgets.workers.timing import Worker, measure, network_of

SCALE = 3
LOCK = threading.Lock()


@attrs.frozen
class Activated(EncoderBlock):
    act: Any = None

    def make_block(self, x_in: Any, prefix: str = "activated") -> Any:
        x = keras.layers.Conv2D(2, 3, padding="same", activation=self.act, name=f"{prefix}_conv")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def scaled(x: Any, by: float = 2.0) -> Any:
    return keras.ops.relu(x) * by * SCALE


@keras.saving.register_keras_serializable(package="users")
def registered(x: Any) -> Any:
    return keras.ops.relu(x) * SCALE


class CalledLikeAFunction:
    def __call__(self, x: Any) -> Any:
        return x


def factorial(n: int) -> int:
    return n * factorial(n - 1) if n else 1


def adding(number: int) -> Callable[[float], int]:
    def added(x: float) -> int:
        return sum(part() for part in (lambda: math.floor(x), lambda: number, lambda: SCALE))

    return added


def locked(x: Any) -> Any:
    return x if LOCK else 0


shape = LOCK
"""Nobody can send it, and no function here looks it up: an attribute is called so."""


def by_shape(x: Any) -> Any:
    return x * x.shape[-1]


def _design(*activations: Any) -> Design:
    blocks = tuple(Activated(act=act) for act in activations)
    return Design(CustomEncoderDecoder(encoder=blocks), (16, 16, 1))


def _sent(function: Callable[..., Any]) -> Any:
    """The function as it arrives, which shares nothing with the one that was sent."""
    (arrived,) = unpacked(packed({"f": function})).values()  # type: ignore[dict-item]
    assert arrived is not function
    assert arrived.__globals__ is not globals()
    return arrived


def test_a_function_arrives_with_what_it_refers_to() -> None:
    assert _sent(factorial)(5) == 120
    assert _sent(adding(4))(1.5) == 8
    assert _sent(lambda x, *, y=2: x + y)(1) == 3
    assert float(_sent(scaled)(keras.ops.ones(()))) == 6


def test_only_functions_that_no_other_process_knows_are_sent() -> None:
    model = _design(scaled, keras.activations.gelu, "relu", scaled).build().structure
    assert list(functions_of(model).values()) == [scaled]
    assert network_of(_design(keras.activations.gelu)).functions == ""


def test_functions_keep_their_names_here() -> None:
    network = network_of(_design(scaled))
    assert "users_function_0" in network.text
    assert scaled.__name__ == "scaled"


def test_what_cannot_be_sent_is_told() -> None:
    with pytest.raises(TimingError, match=r"refers to what cannot be sent to another process: .*lock"):
        network_of(_design(locked))


def test_an_attribute_is_no_name_that_is_looked_up() -> None:
    assert _sent(by_shape)(np.ones(3)).tolist() == [3, 3, 3]
    assert _sent(lambda x: [y.shape for y in x])([np.ones(2)]) == [(2,)]
    with pytest.raises(TimingError, match="lock"):
        packed({"f": lambda x: [shape for _ in x]})


def test_a_function_keeps_its_module_which_libraries_ask_for() -> None:
    assert _sent(scaled).__module__ == scaled.__module__


@pytest.mark.parametrize("activation", [functools.partial(scaled, by=3.0), CalledLikeAFunction()])
def test_what_keras_cannot_write_down_is_told(activation: Any) -> None:
    with pytest.raises(
        TimingError, match=r"cannot be written down .*; a function with def in its place can\."
    ):
        network_of(_design(activation))


@pytest.mark.backend
def test_a_network_with_functions_of_a_users_own_is_timed(worker: Worker) -> None:
    design = _design(scaled, registered, lambda x: scaled(x, by=0.5))
    assert measure(design, worker=worker, budget_s=0.05).median_ms > 0
