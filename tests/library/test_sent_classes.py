"""Layers of a user's own classes reach the process that times a network; where they can't, it is said what to do."""

from typing import Any

import keras
import pytest

from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.sent_classes import classes_of
from encdec_widgets.workers.sent_functions import packed
from encdec_widgets.workers.timing import Worker, measure, network_of


class Doubled(keras.layers.Layer):
    def call(self, x: Any) -> Any:
        return x * 2

    def compute_output_shape(self, shape: Any) -> Any:
        return shape


@keras.saving.register_keras_serializable(package="users")
class Registered(Doubled):
    pass


class Wrapped(keras.layers.Wrapper):
    def call(self, x: Any) -> Any:
        return self.layer(x)

    def compute_output_shape(self, shape: Any) -> Any:
        return self.layer.compute_output_shape(shape)


def of_main(name: str, kind: type = object) -> Any:
    """A class as one that was defined in a notebook."""
    return type(name, (kind,), {"__module__": "__main__"})


def of_this_name(name: str) -> Any:
    return type(name, (Doubled,), {"__qualname__": name})


def model(*layers: Any) -> Any:
    x_in = x = keras.Input((8, 8, 1))
    for layer in layers:
        x = layer(x)
    return keras.Model(x_in, x)


@pytest.mark.backend
def test_a_network_with_layers_of_a_users_module_is_timed(worker: Worker) -> None:
    own = model(Doubled(), Registered(), Wrapped(Doubled()), keras.layers.Conv2D(2, 3))
    assert list(classes_of(own).values()) == [Doubled, Registered, Wrapped]
    assert measure(own, worker=worker, budget_s=0.05).median_ms > 0


def test_a_class_of_the_notebook_is_told_with_what_to_do() -> None:
    own = of_main("ScaledLayer", Doubled)
    for layer in (own(name="second"), Wrapped(own(name="second"))):
        with pytest.raises(TimingError) as caught:
            network_of(model(layer))
        assert str(caught.value) == (
            "this network cannot be built in another process: its layer second is of the class ScaledLayer, which is "
            "defined in this notebook or program. Put the class into a file beside it, such as my_scaled_layer.py, "
            "and write: from my_scaled_layer import ScaledLayer"
        )


def test_a_class_of_the_notebook_that_a_function_uses_is_told() -> None:
    kind = of_main("Scale")
    number = kind()
    for function in (lambda x: kind, lambda x: number, lambda x, y=number: y):
        with pytest.raises(
            TimingError, match=r"functions uses .* class Scale, .*: from my_scale import Scale$"
        ):
            packed({"f": function})


def test_classes_of_one_name_are_told() -> None:
    with pytest.raises(TimingError, match="two classes of one name, Doubled"):
        network_of(model(Doubled(), of_this_name("Doubled")()))
