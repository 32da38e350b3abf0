"""Weights that are described and not filled."""

import keras
import numpy as np
import pytest

from encdec_widgets import preset
from encdec_widgets.networks.keras_private import is_filled
from encdec_widgets.networks.weights import (
    Drawn,
    as_drawn,
    draw_again,
    fill,
    take_over,
    unfilled,
)

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


def described() -> keras.Variable:
    with unfilled() as variables:
        dense()
    return next(variable for variable in variables if len(variable.shape) > 1)


def test_what_is_as_it_was_drawn_is_drawn_again_and_what_was_changed_is_held() -> None:
    one, again = described(), described()
    fill([one], notes_drawn=True)
    drawn = keras.ops.convert_to_numpy(one)
    assert isinstance(*as_drawn([one]), Drawn)
    take_over(again, *as_drawn([one]))
    fill([again])
    assert np.array_equal(keras.ops.convert_to_numpy(again), drawn)
    one.assign(drawn[::-1])  # the same numbers in another order
    assert as_drawn([one])[0] is one


def test_a_seed_that_moves_on_is_not_drawn_again() -> None:
    with unfilled() as variables:
        seed = keras.random.SeedGenerator(1)
        layer = keras.layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(seed))
        layer(keras.Input((3,)))
    fill(variables, notes_drawn=True)
    assert as_drawn([layer.kernel])[0] is layer.kernel


def test_values_are_taken_over_as_a_copy_also_by_a_variable_that_has_some() -> None:
    one, other = described(), described()
    fill([one, other])
    take_over(other, one)
    kept = keras.ops.convert_to_numpy(one).copy()
    one.assign(one * 0)
    assert np.array_equal(keras.ops.convert_to_numpy(other), kept)


def test_random_weights_are_drawn_in_the_precision_that_they_are_stored_in() -> None:
    variable = described()
    fill([variable])
    draw_again([variable], np.random.default_rng(0))
    values, bound = keras.ops.convert_to_numpy(variable), 1.0  # the square root of 3 over the 3 inputs
    assert values.dtype == np.float32
    assert (np.abs(values) <= bound).all()
    assert len(np.unique(values)) == values.size


@pytest.mark.torch
def test_torch_asks_for_no_values_as_a_model_is_made_and_lists_the_weights_that_are_filled() -> None:
    backbone = preset("FC-DenseNet56").build()  # its dropout layers keep a seed of whole numbers
    assert not backbone.filled
    backbone.fill()
    listed = {parameter.data_ptr() for parameter in backbone.structure.parameters()}
    assert listed == {variable.value.data_ptr() for variable in backbone.structure.variables}
    assert len(backbone.structure.state_dict()) >= len(listed)
