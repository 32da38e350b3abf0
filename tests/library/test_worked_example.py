"""What a layer does to a map of 5 x 5: its numbers are those of the layer of Keras."""

import re
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.encoder_decoder import SimpleConvBlock
from encdec_widgets.explain.worked_arithmetic import (
    convolved,
    edge_kernel,
    interpolated,
    pooled,
    repeated,
    soft_kernel,
    transposed,
)
from encdec_widgets.explain.worked_example import (
    MAP,
    OTHER,
    WorkedExample,
    examples_of,
    without_example,
)
from encdec_widgets.figures.charts.worked_tables import worked_tables
from tests.amount import full_or

pytestmark = pytest.mark.backend


def through(layer: Any, *maps: Any) -> Any:
    """What a layer of Keras makes of maps of one channel."""
    given = [keras.ops.convert_to_tensor(one[None, ..., None].astype("float32")) for one in maps]
    made = layer(given[0] if len(given) == 1 else given)
    return keras.ops.convert_to_numpy(made)[0]


def with_kernel(layer: Any, kernel: Any) -> Any:
    layer.build((None, 5, 5, 1))
    layer.kernel.assign(kernel[..., None, None])
    return layer


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("stride", "rate"), [(1, 1), (2, 1), (3, 1), (1, 2)])
def test_a_convolution_is_kerass(size: int, stride: int, rate: int) -> None:
    kernel = edge_kernel((size, size))
    layer = keras.layers.Conv2D(1, size, strides=stride, dilation_rate=rate, padding="same", use_bias=False)
    made = through(with_kernel(layer, kernel), MAP)[..., 0]
    assert np.allclose(convolved(MAP, kernel, (stride, stride), (rate, rate)), made, atol=1e-4)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_pooling_is_kerass(size: int, stride: int) -> None:
    of_max = keras.layers.MaxPooling2D(size, strides=stride, padding="same")
    of_mean = keras.layers.AveragePooling2D(size, strides=stride, padding="same")
    assert np.allclose(pooled(MAP, (size, size), (stride, stride)), through(of_max, MAP)[..., 0])
    if keras.config.backend() == "torch" and size == stride == 3:
        return  # Of a padding on one side, Keras counts the zeros there.
    mean = pooled(MAP, (size, size), (stride, stride), lambda numbers: sum(numbers) / len(numbers))
    assert np.allclose(mean, through(of_mean, MAP)[..., 0], atol=1e-5)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_upsampling_is_kerass(factor: int) -> None:
    nearest = keras.layers.UpSampling2D(factor, interpolation="nearest")
    bilinear = keras.layers.UpSampling2D(factor, interpolation="bilinear")
    assert np.allclose(repeated(MAP, (factor, factor)), through(nearest, MAP)[..., 0])
    assert np.allclose(interpolated(MAP, (factor, factor)), through(bilinear, MAP)[..., 0], atol=1e-4)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_a_transposed_convolution_is_kerass(size: int, stride: int) -> None:
    kernel = soft_kernel((size, size))
    layer = keras.layers.Conv2DTranspose(1, size, strides=stride, padding="same", use_bias=False)
    made = through(with_kernel(layer, kernel), MAP)[..., 0]
    assert np.allclose(transposed(MAP, kernel, (stride, stride)), made, atol=1e-4)


def test_joins_are_kerass() -> None:
    joined = through(keras.layers.Concatenate(), MAP, OTHER)
    (example,) = [e for e in of("SLEAP centroid", "stack0_dec0") if e.title == "Concatenation"]
    assert np.allclose(np.stack(example.outputs, axis=-1), joined)
    added = through(keras.layers.Add(), MAP, OTHER)[..., 0]
    design = preset("SLEAP centroid").replace("decoder[*].skip_add", True)
    (example,) = [e for e in of(design, "stack0_dec0") if e.title == "Addition"]
    assert np.allclose(example.outputs[0], added)


def of(design: Any, block: str) -> tuple[WorkedExample, ...]:
    built = (preset(design) if isinstance(design, str) else design).build()
    return examples_of(block, built.calls, built.layers)


def value_of(text: str) -> float:
    """What the sum of an example comes to, by Python's own arithmetic."""
    sums, _, total = text.rpartition(" = ")
    if re.fullmatch(r"[\d.·+− ]+", sums):
        assert eval(sums.replace("·", "*").replace("−", "-")) == pytest.approx(number(total))
    return number(total) if total else float("nan")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize(
    "name", full_or(list(presets()), ["SLEAP centroid", "U-Net", "FC-DenseNet56", "LEAP CNN"])
)
def test_each_block_of_a_preset_is_explained_by_sums_that_are_right(name: str) -> None:
    built = preset(name).build()
    kinds = {"Conv2D", "MaxPooling2D", "UpSampling2D", "Conv2DTranspose", "Concatenate", "Add"}
    explained = 0
    for block, data in built.blocks.nodes(data=True):
        examples = examples_of(block, built.calls, built.layers)
        has = {built.layers.nodes[layer]["kind"] for layer in data["layers"]}
        assert bool(examples) == bool(has & kinds)
        assert len({example.title for example in examples}) == len(examples)
        for example in examples:
            explained += 1
            assert len(example.taken) == len(example.inputs)
            result = example.outputs[-1][example.at]
            if " = " in example.sum:
                assert value_of(example.sum) == pytest.approx(result, abs=1e-4)
            html = worked_tables(example)
            marks = sum(map(len, example.taken)) + 1
            assert html.count("<mark>") == marks
            assert html.count("<table") == html.count("<caption>")
    assert explained


def test_the_settings_are_those_of_the_blocks_own_layers() -> None:
    design = preset("SLEAP centroid")
    titles = [example.title for example in of(design.replace("up_interpolate", False), "stack0_dec0")]
    assert titles[0].startswith("Transposed convolution, ")
    titles = [example.title for example in of(design.replace("kernel_size", 5), "stack0_enc1")]
    assert titles == ["Convolution, 5 × 5", "Max pooling, 2 × 2, stride 2"] or titles == [
        "Max pooling, 2 × 2, stride 2",
        "Convolution, 5 × 5",
    ]


def test_a_kernel_that_is_larger_than_the_map_is_shown_smaller_and_says_so() -> None:
    (example,) = [
        e
        for e in of(preset("SLEAP centroid").replace("kernel_size", 9), "stack0_enc0")
        if e.kernel is not None
    ]
    assert example.kernel is not None
    assert example.kernel.shape == (5, 5)
    assert "The block's kernel is 9 × 9" in example.words


@attrs.frozen
class Apart(SimpleConvBlock):
    """A block whose convolutions look at each channel apart."""

    def make_block(self, x_in: Any, prefix: str = "conv", **where: Any) -> Any:
        x = keras.layers.DepthwiseConv2D(3, padding="same", name=f"{prefix}_depthwise")(x_in)
        x = keras.layers.SeparableConv2D(2, 5, padding="same", name=f"{prefix}_separable")(x)
        return super().make_block(x, prefix=prefix, **where)


def test_convolutions_of_each_channel_apart_are_kerass_and_say_what_becomes_of_the_channels() -> None:
    design = Design(CustomEncoderDecoder(encoder=(Apart(filters=2, pool=False),)), (16, 16, 2))
    built = design.build()
    (block,) = [name for name, data in built.blocks.nodes(data=True) if data["stage"] == "encoder"]
    depthwise, separable, _ = examples_of(block, built.calls, built.layers)
    assert depthwise.title == "Depthwise convolution, 3 × 3"
    assert "none are added up" in depthwise.words
    layer = keras.layers.DepthwiseConv2D(3, padding="same", use_bias=False)
    layer.build((None, 5, 5, 2))
    kernel = np.stack([depthwise.kernel] * 2, axis=-1)[..., None]
    layer.kernel.assign(kernel)
    given = keras.ops.convert_to_tensor(np.stack([MAP, OTHER], axis=-1)[None].astype("float32"))
    assert np.allclose(keras.ops.convert_to_numpy(layer(given))[0, ..., 0], depthwise.outputs[0], atol=1e-4)
    assert separable.title == "Separable convolution, 5 × 5"
    assert "a convolution of 1 × 1 adds the channels up" in separable.words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"interp_method": "bicubic"}, "Bicubic and Lanczos upsampling have no example: each number is made"),
        ({"interp_method": "lanczos3"}, "Bicubic and Lanczos upsampling have no example"),
        ({"interp_method": "bilinear"}, None),
    ],
)
def test_a_layer_that_no_small_map_shows_says_why(changes: dict[str, Any], said: str | None) -> None:
    design = preset("SLEAP centroid")
    built = design.replace_all({f"decoder[*].{field}": value for field, value in changes.items()}).build()
    reasons = without_example("stack0_dec0", built.calls, built.layers)
    assert len(reasons) == (said is not None)
    assert all(said is not None and reason.startswith(said) for reason in reasons)
    kinds = [example.title for example in examples_of("stack0_dec0", built.calls, built.layers)]
    assert any(title.startswith("Convolution") for title in kinds)


@attrs.frozen
class Wide(SimpleConvBlock):
    """A block whose layers reach further than a map of 5 x 5."""

    def make_block(self, x_in: Any, prefix: str = "conv", **where: Any) -> Any:
        x = keras.layers.MaxPooling2D(7, strides=1, padding="same", name=f"{prefix}_wide_pool")(x_in)
        x = keras.layers.Conv2DTranspose(2, 7, padding="same", name=f"{prefix}_wide_stamp")(x)
        return super().make_block(x, prefix=prefix, **where)


def test_layers_that_reach_further_than_the_map_say_so() -> None:
    design = Design(CustomEncoderDecoder(encoder=(Wide(filters=2, pool=False),)), (16, 16, 2))
    built = design.build()
    (block,) = [name for name, data in built.blocks.nodes(data=True) if data["stage"] == "encoder"]
    assert without_example(block, built.calls, built.layers) == (
        "Max pooling, 7 × 7, stride 1, has no example: it is too large to be seen on a map of 5 × 5.",
        "Transposed convolution, 7 × 7, stride 1, has no example: it is too large to be seen on a map of 5 × 5.",
    )
