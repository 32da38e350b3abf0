"""Networks are channels-last, whatever Keras's image data format is."""

from collections.abc import Iterator
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import (
    CustomEncoderDecoder,
    DenseBlock,
    FCDenseNet,
    Hourglass,
    LeapCNN,
    ResidualBlock,
    StackedHourglass,
    StridedConvBlock,
    UNet,
)
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.backbone import Backbone
from encdec_widgets.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.networks.data_format import DataFormatError
from encdec_widgets.workers.timing import network_of

UPSAMPLING = [
    SimpleUpsamplingBlock(transposed_conv=on, skip_connection=True, skip_add=on) for on in (True, False)
]
FAMILIES = [
    LeapCNN(filters=2, down_blocks=2, up_blocks=2),
    UNet(filters=2, down_blocks=2, up_blocks=2, stacks=2),
    Hourglass(filters=2, down_blocks=2, up_blocks=2),
    StackedHourglass(filters=4, stacks=2),
    FCDenseNet(growth_rate=2),
    CustomEncoderDecoder(
        encoder=[
            SimpleConvBlock(filters=2),
            StridedConvBlock(filters=4),
            DenseBlock(),
            ResidualBlock(filters=4),
        ],
        decoder=UPSAMPLING,
    ),
]


@pytest.fixture
def _channels_first() -> Iterator[None]:
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


def facts(backbone: Backbone) -> dict[str, Any]:
    field = backbone.receptive_field().output
    return {
        "config": {**backbone.structure.get_config(), "name": None},
        "parameters": backbone.parameters,
        "multiply_adds": backbone.cost().multiply_adds,
        "field": (field.extent, field.size),
        "sent": network_of(backbone.design).text,
    }


@pytest.mark.parametrize("architecture", FAMILIES, ids=lambda a: type(a).__name__)
def test_a_design_builds_the_same_network(architecture: EncoderDecoder) -> None:
    side = 2 * architecture.maximum_stride
    design = Design(architecture, (side, 2 * side, 3), Head(channels=3))
    expected = facts(design.build())
    keras.config.set_image_data_format("channels_first")
    try:
        assert facts(design.build()) == expected
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.usefixtures("_channels_first")
def test_an_edit_keeps_layers_and_weights_that_were_made_before_it_was_set() -> None:
    keras.config.set_image_data_format("channels_last")
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
    before = design.build()
    keras.config.set_image_data_format("channels_first")
    after = design.replace("decoder[1].refine_convs", 1).build(before)
    assert after.structure.layers[1] is before.structure.layers[1]


@attrs.frozen
class Own(EncoderBlock):
    """A block whose layers depend on its field `kind`."""

    pool: bool = False
    kind: str = "told"

    def make_block(self, x_in: Any, prefix: str = "own") -> Any:
        told = {"data_format": "channels_last", "padding": "same"}
        if self.kind == "told":
            return keras.layers.Conv2D(2, 3, **told, name=f"{prefix}_conv")(x_in)
        if self.kind == "untold":
            return keras.layers.Conv2D(2, 3, padding="same", name=f"{prefix}_conv")(x_in)
        if self.kind == "inside":
            return keras.Sequential([keras.layers.AveragePooling2D(1)], name=f"{prefix}_inner")(x_in)
        if self.kind == "function":
            return keras.ops.average_pool(x_in, 1)
        if self.kind == "lambda":
            return keras.layers.Lambda(lambda x: x, output_shape=lambda s: s, name=f"{prefix}_own")(x_in)
        if self.kind == "fails":
            pooled = keras.layers.MaxPooling2D(2, name=f"{prefix}_pool")(x_in)
            larger = keras.layers.UpSampling2D(2, data_format="channels_last", name=f"{prefix}_up")(pooled)
            return keras.layers.Add(name=f"{prefix}_add")([x_in, larger])
        return keras.layers.ReLU(name=f"{prefix}_relu")(
            keras.layers.BatchNormalization(name=f"{prefix}_bn")(x_in)
        )


def own(kind: str) -> Design:
    return Design(CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), Own(kind=kind)]), (16, 16, 1))


@pytest.mark.usefixtures("_channels_first")
@pytest.mark.parametrize("kind", ["told", "no format"])
def test_a_users_block_that_does_not_leave_it_to_keras_is_built(kind: str) -> None:
    assert own(kind).build().structure.output_shape == (None, 8, 8, 2)


@pytest.mark.usefixtures("_channels_first")
@pytest.mark.parametrize("kind", ["untold", "inside", "function", "lambda", "fails"])
def test_a_users_block_that_leaves_it_to_keras_is_refused_by_name(kind: str) -> None:
    with pytest.raises(
        DataFormatError, match=r"stack0_enc1 \(Own\) .*\"channels_first\".*set_image_data_format"
    ):
        own(kind).build()


@pytest.mark.parametrize("kind", ["untold", "inside", "function", "lambda"])
def test_it_is_built_where_keras_takes_images_for_channels_last(kind: str) -> None:
    assert own(kind).build().structure.output_shape[1:3] == (8, 8)


class OwnEnd(EncoderDecoder):
    """An architecture that makes a layer outside of its blocks."""

    @property
    def encoder_stack(self) -> list[EncoderBlock]:
        return [SimpleConvBlock(filters=2)]

    @property
    def decoder_stack(self) -> list[Any]:
        return []

    def make_backbone(self, x_in: Any, current_stride: int = 1, **kwargs: Any) -> Any:
        x, features = super().make_backbone(x_in, current_stride, **kwargs)
        return keras.layers.AveragePooling2D(1, name="own_pool")(x), features


@pytest.mark.usefixtures("_channels_first")
def test_a_layer_of_a_users_architecture_is_refused_too() -> None:
    with pytest.raises(DataFormatError, match=r"OwnEnd is made .* its layer 'own_pool'"):
        Design(OwnEnd(), (16, 16, 1)).build()
