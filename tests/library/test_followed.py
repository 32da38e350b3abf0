"""Layers that correspond, are the same, and are fed in the same way."""

from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.backbone import Backbone
from encdec_widgets.networks.followed import joined_channels

pytestmark = pytest.mark.backend


def kernels(backbone: Backbone) -> dict[str, np.ndarray]:
    return {
        v.path: keras.ops.convert_to_numpy(v) for v in backbone.model.weights if v.path.endswith("kernel")
    }


def kept(before: Backbone, path: str, value: Any) -> set[str]:
    """Names of layers that have the kernel of some layer of the network before an edit."""
    old = list(kernels(before).values())
    after = kernels(before.design.replace(path, value).build(before))
    return {
        name.partition("/")[0]
        for name, kernel in after.items()
        if any(np.array_equal(kernel, one) for one in old)
    }


def test_the_maps_that_are_joined_are_seen_through_what_leaves_the_channels() -> None:
    x = keras.Input((8, 8, 3))
    y = keras.layers.Conv2D(5, 1)(x)
    z = keras.layers.Concatenate()([keras.layers.ReLU()(keras.layers.BatchNormalization()(y)), x])
    assert joined_channels(keras.layers.MaxPooling2D()(z)) == (5, 3)
    assert joined_channels(keras.ops.concatenate([z, y], axis=-1)) == (5, 3, 5)
    assert joined_channels(keras.layers.Conv2D(8, 1)(z)) == (8,)
    assert joined_channels(keras.layers.Concatenate(axis=1)([z, z])) == (8,)


@attrs.frozen
class Joined(EncoderBlock):
    """Two maps with 8 channels together, of which the first has some."""

    first: int = 2
    joined: bool = True

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        maps = [
            keras.layers.Conv2D(n, 1, name=f"{prefix}_{i}")(x_in)
            for i, n in enumerate((self.first, 8 - self.first))
        ]
        x = keras.layers.Concatenate(name=f"{prefix}_join")(maps)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x)


def test_weights_that_were_learnt_for_other_channels_are_not_kept() -> None:
    design = Design(CustomEncoderDecoder(encoder=[Joined(), SimpleConvBlock(filters=4)]), (32, 32, 1))
    before = design.build()
    assert kept(before, "encoder[1].pooling_stride", 1) >= {"stack0_enc1_conv0", "stack0_enc1_conv1"}
    names = kept(before, "encoder[0].first", 3)
    assert (
        "stack0_enc1_conv0" not in names
    )  # as many channels as before, of which the third is of the first map now
    assert "stack0_enc1_conv1" in names


def test_numbers_in_names_of_layers_do_not_count() -> None:
    """A U-Net's decoder names its layers by strides."""
    before = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (64, 64, 1)).build()
    now = kept(before, "decoder[0].upsampling_stride", 4)
    assert "stack0_dec0_s4_to_s1_refine_conv1" in now


@attrs.frozen
class Unnamed(EncoderBlock):
    convs: int = 2

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        x = x_in
        for _ in range(self.convs):
            x = keras.layers.Conv2D(4, 3, padding="same")(x)
        return keras.layers.MaxPooling2D()(x)


def test_layers_that_keras_named_keep_their_order() -> None:
    before = Design(
        CustomEncoderDecoder(encoder=[Unnamed(convs=1), Unnamed(), Unnamed()]), (32, 32, 1)
    ).build()
    old = list(kernels(before).values())
    after = kernels(before.design.replace("encoder[0].convs", 3).build(before))
    new = list(after.values())
    assert np.array_equal(new[0], old[0])
    assert all(map(np.array_equal, new[3:], old[1:]))
