"""The dense blocks and the strided convolution: in lists of one's own, described, saved and in mixed precision."""

import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    DenseBlock,
    DenseUpsamplingBlock,
    FCDenseNet,
    StridedConvBlock,
    TransitionDown,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.design import InputShape
from encdec_widgets.networks.weights import unfilled
from tests.amount import full_or
from tests.library.test_fc_densenet import SMALL

CLASSES = [DenseBlock, DenseUpsamplingBlock, FCDenseNet, StridedConvBlock, TransitionDown]
CUSTOM = CustomEncoderDecoder(
    stem=[StridedConvBlock(filters=4, kernel_size=4, batch_norm=True)],
    encoder=[
        DenseBlock(pool=False, first_filters=6, num_layers=2, growth_rate=3),
        SimpleConvBlock(filters=4),
        TransitionDown(pooling_stride=3),
        StridedConvBlock(pooling_stride=2, num_convs=1, filters=4),
    ],
    decoder=[
        DenseUpsamplingBlock(upsampling_stride=2, growth_rate=3, num_layers=1),
        DenseUpsamplingBlock(upsampling_stride=6, growth_rate=3, num_layers=2, new_features_only=False),
        SimpleUpsamplingBlock(refine_convs_filters=4),
    ],
)


def test_a_skip_that_cannot_be_formed_is_reported() -> None:
    network = CustomEncoderDecoder(
        encoder=[DenseBlock(num_layers=1), DenseBlock(num_layers=1)], decoder=[DenseUpsamplingBlock()] * 2
    )
    (notice,) = Design(network, (8, 8, 1)).build().notices
    assert "skip connection at stride 1, where there is no feature; features exist at stride 2" in notice
    network = attrs.evolve(network, decoder=[DenseUpsamplingBlock(skip_connection=False)])
    assert Design(network, (8, 8, 1)).build().notices == ()


@pytest.mark.parametrize("shape", [(None, None, 3), (24, 48, 1), (None, 48, 2)])
def test_a_list_of_these_blocks_works_and_folds_into_blocks(shape: InputShape) -> None:
    backbone = Design(CUSTOM, shape).build()
    strides = [data["stride"] for _, data in backbone.blocks.nodes(data=True)]
    assert strides == [1, 2, 2, 4, 12, 24, 12, 2, 1]
    assert backbone.structure.outputs[0].shape == (None, *shape[:2], 4)
    folded = [name for _, data in backbone.blocks.nodes(data=True) for name in data["layers"]]
    assert sorted(folded) == sorted(layer.name for layer in backbone.structure.layers)


def test_the_first_convolution_is_the_strided_one() -> None:
    x = keras.Input((16, 16, 1))
    block = StridedConvBlock(pooling_stride=4, num_convs=3, batch_norm=True, activation=None)
    model = keras.Model(x, block.make_block(x, prefix="b"))
    assert [model.get_layer(f"b_conv{i}").strides for i in range(3)] == [(4, 4), (1, 1), (1, 1)]
    assert [layer.name for layer in model.layers[1:4]] == ["b_conv0", "b_bn0", "b_act0_None"]
    last = attrs.evolve(block, pool=False, batch_norm_before_activation=False, block_prefix="_x")
    model = keras.Model(x, last.make_block(x, prefix="b"))
    assert [layer.name for layer in model.layers[1:4]] == ["b_x_conv0", "b_x_act0_None", "b_x_bn0"]
    assert model.output.shape == (None, 16, 16, 32)


def test_a_transition_that_does_not_pool_keeps_the_size() -> None:
    x = keras.Input((16, 16, 5))
    assert TransitionDown(pool=False).make_block(x).shape == (None, 16, 16, 5)
    assert TransitionDown(pooling_stride=4).make_block(x, prefix="other").shape == (None, 4, 4, 5)


@settings(max_examples=full_or(40, 12), deadline=None)
@given(data=st.data())
def test_any_fields_give_the_shapes_that_are_promised(data: st.DataObject) -> None:
    def drawn(cls: type) -> Any:
        values = {}
        for field, info in described_fields(cls).items():
            if info.kind == "flag":
                values[field] = data.draw(st.booleans(), field)
            elif info.kind == "integer" and "layers" not in field and "convs" not in field:
                number = st.integers(int(info.minimum), min(int(info.maximum), 300))
                values[field] = data.draw(st.none() | number if info.optional else number, field)
            elif info.kind == "real":
                values[field] = data.draw(st.floats(info.minimum, info.maximum), field)
        return cls(**values)

    def stride(block: Any) -> int:
        return int(block.pooling_stride) if block.pool else 1

    down, transition, strided = map(drawn, (DenseBlock, TransitionDown, StridedConvBlock))
    up = drawn(DenseUpsamplingBlock)
    with unfilled():
        x = keras.Input((70, 9, 2))
        made = down.make_block(x, prefix="down")
        added = down.num_layers * down.growth_rate
        kept = 0 if down.new_features_only else down.first_filters or 2
        sizes = [math.ceil(size / stride(down)) for size in (70, 9)]
        assert made.shape == (None, *sizes, kept + added)
        for block, channels in ((transition, made.shape[-1]), (strided, strided.filters)):
            smaller = [math.ceil(size / stride(block)) for size in sizes]
            assert block.make_block(made, prefix=type(block).__name__).shape == (None, *smaller, channels)
        larger = [size * up.upsampling_stride for size in sizes]
        source = keras.Input((*larger, 7))
        added = up.num_layers * up.growth_rate
        kept = 0 if up.new_features_only else up.transposed_conv_filters + 7 * up.skip_connection
        assert up.make_block(made, skip_source=source).shape == (None, *larger, kept + added)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_field_is_described_in_words_and_its_default_is_valid(cls: type) -> None:
    infos = described_fields(cls)
    assert list(infos) == [attribute.name for attribute in attrs.fields(cls)]
    for field, info in infos.items():
        assert info.help.endswith("."), field
        assert info.accept(field, info.default) == info.default
        if info.usual:
            assert info.minimum <= info.usual[0] < info.usual[1] <= info.maximum


@pytest.mark.parametrize("design", [Design(SMALL), Design(CUSTOM), preset("FC-DenseNet103")])
def test_json_brings_the_same_design_back(design: Design) -> None:
    assert Design.from_json(design.to_json()) == design


def _modules(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        if "module" in config:
            yield config["module"]
        config = list(config.values())
    if isinstance(config, list):
        for item in config:
            yield from _modules(item)


@pytest.mark.parametrize("network", [SMALL, CUSTOM])
def test_a_saved_model_comes_back_without_this_package(network: Any, tmp_path: Path) -> None:
    model = Design(network, (24, 24, 2), Head(3, "softmax")).build().model
    images = np.random.default_rng(0).normal(size=(2, 24, 24, 2)).astype("float32")
    path = tmp_path / "model.keras"
    model.save(path)
    with zipfile.ZipFile(path) as file:
        modules = set(_modules(json.loads(file.read("config.json"))))
    assert {module.partition(".")[0] for module in modules if module} == {"keras"}
    reloaded = keras.models.load_model(path)
    before, after = (m.predict(images, verbose=0) for m in (model, reloaded))
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("network", [SMALL, CUSTOM])
def test_mixed_precision_builds(network: Any) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = Design(network, (24, 24, 1)).build().model
        output = model(np.zeros((1, 24, 24, 1), "float32"))
    finally:
        keras.config.set_dtype_policy(before)
    assert keras.backend.standardize_dtype(output.dtype) == "float16"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert np.isfinite(keras.ops.convert_to_numpy(output)).all()
