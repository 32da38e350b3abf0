"""Rebuilding only what changed: the same network as a fresh one, and the weights of what stayed."""

import gc
import re
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    StackedHourglass,
    UNet,
)
from encdec_widgets.architectures.blocks.block_call import BlockCall
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleConvBlock
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.backbone import Backbone, build_backbone
from tests.amount import full_or
from tests.library.test_any_network import values

pytestmark = pytest.mark.backend

SMALL_UNET = UNet(filters=2, down_blocks=2, up_blocks=2)
FAMILIES = [
    LeapCNN(filters=2, down_blocks=2, up_blocks=2),
    SMALL_UNET,
    attrs.evolve(SMALL_UNET, stacks=2),
    Hourglass(stem_filters=4, filters=4, down_blocks=2, up_blocks=2, stacks=1),
    StackedHourglass(filters=4, down_blocks=1, up_blocks=1, num_residuals=1, stacks=2),
    FCDenseNet(growth_rate=2, first_filters=2, down_layers=(1, 2), bottleneck_layers=1, up_layers=(2, 1)),
    CustomEncoderDecoder.of(SMALL_UNET),
]
SHAPES = [(64, 64, 1), (64, 32, 3), (None, None, 1)]
HEADS = [
    None,
    Head(channels=2),
    Head(channels=3, activation="sigmoid"),
    (Head(channels=2, name="maps"), Head(channels=3)),
    (Head(channels=3, name="fields"), Head(channels=2, name="maps"), Head(channels=2)),
]


def edits(design: Design) -> Iterator[tuple[str, st.SearchStrategy[Any]]]:
    """Every field that can be edited, and what it may be set to."""
    yield "input_shape", st.sampled_from(SHAPES)
    yield "head", st.sampled_from(HEADS)
    architecture = design.architecture
    for name, info in described_fields(architecture).items():
        yield name, values(name, info)
    for stage in ("stem", "encoder", "decoder"):
        for index, block in enumerate(getattr(architecture, f"{stage}_stack") or ()):
            for name, info in described_fields(block).items():
                yield f"{stage}[{index}].{name}", values(name, info)


def facts(backbone: Backbone) -> dict[str, Any]:
    """All that is to be known of a network but its weights."""
    return {
        "config": {**backbone.structure.get_config(), "name": None},  # Each network has a name of its own.
        # Keras numbers seed generators as they come; nothing reads the number.
        "weights": [
            (re.sub(r"seed_generator_\d+", "seed_generator", v.path), tuple(v.shape), v.trainable)
            for v in backbone.structure.variables
        ],
        "layers": list(backbone.layers.nodes(data=True)),
        "layer edges": sorted(backbone.layers.edges(data="skip")),
        "blocks": list(backbone.blocks.nodes(data=True)),
        "block edges": sorted(
            (a, b, sorted(data.items())) for a, b, data in backbone.blocks.edges(data=True)
        ),
        "features": [
            [(tuple(f.tensor.shape), f.stride) for f in stack] for stack in backbone.network.features
        ],
        "notices": backbone.notices,
        "calls of each layer": {len(op._inbound_nodes) for op in backbone.structure.operations},
    }


def built(design: Design, previous: Backbone | None) -> Backbone | FieldError:
    try:
        return design.build(previous)
    except FieldError as error:
        return error


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{type(family).__name__}-{family.stacks}")
@settings(max_examples=full_or(6, 2), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_rebuilt_network_is_the_same_as_a_fresh_one(family: EncoderDecoder, data: st.DataObject) -> None:
    backbone = Design(family, (64, 64, 1)).build()
    for _ in range(4):
        path, strategy = data.draw(st.sampled_from(list(edits(backbone.design))), label="field")
        value = data.draw(strategy, label="value")
        try:
            design = backbone.design.replace(path, value)
        except FieldError:
            continue
        rebuilt, fresh = built(design, backbone), built(design, None)
        if isinstance(rebuilt, FieldError) or isinstance(fresh, FieldError):
            assert str(rebuilt) == str(fresh)
            continue
        assert facts(rebuilt) == facts(fresh)
        backbone = rebuilt


def weights_of(model: Any) -> dict[str, Any]:
    return {variable.path: keras.ops.convert_to_numpy(variable) for variable in model.weights}


@pytest.mark.parametrize(
    ("field", "value", "changed"),
    [
        ("encoder[1].kernel_size", 5, {"enc1_conv0", "enc1_conv1"}),
        ("encoder[1].activation", "elu", set()),
        ("encoder[1].num_convs", 3, {"enc1_conv2"}),
        # What takes it in is new as well: the next block, and the one where its skip arrives.
        (
            "encoder[1].filters",
            6,
            {"enc1_conv0", "enc1_conv1", "enc3_middle_expand_conv0", "dec0_s4_to_s2_refine_conv0"},
        ),
        ("decoder[1].refine_convs", 1, set()),
        ("input_shape", (32, 96, 1), set()),
        ("head", Head(channels=2), {"head"}),
        ("up_blocks", 1, set()),
    ],
)
def test_layers_that_did_not_change_keep_their_weights(field: str, value: Any, changed: set[str]) -> None:
    before = Design(attrs.evolve(SMALL_UNET, filters=4), (64, 64, 1)).build()
    kept = weights_of(before.model)
    after = weights_of(before.design.replace(field, value).build(before).model)
    kernels = {path for path in after if path.endswith("kernel")}  # biases begin as zeros
    new = {path for path in kernels if path not in kept or not np.array_equal(after[path], kept[path])}
    assert {path.partition("/")[0].removeprefix("stack0_") for path in new} == changed


def test_weights_pass_through_a_network_that_was_only_looked_at() -> None:
    first = Design(SMALL_UNET, (64, 64, 1)).build()
    trained = first.model.get_layer("stack0_dec1_s2_to_s1_refine_conv0")
    trained.set_weights([np.full(w.shape, 7, "float32") for w in trained.weights])
    second = first.design.replace("input_shape", (32, 32, 1)).build(first)
    third = second.design.replace("encoder[0].activation", "elu").build(second)
    fourth = third.design.replace("decoder[1].refine_convs", 3).build(third)
    for value in fourth.model.get_layer(trained.name).get_weights():
        assert (value == 7).all()


def test_it_computes_what_a_fresh_network_computes() -> None:
    before = Design(attrs.evolve(SMALL_UNET, filters=4), (32, 32, 1)).build()
    design = before.design.replace("encoder[1].num_convs", 3)
    rebuilt, fresh = design.build(before).model, design.build().model
    fresh.set_weights(rebuilt.get_weights())
    images = np.random.default_rng(0).random((2, 32, 32, 1), dtype="float32")
    np.testing.assert_allclose(
        rebuilt.predict(images, verbose=0), fresh.predict(images, verbose=0), rtol=1e-5
    )


def test_the_earlier_network_stays_as_it_was() -> None:
    before = Design(SMALL_UNET, (32, 32, 1)).build()
    images = np.random.default_rng(0).random((1, 32, 32, 1), dtype="float32")
    seen, expected = facts(before), before.model.predict(images, verbose=0)
    after = before.design.replace("decoder[1].refine_convs", 1).build(before)
    after.design.replace("encoder[0].filters", 4).build(after)
    assert facts(before) == seen
    assert np.array_equal(before.model.predict(images, verbose=0), expected)
    name = "stack0_dec0_s4_to_s2_refine_conv0"
    for backbone in (before, after):
        part = keras.Model(backbone.model.inputs, backbone.model.get_layer(name).output)
        assert part.predict(images, verbose=0).shape[1:3] == (16, 16)


@attrs.frozen
class DenseBlock(EncoderBlock):
    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = keras.layers.Dense(4, name=f"{prefix}_dense")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


@pytest.mark.filterwarnings("ignore:.*custom_gradient:UserWarning")  # Keras on NumPy says so
def test_a_layer_that_was_taken_over_can_be_quantized() -> None:
    """Keras binds this method to the very layer that it makes."""
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), DenseBlock()])
    before = Design(network, (32, 32, 1)).build()
    after = before.design.replace("encoder[0].activation", "elu").build(before)
    kept, taken_over = (each.model.get_layer("stack0_enc1_dense") for each in (before, after))
    assert taken_over is not kept
    taken_over.quantize("int8")
    assert (taken_over.quantization_mode, kept.quantization_mode) == ("int8", None)
    images = np.ones((1, 32, 32, 1), "float32")
    for each in (before, after):
        assert np.isfinite(each.model.predict(images, verbose=0)).all()


def test_discarded_layers_are_freed() -> None:
    first = Design(SMALL_UNET, (32, 32, 1)).build()
    layers = []
    for filters in range(3, 8):
        other = first.design.replace("decoder[1].refine_convs_filters", filters).build(first)
        layers.append(weakref.ref(other.structure.get_layer("stack0_dec1_s2_to_s1_refine_conv0")))
    other = first.design.build(first)
    gc.collect()
    assert [layer() for layer in layers] == [None] * 5


class DroppedError(Exception):
    pass


def test_a_building_that_was_dropped_leaves_nothing_behind() -> None:
    first = Design(SMALL_UNET, (32, 32, 1)).build()
    seen = []

    def drop(call: BlockCall) -> None:
        seen.append(call.prefix)
        if call.stage == "decoder":
            raise DroppedError

    with pytest.raises(DroppedError):
        build_backbone(first.design.replace("encoder[1].filters", 3), first, drop)
    assert seen[0] == "stack0_enc0"
    calls = [call for op in first.structure.operations for call in op._outbound_nodes]
    assert {call.operation.name for call in calls} <= {op.name for op in first.structure.operations}


@attrs.frozen
class UnnamedLayers(EncoderBlock):
    """What somebody writes who does not mind names."""

    filters: int = 2

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = keras.layers.Conv2D(self.filters, 3, padding="same")(x_in)
        return keras.layers.MaxPooling2D()(x + 1)


def test_layers_without_names_are_numbered_as_in_a_fresh_network() -> None:
    blocks = [UnnamedLayers(), SimpleConvBlock(filters=2), UnnamedLayers(filters=3)]
    backbone = Design(CustomEncoderDecoder(encoder=blocks), (32, 32, 1)).build()
    for path, value in (("encoder[1].filters", 4), ("encoder[0].filters", 3), ("encoder[2].pool", False)):
        backbone = backbone.design.replace(path, value).build(backbone)
        assert facts(backbone) == facts(backbone.design.build())
    assert "conv2d_1" in [layer.name for layer in backbone.structure.layers]


@attrs.frozen
class FilledByItself(EncoderBlock):
    """A layer that cannot be described without being filled."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = keras.layers.Normalization(mean=1.0, variance=4.0, name=f"{prefix}_norm")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def test_a_layer_that_fills_its_weights_itself_is_built_too() -> None:
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), FilledByItself()])
    backbone = Design(network, (32, 32, 1)).build()
    backbone = backbone.design.replace("encoder[0].filters", 3).build(backbone)
    images = np.ones((1, 32, 32, 1), "float32")
    assert np.isfinite(backbone.model.predict(images, verbose=0)).all()


def test_another_precision_is_not_mixed_in() -> None:
    first = Design(SMALL_UNET, (32, 32, 1)).build()
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        second = first.design.build(first)
    finally:
        keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in second.structure.layers[1:]} == {"bfloat16"}


def test_nothing_is_filled_before_it_is_asked_for() -> None:
    backbone = Design(UNet(filters=2**12, down_blocks=2, up_blocks=2), (64, 64, 1)).build()
    assert backbone.parameters > 10**9
    assert backbone.blocks.number_of_nodes() > 5


SHARED: dict[str, Any] = {}


@attrs.frozen
class SharedLayer(EncoderBlock):
    """Every block of this kind uses the one layer."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        layer = SHARED.setdefault("layer", keras.layers.Conv2D(2, 1, name="shared"))
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(layer(x_in))


def test_a_layer_that_blocks_share_is_filled_with_whatever_network_is() -> None:
    SHARED.clear()
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), SharedLayer(), SharedLayer()])
    first = Design(network, (32, 32, 1)).build()
    second = first.design.replace("encoder[0].activation", "elu").build(first)
    assert second.model.predict(np.ones((1, 32, 32, 1), "float32"), verbose=0).shape == (1, 4, 4, 2)


class Secretive(keras.layers.Layer):
    """A layer that cannot say what it is made of."""

    def __init__(self, function: Any, name: str) -> None:
        super().__init__(name=name)
        self.function = function

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x: Any) -> Any:
        return self.function(x) * self.scale


@attrs.frozen
class SecretiveBlock(EncoderBlock):
    times: int = 2

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = Secretive(lambda x: x * self.times, f"{prefix}_secret")(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def test_a_layer_that_cannot_say_its_settings_is_made_anew() -> None:
    first = Design(CustomEncoderDecoder(encoder=[SecretiveBlock()]), (32, 32, 1)).build()
    second = first.design.replace("encoder[0].times", 3).build(first)
    assert np.allclose(second.model.predict(np.ones((1, 32, 32, 1), "float32"), verbose=0), 3)


def test_a_frozen_layer_keeps_its_weights_and_stays_frozen() -> None:
    first = Design(attrs.evolve(SMALL_UNET, filters=4), (32, 32, 1)).build()
    first.model.trainable = False
    kept = weights_of(first.model)
    second = first.design.replace("encoder[1].activation", "elu").build(first)
    assert not second.structure.trainable_variables
    assert all(np.array_equal(value, kept[path]) for path, value in weights_of(second.model).items())


def test_what_is_added_to_a_layer_is_not_added_to_the_earlier_network() -> None:
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), DenseBlock()])
    before = Design(network, (32, 32, 1)).build()
    after = before.design.replace("encoder[0].activation", "elu").build(before)
    weights = len(before.model.weights)
    after.model.get_layer("stack0_enc1_dense").enable_lora(1)
    assert len(before.model.weights) == weights
    assert len(after.model.weights) == weights + 2


def test_training_one_network_leaves_the_other_in_use() -> None:
    first = Design(SMALL_UNET, (32, 32, 1)).build()
    images = np.ones((1, 32, 32, 1), "float32")
    expected = first.model.predict(images, verbose=0).shape
    second = first.design.replace("encoder[1].activation", "elu").build(first)
    second.model.compile("sgd", "mse")
    if keras.config.backend() == "numpy":
        return  # Keras does not train on it.
    first.model.compile("sgd", "mse")
    first.model.fit(images, np.zeros(expected, "float32"), verbose=0)
    assert np.isfinite(second.model.predict(images, verbose=0)).all()
    second.model.fit(images, np.zeros(expected, "float32"), verbose=0)
    assert np.isfinite(first.model.predict(images, verbose=0)).all()


def test_a_rebuilt_network_is_saved_and_loaded(tmp_path: Path) -> None:
    first = Design(SMALL_UNET, (32, 32, 1)).build()
    second = first.design.replace("encoder[1].activation", "elu").build(first).model
    second.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    images = np.ones((1, 32, 32, 1), "float32")
    np.testing.assert_allclose(
        again.predict(images, verbose=0), second.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )
