"""Numbers: with the original's weights, the networks of the original come out of the active Keras backend."""

from typing import Any
from unittest import mock

import keras
import numpy as np
import pytest

from tests.library.deviations import as_computed
from tests.library.golden import Json, build, numeric_arrays, numeric_cases, value_of

pytestmark = pytest.mark.backend

TOLERANCE = 1e-4


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in numeric_cases()])
def test_outputs_and_features_agree(case: Json) -> None:
    arrays = numeric_arrays(case["id"])
    case = as_computed(case)
    # The weights are replaced; drawing them first would cost JAX a compilation for every shape.
    with mock.patch.object(keras.initializers.GlorotUniform, "__call__", _zeros):
        built = build(case, value_of(case))
    _set_weights(built.model, {key: array for key, array in arrays.items() if key.startswith("w|")})

    outputs = {f"output_{stack}": output for stack, output in enumerate(built.outputs)}
    stacks: list[Any] = list(built.features or ()) if built.multi_output else [built.features]
    features = {
        f"feature_{stack}_{n}": feature.tensor
        for stack, in_stack in enumerate(stacks)
        for n, feature in enumerate(in_stack or ())
    }
    expected = {key.removeprefix("y|"): array for key, array in arrays.items() if key.startswith("y|")}
    assert set(outputs | features) == set(expected)

    model = keras.Model(built.model.inputs, outputs | features)
    # Inference mode; compiled as a whole, which on JAX takes a fraction of the time of one layer after the other.
    actual = model.predict([arrays[f"x|{tensor.name}"] for tensor in built.model.inputs], verbose=0)
    for name, array in expected.items():
        np.testing.assert_allclose(actual[name], array, rtol=0, atol=TOLERANCE, err_msg=name)


def _zeros(_: Any, shape: tuple[int, ...], dtype: str | None = None) -> Any:
    return keras.ops.convert_to_tensor(np.zeros(shape, "float32"), dtype)


def _set_weights(model: Any, arrays: dict[str, np.ndarray]) -> None:
    variables = {f"w|{layer.name}|{v.name}": v for layer in model.layers for v in layer.weights}
    assert set(variables) == set(arrays)
    for key, variable in variables.items():
        assert variable.shape == arrays[key].shape
        variable.assign(arrays[key])
