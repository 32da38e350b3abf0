"""Multiply-adds, against products that are counted one by one and against figures by hand."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.networks.graph import layer_graph
from encdec_widgets.networks.multiply_adds import multiply_adds, total


def _counts(outputs: Any, inputs: Any) -> dict[str, int | None]:
    graph = layer_graph(keras.Model(inputs, outputs), ())
    return dict(graph.nodes(data="multiply_adds"))


def _of(layer: Any, shape: tuple[int | None, ...]) -> int | None:
    inputs = keras.Input(shape)
    return _counts(layer(inputs), inputs)[layer.name]


def _products(layer: Any, shape: tuple[int, ...]) -> int:
    """How often an element of a kernel is multiplied: each product of a kernel of ones with ones adds one.

    Of an image of ones without padding, every output is the number of its products.
    """
    inputs = keras.Input(shape)
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    return round(float(np.sum(keras.ops.convert_to_numpy(model(np.ones((1, *shape), "float32"))))))


SIZES = st.tuples(st.integers(6, 9), st.integers(6, 9))
KERNELS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=20, deadline=None)
@given(size=SIZES, kernel=KERNELS, stride=st.integers(1, 3), groups=st.integers(1, 3), more=st.integers(1, 3))
def test_convolutions_count_every_product(
    size: Any, kernel: Any, stride: int, groups: int, more: int
) -> None:
    shape = (*size, 2 * groups)
    layer = kl.Conv2D(more * groups, kernel, strides=stride, groups=groups, use_bias=False)
    assert _of(layer, shape) == _products(layer, shape)


@settings(max_examples=10, deadline=None)
@given(size=SIZES, kernel=KERNELS, dilation=st.integers(1, 2), multiplier=st.integers(1, 3))
def test_dilated_and_depthwise_convolutions_count_every_product(
    size: Any, kernel: Any, dilation: int, multiplier: int
) -> None:
    for layer in (
        kl.Conv2D(multiplier, kernel, dilation_rate=dilation, use_bias=False),
        kl.DepthwiseConv2D(kernel, depth_multiplier=multiplier, dilation_rate=dilation, use_bias=False),
    ):
        assert _of(layer, (*size, 3)) == _products(layer, (*size, 3))


@settings(max_examples=10, deadline=None)
@given(size=SIZES, kernel=KERNELS, stride=st.integers(1, 3), filters=st.integers(1, 3))
def test_transposed_convolutions_count_every_product(
    size: Any, kernel: Any, stride: int, filters: int
) -> None:
    layer = kl.Conv2DTranspose(filters, kernel, strides=stride, use_bias=False)
    assert _of(layer, (*size, 2)) == _products(layer, (*size, 2))


@settings(max_examples=10, deadline=None)
@given(size=st.lists(st.integers(1, 4), max_size=3), channels=st.integers(1, 4), units=st.integers(1, 4))
def test_dense_layers_count_every_product(size: list[int], channels: int, units: int) -> None:
    layer = kl.Dense(units, use_bias=False)
    assert _of(layer, (*size, channels)) == _products(layer, (*size, channels))


def test_padding_counts_as_if_it_were_image() -> None:
    rows, kernel = 7, 3
    assert _of(kl.Conv2D(5, kernel, padding="same"), (rows, rows, 2)) == rows**2 * kernel**2 * 2 * 5
    assert _of(kl.Conv2DTranspose(5, 3, strides=2, padding="same"), (rows, rows, 2)) == rows**2 * 9 * 2 * 5


def test_a_separable_convolution_is_a_depthwise_and_a_pointwise_one() -> None:
    count = _of(kl.SeparableConv2D(6, 3, strides=2, depth_multiplier=2, padding="same"), (8, 8, 4))
    assert count == 16 * (9 * 4 * 2 + 4 * 2 * 6)


@pytest.mark.parametrize(
    "layer",
    [kl.MaxPooling2D(), kl.BatchNormalization(), kl.UpSampling2D(interpolation="bilinear"), kl.ReLU()],
    ids=lambda layer: type(layer).__name__,
)
def test_other_layers_count_nothing(layer: Any) -> None:
    assert _of(layer, (8, 8, 4)) == 0
    assert _of(layer, (None, None, 4)) == 0


def test_an_open_size_leaves_the_count_open() -> None:
    inputs = keras.Input((None, 8, 3))
    counts = _counts(kl.ReLU(name="relu")(kl.Conv2D(4, 3, name="conv")(inputs)), inputs)
    assert (counts["conv"], counts["relu"]) == (None, 0)
    backbone = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (None, None, 1)).build()
    assert [data["multiply_adds"] for _, data in backbone.blocks.nodes(data=True)].count(None) >= 2


def test_a_layer_that_is_called_several_times_counts_as_often_at_the_size_of_each_call() -> None:
    shared, inputs = kl.Conv2D(3, 3, padding="same", name="shared"), keras.Input((8, 8, 3))
    outside = shared(keras.Input((32, 32, 3)))
    counts = _counts(shared(kl.MaxPooling2D()(shared(inputs))), inputs)
    assert counts["shared"] == (64 + 16) * 9 * 3 * 3
    assert outside.shape[1] == 32


@keras.saving.register_keras_serializable("tests")
class _Residual(kl.Layer):
    """A user's layer that holds others."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = kl.Conv2D(4, 3, padding="same", strides=2)
        self.others = [kl.Dense(5), kl.Activation("relu"), keras.Sequential([kl.Conv2DTranspose(2, 2)])]

    def call(self, x: Any) -> Any:
        x = self.first(x)
        for layer in self.others:
            x = layer(x)
        return x


INSIDE = 16 * (9 * 3 * 4 + 4 * 5 + 4 * 5 * 2)


def _nested(shape: tuple[int | None, ...] = (8, 8, 3)) -> Any:
    """The layers of ``_Residual``, as a model that is made of their calls."""
    inputs = keras.Input(shape)
    x = kl.Conv2D(4, 3, padding="same", strides=2)(inputs)
    x = kl.Activation("relu")(kl.Dense(5)(x))
    return keras.Model(inputs, keras.Sequential([kl.Conv2DTranspose(2, 2)])(x))


def test_a_model_in_the_model_counts_the_calls_of_its_own_graph() -> None:
    assert _of(_nested(), (8, 8, 3)) == INSIDE
    tied, inputs = kl.Conv2D(3, 3, padding="same"), keras.Input((8, 8, 3))
    shared = keras.Model(inputs, tied(kl.MaxPooling2D()(tied(inputs))))
    assert _of(shared, (8, 8, 3)) == (64 + 16) * 9 * 3 * 3
    in_a_row = keras.Sequential([keras.Input((8, 8, 3)), kl.Conv2D(4, 3), kl.ReLU()])
    assert _of(in_a_row, (8, 8, 3)) == 36 * 9 * 3 * 4
    assert _of(keras.Sequential([_nested(), _Residual()]), (8, 8, 3)) is None


def test_a_model_at_another_size_than_it_was_made_for_is_not_told() -> None:
    assert _of(_nested((None, None, 3)), (8, 8, 3)) is None
    held = keras.Model(part := keras.Input((None, None, 3)), kl.Conv2D(4, 3)(part))
    assert _of(held, (16, 16, 3)) is None
    assert _of(_nested((None, None, 3)), (None, None, 3)) is None


@settings(max_examples=10, deadline=None)
@given(steps=st.integers(1, 4), size=SIZES, kernel=KERNELS, stride=st.integers(1, 2), nested=st.booleans())
def test_a_layer_at_each_step_counts_every_product(
    steps: int, size: Any, kernel: Any, stride: int, nested: bool
) -> None:
    layer = kl.TimeDistributed(kl.Conv2D(2, kernel, strides=stride, use_bias=False))
    shape: tuple[int, ...] = (steps, *size, 3)
    if nested:
        layer, shape = kl.TimeDistributed(layer), (2, *shape)
    assert _of(layer, shape) == _products(layer, shape)


def test_a_layer_at_each_step_is_not_told_where_its_steps_or_its_calls_are_not() -> None:
    assert _of(kl.TimeDistributed(kl.Dense(2)), (None, 4)) is None
    assert _of(kl.TimeDistributed(kl.ReLU()), (None, 4)) == 0
    assert _of(kl.TimeDistributed(_Anew(3, 3, padding="same")), (3, 8, 8, 3)) is None


class _OwnKernel(kl.Layer):
    def build(self, shape: Any) -> None:
        self.mine = self.add_weight(shape=(1, 1, shape[-1], 7), name="kernel")

    def call(self, x: Any) -> Any:
        return keras.ops.conv(x, self.mine, padding="same")


class _Loop(kl.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = kl.Conv2D(3, 3, padding="same")

    def call(self, x: Any) -> Any:
        for _ in range(4):
            x = self.step(x)
        return x


class _Anew(kl.Conv2D):
    def call(self, x: Any) -> Any:
        return super().call(super().call(x))


class _Subclass(kl.Conv2DTranspose):
    pass


class _Model(keras.Model):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = kl.Conv2D(3, 3, padding="same")

    def call(self, x: Any) -> Any:
        return self.step(self.step(x))


class _Odd(kl.Layer):
    weights = property(lambda self: [1, "kernel", None])  # type: ignore[assignment]

    def call(self, x: Any) -> Any:
        return x


def _twice(x: Any) -> Any:
    return keras.ops.matmul(x, x)


UNKNOWN = {
    "a user's layer that holds others": (_Residual(), (8, 8, 3)),
    "a user's layer that calls another several times": (_Loop(), (8, 8, 3)),
    "a user's kernel": (_OwnKernel(), (8, 8, 3)),
    "a user's call": (_Anew(3, 3, padding="same"), (8, 8, 3)),
    "a user's model": (_Model(), (8, 8, 3)),
    "a user's activation": (kl.Conv2D(8, 3, padding="same", activation=_twice), (8, 8, 3)),
    "a user's activation alone": (kl.Activation(_twice), (8, 8, 8)),
    "a layer as activation": (kl.Conv2D(3, 3, activation=kl.Dense(4)), (8, 8, 3)),
    "Lambda": (kl.Lambda(_twice, output_shape=(8, 8, 8)), (8, 8, 8)),
    "EinsumDense": (kl.EinsumDense("abc,cd->abd", (4, 5)), (4, 3)),
    "LSTM": (kl.LSTM(4), (5, 3)),
    "GRU": (kl.GRU(4), (5, 3)),
    "SimpleRNN": (kl.SimpleRNN(4), (5, 3)),
    "RNN": (kl.RNN(kl.LSTMCell(4)), (5, 3)),
    "Bidirectional": (kl.Bidirectional(kl.LSTM(4)), (5, 3)),
    "ConvLSTM2D": (kl.ConvLSTM2D(4, 3), (5, 8, 8, 3)),
    "SpectralNormalization": (kl.SpectralNormalization(kl.Conv2D(4, 3)), (8, 8, 3)),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_a_layer_multiplies_is_told_only_where_it_is_understood(name: str) -> None:
    layer, shape = UNKNOWN[name]
    assert _of(layer, shape) is None


def test_a_layer_of_a_users_class_that_computes_nothing_anew_counts_as_its_base_and_an_odd_one_does_no_harm() -> (
    None
):
    assert _of(_Subclass(4, 2, strides=2), (8, 8, 3)) == 64 * 4 * 3 * 4
    (call,) = _Odd()(keras.Input((8, 8, 3)))._keras_history.operation._inbound_nodes
    assert multiply_adds(call) is None


@pytest.mark.parametrize(
    "product",
    [
        keras.ops.matmul,
        lambda x, y: keras.ops.einsum("bijc,bkjc->bikc", x, y),
        lambda x, y: keras.ops.tensordot(x, y, axes=[[1], [1]]),
        lambda x, y: kl.Dot(axes=3)([x, y]),
        lambda x, y: keras.ops.dot_product_attention(x, y, y),
        kl.MultiHeadAttention(2, 4),
        lambda x, y: kl.Attention()([kl.Reshape((64, 8))(x), kl.Reshape((64, 8))(y)]),
        lambda x, y: keras.ops.conv(x, keras.ops.reshape(y, (1, 1, 8, 128))),
    ],
)
def test_a_product_of_two_maps_is_not_told_and_neither_is_the_sum_of_which_it_is_a_part(product: Any) -> None:
    inputs = [keras.Input((8, 8, 8), batch_size=2) for _ in range(2)]
    counts = _counts(product(*inputs), inputs)
    assert None in counts.values()
    assert total(counts.values()) is None


def test_what_moves_and_merges_maps_multiplies_nothing() -> None:
    x = keras.Input((8, 8, 4))
    ops = keras.ops
    y = ops.concatenate([ops.multiply(x, x) + x, ops.transpose(x, (0, 2, 1, 3))[..., :2]], axis=-1)
    y = ops.mean(ops.pad(ops.squeeze(ops.expand_dims(y, 1), 1), [[0, 0], [1, 1], [1, 1], [0, 0]]), axis=-1)
    assert set(_counts(y, x).values()) == {0}


def test_a_layer_that_was_quantized_or_adapted_is_not_told() -> None:
    for change in (lambda layer: layer.enable_lora(2), lambda layer: layer.quantize("int8")):
        inputs, layer = keras.Input((8,)), kl.Dense(6)
        output = layer(inputs)
        assert _counts(output, inputs)[layer.name] == 48
        change(layer)
        assert _counts(output, inputs)[layer.name] is None


@settings(max_examples=8, deadline=None)
@given(
    filters=st.integers(1, 6),
    depth=st.integers(1, 3),
    convs=st.integers(1, 3),
    interpolate=st.booleans(),
    size=st.sampled_from([(16, 16), (32, 24)]),
)
def test_a_u_net_counts_as_a_formula_of_its_own_says(
    filters: int, depth: int, convs: int, interpolate: bool, size: tuple[int, int]
) -> None:
    architecture = UNet(
        filters=filters,
        filters_rate=2,
        down_blocks=depth,
        up_blocks=depth,
        convs_per_block=convs,
        up_interpolate=interpolate,
    )
    backbone = Design(architecture, (*size, 1)).build()
    total = 0
    for layer in backbone.structure.layers:
        if "kernel_size" in layer.get_config():
            *_, channels_in = layer.input.shape
            *_, height, width, channels = layer.output.shape
            if isinstance(layer, kl.Conv2DTranspose):
                _, height, width, _ = layer.input.shape
            sides = layer.get_config()["kernel_size"]
            total += height * width * channels_in * channels * sides[0] * sides[1]
    assert total > 0
    by_layer = [data["multiply_adds"] for _, data in backbone.layers.nodes(data=True)]
    by_block = [data["multiply_adds"] for _, data in backbone.blocks.nodes(data=True)]
    assert sum(by_layer) == sum(by_block) == total
    assert not any(map(np.isnan, itertools.chain(by_layer, by_block)))


def test_leap_counts_what_was_summed_by_hand() -> None:
    backbone = preset("LEAP (2019)").build()
    maps = {192: (1, 64, 64, 64), 96: (64, 128, 128, 128), 48: (128, 256, 256, 256)}
    down = sum(
        size**2 * 9 * sum(itertools.starmap(lambda a, b: a * b, itertools.pairwise(channels)))
        for size, channels in maps.items()
    )
    stages: dict[str, int] = {}
    for _, data in backbone.blocks.nodes(data=True):
        stages[data["stage"]] = stages.get(data["stage"], 0) + data["multiply_adds"]
    assert stages["encoder"] == down
