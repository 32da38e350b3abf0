"""Every private name of Keras that the package uses is there and does what it is used for; one package uses them."""

import ast
import importlib
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import encdec_widgets
from encdec_widgets.networks import keras_private as private
from encdec_widgets.networks.call_windows import windows_of
from encdec_widgets.networks.keras_private import PRIVATE_NAMES
from encdec_widgets.networks.multiply_adds import multiply_adds

PACKAGE = Path(encdec_widgets.__file__).parent
WHERE = "encdec_widgets/networks/keras_private"


def _convolution() -> tuple[Any, Any, Any]:
    """An input, a layer that was called on it, and what it gave."""
    inputs = keras.Input((8, 8, 1))
    layer = keras.layers.Conv2D(2, 3, name="convolution")
    return inputs, layer, layer(inputs)


def _unfilled() -> Any:
    variables: list[Any] = []
    with private.waiting_list(variables), keras.StatelessScope(initialize_variables=False):
        keras.layers.Dense(2, kernel_initializer="ones", use_bias=False).build((None, 3))
    (kernel,) = variables
    return kernel


def uses_global_state() -> None:
    for _ in range(2):
        with private.names_from_the_start() as numbers:
            assert keras.layers.Dense(1).name == "dense"
            numbers["dense"] += 1
            assert keras.layers.Dense(1).name == "dense_2"
    assert not private.in_stateless_scope()
    with keras.StatelessScope():
        assert private.in_stateless_scope()
    assert _unfilled().shape == (3, 2)


def uses_serialization_lib() -> None:
    serialization = importlib.import_module("keras.src.saving.serialization_lib")
    asked = serialization.tf
    assert asked is importlib.import_module("keras.src.utils.module_utils").tensorflow
    _, layer, _ = _convolution()
    assert private.settings_of(layer) == layer.get_config()
    assert serialization.tf is asked


def uses_node() -> None:
    inputs, layer, output = _convolution()
    (call,) = private.calls_of(layer)
    other = keras.Input((8, 8, 1))
    made = keras.KerasTensor(output.shape, output.dtype)
    private.call_as(private.copy_of_layer(layer), call, {id(inputs): other}, [made])
    assert [call.operation.name for call in private.calls_to([made])] == [
        private.maker_of(other).name,
        "convolution",
    ]


def uses_activations() -> None:
    assert private.is_keras_function(keras.activations.relu)
    assert not private.is_keras_function(lambda x: x)


def uses_nn() -> None:
    assert private.is_keras_function(keras.ops.sigmoid)
    assert not private.is_keras_function(keras.ops.mean)


def uses_history() -> None:
    inputs, layer, output = _convolution()
    assert private.maker_of(output) is layer
    assert private.is_symbolic(output)
    assert not private.is_symbolic(np.zeros(1))
    assert private.is_input(private.maker_of(inputs))


def uses_inbound_nodes() -> None:
    inputs, layer, output = _convolution()
    (call,) = private.calls_of(layer)
    assert private.call_that_made(output) is call
    assert (call.operation, list(call.input_tensors), list(call.output_tensors)) == (
        layer,
        [inputs],
        [output],
    )


def uses_outbound_nodes() -> None:
    inputs, _, _ = _convolution()
    (call,) = private.maker_of(inputs)._outbound_nodes
    private.forget_calls_but(private.maker_of(inputs), {id(call)})
    assert private.maker_of(inputs)._outbound_nodes == [call]
    private.forget_calls_but(private.maker_of(inputs), ())
    assert private.maker_of(inputs)._outbound_nodes == []


def uses_mask() -> None:
    masked = keras.layers.Masking()(keras.Input((4, 1)))
    assert private.mask_of(masked) is not None
    assert private.mask_of(keras.Input((4, 1))) is None


def uses_flatten_layers() -> None:
    inner = keras.layers.Dense(2)
    outer = keras.layers.TimeDistributed(inner)
    assert private.layers_held_by(outer) == [inner]
    assert private.layers_held_by(inner) == []


def uses_shape() -> None:
    assert private.shape_of(_unfilled()) == (3, 2)
    assert private.shape_of(keras.Variable(np.ones((2, 5)))) == (2, 5)
    assert private.shape_of(keras.Variable(1.0)) == ()


def uses_value() -> None:
    assert not private.is_filled(_unfilled())
    assert private.is_filled(keras.Variable(np.ones(2)))


def uses_torch_params() -> None:
    _, layer, _ = _convolution()
    if keras.config.backend() == "torch":
        assert set(layer.torch_params) == {weight.path for weight in layer.weights}
    value = weakref.ref(layer.kernel.value)
    private.let_go_of_values(layer)
    private.empty(layer.kernel)
    assert value() is None


def uses_initializer() -> None:
    one, other = _unfilled(), _unfilled()
    private.set_initializer(one, lambda shape, dtype=None: keras.ops.full(shape, 7.0))
    private.set_initializer(other, private.initializer_of(one))
    for variable in (one, other):
        private.fill_variable(variable)
        assert np.all(keras.ops.convert_to_numpy(variable.value) == 7)


def uses_deferred_initialize() -> None:
    variable = _unfilled()
    private.fill_variable(variable)
    assert np.all(keras.ops.convert_to_numpy(variable.value) == 1)


def uses_tracker() -> None:
    _, layer, _ = _convolution()
    twin = private.copy_of_layer(layer)
    assert [id(weight) for weight in twin.weights] == [id(weight) for weight in layer.weights]
    assert not private.calls_of(twin)
    twin.enable_lora(1)
    assert (len(twin.weights), len(layer.weights)) == (4, 2)
    not_built = keras.layers.Conv2D(2, 3)
    twin = private.copy_of_layer(not_built)
    twin.build((None, 8, 8, 1))  # a method that Keras wraps for each layer
    assert (len(twin.weights), len(not_built.weights)) == (2, 0)


def uses_strategy() -> None:
    assert private.strategy_around() is None
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        with (strategy := tf.distribute.OneDeviceStrategy("CPU:0")).scope():
            assert private.strategy_around() is strategy


def uses_sum_of_gradients() -> None:
    if keras.config.backend() != "tensorflow":
        return  # Only TensorFlow's optimizers have it.
    summed = list[int]()

    class Adam(private.OneReplica, keras.optimizers.Adam):  # type: ignore[misc]
        def _all_reduce_sum_gradients(self, gradients: Any) -> Any:
            same = super()._all_reduce_sum_gradients(gradients)
            assert same is gradients
            summed.append(len(same))
            return same

    assert callable(keras.optimizers.Adam._all_reduce_sum_gradients)
    variable = keras.Variable(np.ones(2, np.float32))
    Adam(0.5).apply([keras.ops.ones(2)], [variable])
    assert summed == [1]  # Keras asks what stands before its own.
    assert np.allclose(keras.ops.convert_to_numpy(variable.value), 0.5, atol=1e-3)


def uses_random_initializers() -> None:
    by_fan_in = keras.initializers.VarianceScaling(2.0, "fan_in", "uniform")
    assert private.is_scaling(by_fan_in)
    assert not private.is_scaling(keras.initializers.RandomNormal())
    assert private.variance_of(by_fan_in, (3, 3, 4, 8)) == 2 / (3 * 3 * 4)
    assert private.variance_of(keras.initializers.GlorotUniform(), (3, 3, 4, 8)) == 2 / (3 * 3 * (4 + 8))


def uses_init_seed() -> None:
    assert private.is_seeded(keras.initializers.HeNormal(seed=1))
    with private.thread_state(private.SEED, None):
        assert private.seed_here() is None
        keras.utils.set_random_seed(7)
        assert private.seed_here() == 7
        assert not private.is_seeded(keras.initializers.HeNormal())


def uses_tensorflow() -> None:
    memory = np.zeros(256, np.uint8)
    for offset in range(0, private.ALIGNMENT + 4, 4):  # wherever the memory begins
        values = memory[offset : offset + 24].view(np.float32).reshape(2, 3)
        values[:] = np.arange(6).reshape(2, 3)
        tensor = private.as_tensor(values)
        assert np.array_equal(keras.ops.convert_to_numpy(tensor), values)
        variable = keras.Variable(tensor)
        variable.assign_add(np.ones((2, 3), np.float32))
        assert np.array_equal(keras.ops.convert_to_numpy(variable.value), np.arange(1, 7).reshape(2, 3))


USES: dict[str, Callable[[], None]] = {
    "keras.src.backend.common.global_state": uses_global_state,
    "keras.src.saving.serialization_lib": uses_serialization_lib,
    "keras.src.utils.module_utils": uses_serialization_lib,
    "keras.src.ops.node": uses_node,
    "keras.src.activations": uses_activations,
    "keras.src.ops.nn": uses_nn,
    "keras.src.backend.tensorflow.trainer": uses_strategy,
    "_distribute_strategy": uses_strategy,
    "_all_reduce_sum_gradients": uses_sum_of_gradients,
    "keras.src.backend.tensorflow.core": uses_tensorflow,
    "keras.src.initializers.random_initializers": uses_random_initializers,
    "_init_seed": uses_init_seed,
    "_keras_history": uses_history,
    "_inbound_nodes": uses_inbound_nodes,
    "_outbound_nodes": uses_outbound_nodes,
    "_keras_mask": uses_mask,
    "_flatten_layers": uses_flatten_layers,
    "_shape": uses_shape,
    "_value": uses_value,
    "_torch_params": uses_torch_params,
    "_initializer": uses_initializer,
    "_deferred_initialize": uses_deferred_initialize,
    "_tracker": uses_tracker,
}


def test_each_private_name_has_a_test() -> None:
    assert set(USES) == set(PRIVATE_NAMES)


@pytest.mark.backend
@pytest.mark.parametrize("name", PRIVATE_NAMES)
def test_a_private_name_of_keras_is_there_and_does_what_it_is_used_for(name: str) -> None:
    try:
        if "." in name and (".tensorflow." not in name or keras.config.backend() == "tensorflow"):
            importlib.import_module(name)
        USES[name]()
    except (AssertionError, AttributeError, ImportError, TypeError, ValueError) as error:
        pytest.fail(
            f"Keras {keras.__version__} changed its private name {name}: {type(error).__name__}: {error}. "
            f"{WHERE} uses it for {PRIVATE_NAMES[name]}. Mend it there, or lower the bound in pyproject.toml."
        )


@pytest.mark.backend
def test_keras_says_in_its_usual_words_that_a_layer_filled_a_variable_by_itself() -> None:
    with (
        pytest.raises(ValueError, match=r"stateless") as caught,
        keras.StatelessScope(initialize_variables=False),
    ):
        keras.Variable(np.ones(2))
    assert private.refused_to_fill(caught.value)
    assert not private.refused_to_fill(ValueError("another"))


class _Odd(keras.layers.Layer):  # type: ignore[misc]
    def __init__(self, **_: Any) -> None:
        raise TypeError("it is odd")


def test_the_reason_of_an_error_in_a_layer_stands_behind_the_usual_words() -> None:
    with pytest.raises(TypeError, match="it is odd") as caught:
        _Odd.from_config({"colour": "red"})
    assert str(caught.value) != private.reason_in(caught.value) == "it is odd"


def _python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Attributes, names of arguments, imports and texts of a module, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def test_no_other_module_uses_a_private_name_of_keras() -> None:
    attributes = {name for name in PRIVATE_NAMES if "." not in name}
    found = [
        f"{path.relative_to(PACKAGE)}:{line} uses {name}"
        for path in _python_files()
        if path.parent != PACKAGE / "networks" / "keras_private"
        for line, name in _names_in(ast.parse(path.read_text(encoding="utf-8")))
        if name in attributes or name.startswith("keras.src")
    ]
    assert not found, f"only {WHERE} may use private names of Keras: {found}"


def _own_names(tree: ast.AST) -> Iterator[str]:
    """Private names that a module gives: methods, fields of classes, attributes of ``self``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


OTHERS = {
    "_dynamo": "workers/",  # of PyTorch: compiling must not give up after eight networks
    "_exit": "workers/",  # of Python's os
    "_initializing": "_keras.py",  # of Python's import system
}


def test_rooms_that_know_keras_read_private_attributes_of_their_own_objects_only() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _python_files()}
    own = {name for tree in trees.values() for name in _own_names(tree) if name.startswith("_")}
    rooms = ("architectures", "designs", "networks", "explain", "workers", "backbone.py", "_keras.py")
    found = [
        f"{where}:{node.lineno} reads {node.attr}"
        for path, tree in trees.items()
        if (where := path.relative_to(PACKAGE).as_posix()).startswith(rooms)
        and not where.startswith("networks/keras_private/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in own
        and not where.startswith(OTHERS.get(node.attr, "nowhere"))
    ]
    assert not found, f"private attributes of others: {found}"


def test_a_name_that_keras_no_longer_has_is_an_error_and_not_an_unknown_figure() -> None:
    _, layer, output = _convolution()
    call = private.call_that_made(output)
    assert windows_of(call) is not None
    del layer.strides
    with pytest.raises(AttributeError, match="strides"):
        windows_of(call)
    assert multiply_adds(call) == 36 * 9 * 2
    del layer.activation
    with pytest.raises(AttributeError, match="activation"):
        multiply_adds(call)


class _WithoutStrides(keras.layers.Conv2D):  # type: ignore[misc]
    """A user's class that keeps nothing under a name that its base reads."""


def test_a_users_layer_may_lack_any_name_but_a_private_one(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = _WithoutStrides(2, 3)
    call = private.call_that_made(layer(keras.Input((8, 8, 1))))
    assert windows_of(call) is not None
    del layer.strides
    assert windows_of(call) is None
    monkeypatch.delattr(keras.layers.Layer, "_flatten_layers")
    with pytest.raises(AttributeError, match="_flatten_layers"):
        windows_of(call)
