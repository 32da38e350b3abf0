"""The windows of Keras's layers, against what their outputs really change with."""

import functools
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers as kl
from keras import ops

from encdec_widgets.networks.call_windows import windows_of
from encdec_widgets.networks.keras_private import calls_to
from encdec_widgets.networks.windows import POINT, WHOLE, Window, Windows
from tests.amount import full_or

pytestmark = pytest.mark.backend

FEW = settings(max_examples=full_or(12, 5), deadline=None)
SAME = ("same", "valid")


def _windows(layer: Any, *shapes: Any) -> Windows | None:
    """The windows of a layer, or of a function, that is called on inputs of some shapes."""
    inputs = [keras.Input(shape) for shape in shapes]
    operation, index, _ = layer(inputs[0] if len(inputs) == 1 else inputs)._keras_history
    return windows_of(operation._inbound_nodes[index])


def _seen(window: Window, position: int, size: int) -> set[int]:
    """The positions of an input of ``size`` that a window says an output depends on."""
    q, r = divmod(position, window.period)
    start = q * window.step
    positions = range(start + window.first[r], start + window.last[r] + 1, window.spacing)
    return {i for i in positions if 0 <= i < size}


def _really_seen(layer: Any, height: int, width: int, axis: int) -> list[set[int]]:
    """The rows (columns) that each row (column) of the output changes with, where all weights are positive."""
    inputs = keras.Input((height, width, 2))
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    size = (height, width)[axis]
    images = np.zeros((size, height, width, 2), "float32")
    for i in range(size):
        images[(i, i, slice(None)) if axis == 0 else (i, slice(None), i)] = 1
    out = np.abs(ops.convert_to_numpy(model(images))).max(axis=(2 - axis, 3))
    return [set(np.flatnonzero(column > 1e-5 * out.max()).tolist()) for column in out.T]


def _check(layer: Any, height: int, width: int, border: int = 0) -> None:
    """Compare all positions, but for some at the borders."""
    windows = _windows(layer, (height, width, 2))
    assert windows is not None
    for axis, (window, size) in enumerate(zip(windows, (height, width), strict=True)):
        real = _really_seen(type(layer).from_config(layer.get_config()), height, width, axis)
        positions = range(border, len(real) - border)
        assert positions
        assert [_seen(window, p, size) for p in positions] == [real[p] for p in positions]


SIZES = {"height": st.integers(8, 13), "width": st.integers(8, 13)}
PAIRS = st.tuples(st.integers(1, 4), st.integers(1, 4))
ENDS = st.tuples(st.integers(0, 3), st.integers(0, 3))  # something is left of 8 px


@FEW
@given(kernel=PAIRS, stride=st.integers(1, 5), padding=st.sampled_from(SAME), **SIZES)
def test_strided_convolutions(kernel: Any, stride: int, padding: str, height: int, width: int) -> None:
    layer = kl.Conv2D(1, kernel, strides=stride, padding=padding, use_bias=False)
    _check(layer, height, width)


@FEW
@given(kernel=PAIRS, dilation=st.integers(1, 2), padding=st.sampled_from(SAME), **SIZES)
def test_dilated_convolutions(kernel: Any, dilation: int, padding: str, height: int, width: int) -> None:
    more = {"dilation_rate": dilation, "padding": padding, "use_bias": False}
    _check(kl.Conv2D(1, kernel, **more), height, width)
    if dilation == 1 or _dilates_transposed():
        _check(kl.Conv2DTranspose(1, kernel, **more), height, width)


@functools.cache
def _dilates_transposed() -> bool:
    """Whether this machine runs dilated transposed convolutions: TensorFlow on a CPU without oneDNN does not."""
    try:
        kl.Conv2DTranspose(1, 1, dilation_rate=2)(np.ones((1, 8, 8, 1), "float32"))
    except Exception as error:  # noqa: BLE001 - each backend has its own
        assert "dilation" in str(error)
        return False
    return True


@FEW
@given(
    kernel=PAIRS,
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.sampled_from(SAME),
    **SIZES,
)
def test_depthwise_and_separable_convolutions(
    kernel: Any, stride: int, dilation: int, padding: str, height: int, width: int
) -> None:
    more = {"strides": stride, "dilation_rate": dilation, "padding": padding, "use_bias": False}
    _check(kl.DepthwiseConv2D(kernel, **more), height, width)
    _check(kl.SeparableConv2D(1, kernel, **more), height, width)


@FEW
@given(kernel=PAIRS, stride=PAIRS, padding=st.sampled_from(SAME), **SIZES)
def test_transposed_convolutions(kernel: Any, stride: Any, padding: str, height: int, width: int) -> None:
    _check(kl.Conv2DTranspose(1, kernel, strides=stride, padding=padding, use_bias=False), height, width)


@FEW
@given(
    kernel=st.integers(1, 5), stride=st.integers(2, 4), padding=st.sampled_from(SAME), data=st.data(), **SIZES
)
def test_transposed_convolutions_with_output_padding(
    kernel: int, stride: int, padding: str, data: Any, height: int, width: int
) -> None:
    # Less than what makes the output "same" of an even kernel is refused by TensorFlow.
    more = data.draw(st.integers(1 if padding == "same" and kernel % 2 == 0 else 0, stride - 1))
    layer = kl.Conv2DTranspose(
        1, kernel, strides=stride, padding=padding, output_padding=more, use_bias=False
    )
    _check(layer, height, width)


@FEW
@given(window=PAIRS, stride=PAIRS, padding=st.sampled_from(SAME), **SIZES)
def test_pooling(window: Any, stride: Any, padding: str, height: int, width: int) -> None:
    for kind in (kl.MaxPooling2D, kl.AveragePooling2D):
        _check(kind(window, strides=stride, padding=padding), height, width)


@pytest.mark.parametrize("how", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
@FEW
@given(height=st.integers(1, 5), width=st.integers(1, 5))
def test_interpolation(how: str, height: int, width: int) -> None:
    # At the borders, weights of what is beyond are dropped or put on the last row, as each method has it.
    border = 0 if how in ("nearest", "bilinear") else 5 * 5
    if how.startswith("lanczos") and keras.config.backend() == "torch":
        pytest.skip("Keras refuses to resize by Lanczos on PyTorch")
    size = 2 * border + 2
    layer = kl.UpSampling2D((height, width), interpolation=how)
    _check(layer, size, size, border)


@FEW
@given(amounts=st.tuples(ENDS, ENDS), **SIZES)
def test_padding_and_cropping(amounts: Any, height: int, width: int) -> None:
    _check(kl.ZeroPadding2D(amounts), height, width)
    _check(kl.Cropping2D(amounts), height, width)


def test_an_open_size_is_taken_as_one_that_the_stride_divides() -> None:
    layer = kl.Conv2D(1, 3, strides=2, padding="same")
    open_size, divisible = _windows(layer, (None, 8, 1)) or ()
    assert open_size == divisible == Window(period=1, step=2, first=(0,), last=(2,))
    assert _windows(layer, (9, 9, 1)) == (Window(period=1, step=2, first=(-1,), last=(1,)),) * 2


MAP = (8, 6, 4)


@pytest.mark.parametrize(
    "layer",
    [
        *(kl.Activation("relu"), kl.Activation("softmax"), kl.ReLU(), kl.PReLU(), kl.LeakyReLU(), kl.ELU()),
        *(kl.Softmax(), kl.BatchNormalization(), kl.LayerNormalization(), kl.UnitNormalization()),
        *(kl.RMSNormalization(), kl.Dense(3), kl.Rescaling(2.0), kl.Identity(), kl.Normalization()),
        *(kl.Dropout(0.5), kl.SpatialDropout2D(0.5), kl.GaussianNoise(1.0), kl.GaussianDropout(0.5)),
        *(kl.AlphaDropout(0.5), kl.ActivityRegularization(), kl.Masking(), ops.relu, ops.softmax, ops.abs),
        *(lambda x: x * 2 + 1, lambda x: ops.mean(x, axis=-1, keepdims=True), lambda x: ops.cast(x, "int32")),
    ],
)
def test_what_works_on_each_position_alone(layer: Any) -> None:
    windows = _windows(layer, MAP)
    assert windows is not None
    assert windows[0] is windows[1] is POINT


@pytest.mark.parametrize(
    "layer",
    [
        *(kl.Add(), kl.Subtract(), kl.Multiply(), kl.Average(), kl.Maximum(), kl.Minimum()),
        *(kl.Concatenate(), kl.Concatenate(axis=3), lambda maps: ops.concatenate(maps, axis=-1)),
        *(lambda maps: maps[0] + maps[1], lambda maps: maps[0] / maps[1], lambda maps: ops.maximum(*maps)),
    ],
)
def test_merges_of_maps_keep_positions(layer: Any) -> None:
    assert _windows(layer, MAP, MAP) == (POINT, POINT)


@pytest.mark.parametrize(
    "layer",
    [
        *(kl.GlobalAveragePooling2D(), kl.GlobalMaxPooling2D(keepdims=True), kl.GroupNormalization(2)),
        *(kl.LayerNormalization(axis=[1, 2, 3]), lambda x: ops.mean(x, axis=(1, 2))),
    ],
)
def test_what_looks_at_the_whole_map(layer: Any) -> None:
    windows = _windows(layer, MAP)
    assert windows is not None
    assert windows[0] is windows[1] is WHOLE


class _Kept(kl.Conv2D):
    """A subclass that computes what Keras does."""

    def __init__(self, *how: Any, **more: Any) -> None:
        super().__init__(*how, **more)
        self.note = "own"

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "note": self.note}


class _Flipping(kl.Conv2D):
    def call(self, inputs: Any) -> Any:
        return super().call(ops.flip(inputs, axis=1))


class _FlippingInside(kl.Conv2D):
    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        return super().convolution_op(ops.flip(inputs, axis=1), kernel)


class _Stretching(kl.UpSampling2D):
    def _resize_images(self, x: Any, *how: Any, **more: Any) -> Any:
        return super()._resize_images(ops.flip(x, axis=1), *how, **more)


class _Own(kl.Layer):
    def call(self, x: Any) -> Any:
        return ops.roll(x, 1, axis=1)


class Dense(_Own):
    """A user's class that has the name of one of Keras's."""


def _flipped(x: Any) -> Any:
    return ops.flip(x, axis=1)


def test_a_users_subclass_counts_as_what_it_derives_from() -> None:
    assert _windows(_Kept(2, 3, padding="same"), MAP) == (Window(1, 1, (-1,), (1,)),) * 2


@pytest.mark.parametrize(
    "layer",
    [
        *(_Flipping(2, 3), _FlippingInside(2, 3), _Stretching(2), _Own(), Dense(), kl.Lambda(lambda x: x)),
        *(kl.Activation(_flipped), kl.Conv2D(2, 3, activation=_flipped), kl.Flatten(), kl.Reshape((6, 8, 4))),
        *(kl.Permute((2, 1, 3)), kl.Resizing(4, 4), kl.Softmax(axis=1), kl.LayerNormalization(axis=1)),
        *(kl.Conv2D(2, 3, data_format="channels_first"), keras.Sequential([kl.ReLU()]), _flipped),
        *(kl.UpSampling2D(data_format="channels_first"), lambda x: ops.mean(x, axis=-1)),
        *(ops.mean, lambda x: ops.split(x, 2, axis=1)[0], lambda x: x[:, ::2]),
    ],
)
def test_of_others_nothing_is_claimed(layer: Any) -> None:
    assert _windows(layer, MAP) is None


def test_a_merge_in_a_way_of_ones_own_is_not_told() -> None:
    class Shifted(kl.Add):
        def _merge_function(self, inputs: Any) -> Any:
            return inputs[0] + ops.roll(inputs[1], 3, axis=1)

    image = keras.Input(MAP)
    (*_, call) = calls_to([Shifted()([image, image])])
    assert windows_of(call) is None


@pytest.mark.parametrize("axis", [1, 2])
def test_maps_side_by_side_are_not_told(axis: int) -> None:
    assert _windows(kl.Concatenate(axis=axis), MAP, MAP) is None
    assert _windows(lambda maps: ops.concatenate(maps, axis=axis), MAP, MAP) is None


def test_a_layer_as_activation_is_seen_through_where_it_is_one() -> None:
    assert _windows(kl.Conv2D(2, 1, activation=kl.LeakyReLU()), MAP) == (POINT, POINT)
    assert _windows(kl.Conv2D(2, 1, activation=_Own()), MAP) is None


def test_a_layer_that_keeps_something_odd_does_no_harm() -> None:
    layer = kl.MaxPooling2D()
    (call,) = layer(keras.Input(MAP))._keras_history.operation._inbound_nodes
    assert windows_of(call) == (Window(1, 2, (0,), (1,)),) * 2
    layer.strides = None
    assert windows_of(call) is None
