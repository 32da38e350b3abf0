"""The stacked hourglass: the structure of the paper, its blocks on their own, and what is refused."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest import mock

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    ResidualBlock,
    ResidualOutputBlock,
    ResidualUpsamplingBlock,
    StackedHourglass,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from tests.amount import full_or

TWO = StackedHourglass(filters=8, stem_filters=4)
SMALL = (64, 64, 3)


def edges(backbone: Backbone, **wanted: Any) -> set[tuple[str, str]]:
    data = backbone.blocks.edges(data=True)
    return {(a, b) for a, b, edge in data if all(edge.get(key) == value for key, value in wanted.items())}


def inputs_of(backbone: Backbone, layer: str) -> list[str]:
    return list(backbone.layers.predecessors(layer))


@pytest.mark.parametrize(("stacks", "trainable"), [(1, 3_426_448), (2, 6_570_400)])
def test_the_published_number_of_parameters(stacks: int, trainable: int) -> None:
    model = Design(StackedHourglass(stacks=stacks), (256, 256, 3), Head(16, "linear")).build().structure
    assert sum(np.prod(variable.shape) for variable in model.trainable_variables) == trainable
    assert [tuple(output.shape) for output in model.outputs] == [(None, 64, 64, 16)] * stacks


def test_an_hourglass_has_13_residuals_and_is_followed_by_one() -> None:
    layers = Design(TWO, SMALL).build().layers
    residuals = [name.split("_res")[0] for name in layers if re.search(r"_res\d+_add$", name)]
    assert Counter(residuals) == {
        **{f"stem{i}": 1 for i in (1, 2, 3)},
        **{f"stack{stack}_enc{i}": 1 for stack in (0, 1) for i in range(5)},
        **{f"stack{stack}_dec{i}{part}": 1 for stack in (0, 1) for i in range(4) for part in ("", "_skip")},
        **{f"stack{stack}_dec4": 1 for stack in (0, 1)},
    }
    hourglass = [name for name in residuals if name.startswith("stack0") and name != "stack0_dec4"]
    assert len(hourglass) == 13


def test_a_residual_normalizes_first_and_narrows_to_half() -> None:
    model = Design(TWO, SMALL).build().structure
    layers = [layer for layer in model.layers if layer.name.startswith("stack0_enc1_")]
    assert [layer.name.removeprefix("stack0_enc1_") for layer in layers] == [
        "pool",
        *("res0_bn0", "res0_act0_relu", "res0_conv0"),
        *("res0_bn1", "res0_act1_relu", "res0_conv1"),
        *("res0_bn2", "res0_act2_relu", "res0_conv2"),
        "res0_add",
    ]
    convs = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(conv.filters, conv.kernel_size, conv.use_bias) for conv in convs] == [
        (4, (1, 1), True),
        (4, (3, 3), True),
        (8, (1, 1), True),
    ]


def test_the_stem_has_the_widths_and_strides_of_the_paper() -> None:
    backbone = Design(StackedHourglass(), (256, 256, 3)).build()
    stem = [data for _, data in backbone.blocks.nodes(data=True) if data["stage"] == "stem"]
    assert [(data["channels"], data["stride"]) for data in stem] == [(64, 2), (128, 2), (128, 4), (256, 4)]
    assert stem[0]["kernel_sizes"] == ((7, 7),)
    assert stem[0]["layers"] == ("stem0_conv0", "stem0_bn0", "stem0_act0_relu")
    shortcuts = [name for name in backbone.layers if name.endswith("shortcut_conv1x1")]
    assert shortcuts == ["stem1_res0_shortcut_conv1x1", "stem3_res0_shortcut_conv1x1"]


def test_every_skip_is_added_and_the_finest_comes_from_the_stacks_own_input() -> None:
    backbone = Design(TWO, SMALL, Head(5)).build()
    expected = {
        (f"stack{stack}_enc{level}", f"stack{stack}_dec{3 - level - 1}")
        for stack in (0, 1)
        for level in range(3)
    }
    expected |= {("stem3", "stack0_dec3"), ("stack0_join", "stack1_dec3")}
    assert edges(backbone, skip=True) == edges(backbone, skip=True, merge="addition") == expected
    assert not backbone.notices


def test_upsampling_is_by_nearest_neighbours_between_the_residual_and_the_sum() -> None:
    backbone = Design(TWO, SMALL).build()
    upsampling = [
        layer for layer in backbone.structure.layers if isinstance(layer, keras.layers.UpSampling2D)
    ]
    assert {(layer.interpolation, layer.size) for layer in upsampling} == {("nearest", (2, 2))}
    assert inputs_of(backbone, "stack0_dec0_interp_nearest") == ["stack0_dec0_res0_add"]
    assert inputs_of(backbone, "stack0_dec0_skip_add") == [
        "stack0_dec0_skip_res0_add",
        "stack0_dec0_interp_nearest",
    ]


def test_what_follows_an_hourglass_ends_in_a_normalized_1x1_convolution() -> None:
    layers = Design(TWO, SMALL).build().blocks.nodes["stack0_dec4"]["layers"]
    assert layers[-4:] == (
        "stack0_dec4_res0_add",
        "stack0_dec4_conv1x1",
        "stack0_dec4_conv1x1_bn",
        "stack0_dec4_conv1x1_act_relu",
    )


def test_stacks_are_joined_by_input_features_and_prediction() -> None:
    backbone = Design(TWO, SMALL, Head(5)).build()
    join = backbone.blocks.nodes["stack0_join"]
    assert (join["kind"], join["stage"], join["stack"]) == ("StackJoin", "join", 0)
    assert (join["shape"], join["stride"]) == ((16, 16, 8), 4)
    assert set(backbone.blocks.predecessors("stack0_join")) == {"stem3", "stack0_dec4", "stack0_head"}
    assert inputs_of(backbone, "stack0_join_add") == [
        "stem3_res0_add",
        "stack0_join_features_conv1x1",
        "stack0_join_head_conv1x1",
    ]
    assert inputs_of(backbone, "stack0_join_head_conv1x1") == ["stack0_head"]
    assert "stack1_join" not in backbone.blocks


def test_without_a_head_the_features_alone_are_joined() -> None:
    backbone = Design(TWO, SMALL).build()
    assert set(backbone.blocks.predecessors("stack0_join")) == {"stem3", "stack0_dec4"}
    assert [output.shape[-1] for output in backbone.structure.outputs] == [8, 8]


@settings(max_examples=full_or(25, 8), deadline=None)
@given(
    stacks=st.integers(1, 2),
    filters=st.integers(2, 9),
    down_blocks=st.integers(1, 4),
    missing=st.integers(0, 4),
    num_residuals=st.integers(1, 2),
    stem_stride=st.sampled_from([1, 2, 4]),
    stem_filters=st.integers(1, 5),
    head=st.sampled_from([None, Head(3)]),
    known_size=st.booleans(),
)
def test_any_fields_give_the_strides_that_they_say_or_a_refusal(
    missing: int, head: Head | None, known_size: bool, **fields: int
) -> None:
    up_blocks = max(fields["down_blocks"] - missing, 0)
    network = StackedHourglass(up_blocks=up_blocks, **fields)
    size = 2 * network.maximum_stride if known_size else None
    try:
        backbone = Design(network, (size, size, 1), head).build()
    except FieldError as error:
        assert error.field == "stacks"
        assert network.stacks > 1
        assert network.down_blocks > up_blocks
        return
    assert network.maximum_stride == network.stem_stride * 2**network.down_blocks
    assert not backbone.notices
    assert len(edges(backbone, skip=True)) == network.stacks * up_blocks
    expected = None if size is None else size // network.output_stride
    for output in backbone.structure.outputs:
        assert tuple(output.shape) == (None, expected, expected, 3 if head else network.filters)
    for stride, feature in zip(network.feature_strides[1:], backbone.features[0], strict=True):
        assert feature.stride == stride
        assert size is None or feature.tensor.shape[1] * stride == size


@pytest.mark.parametrize(
    ("make", "field", "suggestions"),
    [
        (lambda: StackedHourglass(stem_stride=3), "stem_stride", (2, 4)),
        (lambda: StackedHourglass(stem_stride=8), "stem_stride", (4,)),
        (lambda: StackedHourglass(filters=1), "filters", (2,)),
        (lambda: StackedHourglass(down_blocks=0), "down_blocks", (4,)),
        (lambda: StackedHourglass(down_blocks=3), "up_blocks", (3,)),
        (lambda: StackedHourglass(num_residuals=0), "num_residuals", (1,)),
        (lambda: Design(StackedHourglass(up_blocks=3)), "stacks", (1,)),
        (lambda: Design(TWO, (96, 64, 3)), "input_shape", ((64, 64, 3), (128, 64, 3))),
        (lambda: Design(TWO, SMALL, Head(stride=16)), "head.stride", (4,)),
        (lambda: Design(TWO, SMALL, Head(stride=2)), "head.stride", (4,)),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(
    make: Callable[[], object], field: str, suggestions: tuple[object, ...]
) -> None:
    with pytest.raises(FieldError) as caught:
        make()
    assert caught.value.field == field
    assert caught.value.suggestions == suggestions


def test_a_single_hourglass_can_have_its_head_at_any_feature() -> None:
    network = attrs.evolve(TWO, stacks=1)
    for stride in network.feature_strides:
        (output,) = Design(network, SMALL, Head(3, stride=stride)).build().structure.outputs
        assert output.shape[1:] == (64 // stride, 64 // stride, 3)


def test_from_strides_gives_exactly_these_strides() -> None:
    assert StackedHourglass.from_strides() == StackedHourglass()
    network = StackedHourglass.from_strides(
        stem_stride=2, max_stride=16, output_stride=4, stem_filters=8, filters=32, stacks=1
    )
    assert network == StackedHourglass(
        stacks=1, filters=32, down_blocks=3, up_blocks=2, stem_stride=2, stem_filters=8
    )
    assert (network.stem_features_stride, network.maximum_stride, network.output_stride) == (2, 16, 4)


@pytest.mark.parametrize(
    ("arguments", "field", "suggestions"),
    [
        ({"stem_stride": 8, "stacks": 1, "output_stride": 8}, "stem_stride", {4}),
        ({"stem_stride": None}, "stem_stride", {4}),
        ({"max_stride": 48}, "max_stride", {32, 64}),
        ({"max_stride": 4}, "max_stride", {8}),
        ({"output_stride": 8}, "output_stride", {4}),
        ({"output_stride": 2, "stacks": 1}, "output_stride", {4}),
        ({"filters": 0}, "filters", {2}),
    ],
)
def test_from_strides_refuses_others(arguments: dict[str, Any], field: str, suggestions: set[int]) -> None:
    with pytest.raises(FieldError) as caught:
        StackedHourglass.from_strides(**arguments)
    assert caught.value.field == field
    assert set(caught.value.suggestions) == suggestions


def test_json_brings_the_network_and_its_blocks_back() -> None:
    design = Design(attrs.evolve(TWO, num_residuals=2), SMALL, Head(4))
    assert Design.from_json(design.to_json()) == design
    blocks = Design(CustomEncoderDecoder.of(TWO), SMALL)
    assert Design.from_json(blocks.to_json()) == blocks


def custom(*encoder: EncoderBlock, **fields: Any) -> Design:
    decoder = (ResidualUpsamplingBlock(filters=6, **fields),)
    return Design(CustomEncoderDecoder(encoder=encoder, decoder=decoder), (8, 8, 1))


PLAIN = SimpleConvBlock(pool=False, num_convs=1, filters=4)
RESIDUAL = ResidualBlock(filters=4)


def test_the_blocks_can_stand_next_to_those_of_the_seed() -> None:
    backbone = custom(PLAIN, RESIDUAL, num_residuals=2).build()
    assert edges(backbone, skip=True, merge="addition") == {("stack0_enc0", "stack0_dec0")}
    assert backbone.structure.output_shape == (None, 8, 8, 6)
    shortcuts = [name for name in backbone.layers if name.endswith("shortcut_conv1x1")]
    assert shortcuts == ["stack0_dec0_res0_shortcut_conv1x1", "stack0_dec0_skip_res0_shortcut_conv1x1"]


def test_a_skip_that_is_not_wanted_or_has_no_source_leaves_no_branch() -> None:
    unwanted, missing = custom(PLAIN, RESIDUAL, skip_connection=False).build(), custom(RESIDUAL).build()
    for backbone in (unwanted, missing):
        assert not any("_skip_" in name for name in backbone.layers)
    assert not unwanted.notices
    (notice,) = missing.notices
    assert "dec0 asks for a skip connection at stride 1" in notice


def _computed(model: Any, x: np.ndarray) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(model(x)))


def _made(block: Any, *inputs: Any, **arguments: Any) -> Any:
    """A model of one block whose convolutions put out nothing, so that only the shortcuts count."""
    with mock.patch.object(keras.initializers.GlorotUniform, "__call__", _zeros):
        return keras.Model(inputs[0], block.make_block(*inputs, **arguments))


def _zeros(_: Any, shape: tuple[int, ...], dtype: str | None = None) -> Any:
    return keras.ops.convert_to_tensor(np.zeros(shape, "float32"), dtype)


X = np.random.default_rng(0).normal(size=(1, 4, 4, 4)).astype("float32")


def test_a_residual_adds_to_its_pooled_input() -> None:
    model = _made(ResidualBlock(filters=4, num_residuals=2), keras.Input((4, 4, 4)))
    pooled = X.reshape(1, 2, 2, 2, 2, 4).max(axis=(2, 4))
    np.testing.assert_allclose(_computed(model, X), pooled, atol=1e-6)


def test_a_decoder_block_adds_the_skip_to_the_repeated_pixels() -> None:
    x = keras.Input((4, 4, 4))
    block = ResidualUpsamplingBlock(filters=4)
    repeated = X.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(_computed(_made(block, x), X), repeated, atol=1e-6)
    with_skip = _made(block, x, skip_source=keras.layers.UpSampling2D(2)(x))
    np.testing.assert_allclose(_computed(with_skip, X), 2 * repeated, atol=1e-6)


def test_an_output_block_keeps_the_size_or_makes_it_larger() -> None:
    x = keras.Input((4, 4, 3))
    assert ResidualOutputBlock(filters=6).make_block(x).shape == (None, 4, 4, 6)
    larger = ResidualOutputBlock(filters=6, upsampling_stride=3)
    assert larger.make_block(x, prefix="larger").shape == (None, 12, 12, 6)
