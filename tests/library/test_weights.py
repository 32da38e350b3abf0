"""Weights that are described and not filled."""

import keras
import numpy as np
import pytest

from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.networks.weights import fill, unfilled

pytestmark = pytest.mark.backend


def dense() -> keras.Model:
    x = keras.Input((3,))
    return keras.Model(x, keras.layers.Dropout(0.5)(keras.layers.Dense(2)(x)))


def test_weights_are_described_and_then_filled() -> None:
    with unfilled() as variables:
        model = dense()
    assert [tuple(variable.shape) for variable in model.weights] == [(3, 2), (2,)]
    assert model.count_params() == 8
    assert not any(map(is_filled, variables))
    assert {id(variable) for variable in model.variables} == {id(variable) for variable in variables}
    fill(variables)
    fill(variables)
    kernel = keras.ops.convert_to_numpy(model.weights[0])
    assert np.abs(kernel).max() > 0
    assert np.array_equal(kernel, keras.ops.convert_to_numpy(model.weights[0]))
    assert np.isfinite(model.predict(np.ones((1, 3), "float32"), verbose=0)).all()


def test_the_values_do_not_depend_on_when_they_are_filled() -> None:
    keras.utils.set_random_seed(1)
    expected = dense().get_weights()
    keras.utils.set_random_seed(1)
    with unfilled() as variables:
        model = dense()
    keras.utils.set_random_seed(2)
    fill(variables)
    for wanted, found in zip(expected, model.get_weights(), strict=True):
        assert np.array_equal(wanted, found)


def test_what_waits_is_never_filled_behind_the_back() -> None:
    """Keras fills all that waits whenever a layer without a shape function is called."""

    class Plain(keras.layers.Layer):
        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return x

    with unfilled() as variables:
        x = keras.Input((3,))
        Plain()(keras.layers.Dense(2)(x))
    Plain()(keras.Input((3,)))
    assert not any(map(is_filled, variables))


def test_values_that_are_set_while_a_layer_is_made_are_kept() -> None:
    """A part with pretrained weights, or with fixed ones."""
    with unfilled() as variables:
        layer = keras.layers.Dense(2)
        layer(keras.Input((3,)))
        layer.set_weights([np.full((3, 2), 5.0), np.zeros(2)])
    fill(variables)
    assert (layer.get_weights()[0] == 5).all()


def describe_and_fail() -> None:
    with unfilled():
        dense()
        raise ZeroDivisionError


def test_a_failure_inside_leaves_nothing_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        describe_and_fail()
    assert all(map(is_filled, dense().variables))
