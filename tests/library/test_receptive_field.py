"""Receptive fields of networks, against numbers that were worked out by hand."""

import json
from typing import Any

import attrs
import keras
import pytest
from keras import layers as kl
from keras import ops

from encdec_widgets import Design
from encdec_widgets.architectures import FCDenseNet, Hourglass, LeapCNN, StackedHourglass, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.explain.receptive_field import (
    MapReceptiveField,
    ReceptiveField,
    receptive_fields,
)
from encdec_widgets.networks.call_graph import call_graph


def _of(inputs: Any, outputs: Any) -> ReceptiveField:
    return receptive_fields(call_graph(keras.Model(inputs, outputs), []), {}, None)


def _after(*layers: Any, shape: Any = (64, 64, 2)) -> MapReceptiveField:
    x = inputs = keras.Input(shape)
    for layer in layers:
        x = layer(x)
    return _of(inputs, x).output


def _exact(size: int, smallest: int, offset: float) -> MapReceptiveField:
    return MapReceptiveField(
        extent="exact", size=(size, size), smallest=(smallest, smallest), offset=(offset, offset)
    )


def _same(kernel: int, **more: Any) -> Any:
    return kl.Conv2D(2, kernel, padding="same", **more)


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ((), _exact(1, 1, 0)),
        ((_same(3),), _exact(3, 3, 0)),
        ((_same(3), kl.ReLU(), kl.MaxPooling2D()), _exact(4, 4, 0)),
        ((_same(3, dilation_rate=4),), _exact(9, 9, 0)),
        # Pixels p to p + 1 by "same" padding, whose middle is half a pixel further.
        ((_same(2),), _exact(2, 2, 0.5)),
        # Without padding, position p is of pixels p to p + 2.
        ((kl.Conv2D(2, 3),), _exact(3, 3, 1)),
        # A stride of 2 pads below only: pixels 2p to 2p + 2, where position p is the middle of 2p and 2p + 1.
        ((_same(3, strides=2),), _exact(3, 3, 0.5)),
        # 2 of 4 pixels are looked at: 4p + 1 and 4p + 2 would be the middle ones, 4p and 4p + 1 are seen.
        ((kl.MaxPooling2D(2, strides=4, padding="same"),), _exact(2, 2, -1)),
        # Two positions of stride 1 see the same two pixels, one of them from above.
        ((kl.MaxPooling2D(), kl.UpSampling2D()), _exact(2, 2, 0.5)),
        # Between two inputs, or on one: pixels p - 1 and p, or p alone, at half a pixel a position.
        ((kl.UpSampling2D(interpolation="bilinear"),), _exact(2, 2, -0.25)),
        ((kl.UpSampling2D(3, interpolation="bilinear"),), _exact(2, 1, -1 / 6)),
        # A kernel of 1 in strides of 2 leaves gaps, which a convolution of 2 fills and one of dilation 2 does not.
        ((kl.Conv2DTranspose(2, 1, strides=2, padding="same"),), _exact(1, 0, 0.25)),
        ((kl.Conv2DTranspose(2, 1, strides=2, padding="same"), _same(2)), _exact(1, 1, 0.25)),
        (
            (kl.Conv2DTranspose(2, 1, strides=2, padding="same"), _same(2, dilation_rate=2)),
            _exact(2, 0, 0.25),
        ),
    ],
)
def test_a_few_layers(layers: Any, field: MapReceptiveField) -> None:
    told = _after(*layers)
    assert attrs.evolve(told, offset=None) == attrs.evolve(field, offset=None)
    assert told.offset == pytest.approx(field.offset)


def test_height_and_width_are_told_apart() -> None:
    field = _after(kl.Conv2D(2, (3, 1), padding="same"), kl.MaxPooling2D((1, 2)), kl.Conv2D(2, (1, 3)))
    assert field == MapReceptiveField(extent="exact", size=(3, 6), smallest=(3, 6), offset=(0, 2))


@pytest.mark.parametrize("size", [None, 64])
def test_a_u_net_is_as_worked_out_by_hand(size: int | None) -> None:
    field = Design(UNet(filters=2), (size, size, 1)).build().receptive_field()
    # Two 3 x 3 convolutions at stride s add 4 s, and the 2 x 2 pooling after them s: 1 + 4, + 1, + 8, + 2, ...
    down = {"enc0": 5, "enc1": 6 + 8, "enc2": 16 + 16, "enc3": 36 + 32, "enc4": 68 + 8}
    # The block in the middle: two convolutions at stride 16, a block each.
    down |= {"enc5": 76 + 32, "enc6": 108 + 32}
    for block, extent in down.items():
        assert field.blocks[f"stack0_{block}"] == _exact(extent, extent, 0)
    # A transposed 3 x 3 convolution of stride 2 makes an even row of two rows of the map below, an odd one of one.
    assert field.skips["stack0_dec0"].other.size == (140 + 16, 140 + 16)
    assert field.skips["stack0_dec0"].other.smallest == (140, 140)
    # With the two convolutions an even row sees 4 rows of the bottleneck's and an odd one 3; then 5 or 4, 6 or 5.
    rows = {"dec0": (4, 3), "dec1": (5, 4), "dec2": (6, 5), "dec3": (6, 5)}
    for block, (most, least) in rows.items():
        told = field.blocks[f"stack0_{block}"]
        assert told.size == (140 + (most - 1) * 16,) * 2
        assert told.smallest == (140 + (least - 1) * 16,) * 2
    assert field.output == field.blocks["stack0_dec3"]
    assert field.encoder_only == 76


def test_at_a_skip_both_are_told_and_the_larger_one_counts() -> None:
    field = Design(UNet(filters=2), (64, 64, 1)).build().receptive_field()
    assert {block: fields.skip.size for block, fields in field.skips.items()} == {
        "stack0_dec0": (68, 68),
        "stack0_dec1": (32, 32),
        "stack0_dec2": (14, 14),
        "stack0_dec3": (5, 5),
    }
    for block, fields in field.skips.items():
        (joined,) = (
            told for layer, told in field.layers.items() if layer.startswith(block) and "concat" in layer
        )
        assert joined == fields.other


def test_a_skip_counts_as_it_arrives_where_it_is_joined() -> None:
    backbone = Design(StackedHourglass(filters=2, stacks=1, down_blocks=2, up_blocks=2), (64, 64, 1)).build()
    field = backbone.receptive_field()
    for block, fields in field.skips.items():
        ((source, _, data),) = (
            edge for edge in backbone.blocks.in_edges(block, data=True) if edge[2]["skip"]
        )
        assert data["merge"] == "addition"
        stride, at_its_source = backbone.blocks.nodes[source]["stride"], field.blocks[source].size
        # A residual on the way has one 3 x 3 convolution.
        assert at_its_source is not None
        assert fields.skip.size == tuple(extent + 2 * stride for extent in at_its_source)
    assert len(field.skips) == 2


@pytest.mark.parametrize(
    "architecture",
    [FCDenseNet(down_layers=(1, 1), up_layers=(1, 1)), Hourglass(filters=2, stem_filters=2, stacks=2)],
)
def test_every_block_that_a_skip_enters_tells_both(architecture: Any) -> None:
    backbone = Design(architecture, (None, None, 1)).build()
    entered = {block for _, block, skip in backbone.blocks.edges(data="skip") if skip}
    fields = backbone.receptive_field()
    assert set(fields.skips) == entered
    assert len(entered) >= 2
    for both in fields.skips.values():
        assert both.skip.size is not None
        assert both.other.size is not None
        assert both.skip.size < both.other.size


def test_a_network_without_skips_tells_none() -> None:
    assert Design(LeapCNN(filters=2), (64, 64, 1)).build().receptive_field().skips == {}


def _squeezed(x: Any) -> Any:
    """A map whose channels are weighted by what the whole map holds."""
    weights = kl.GlobalAveragePooling2D(name="pooled")(x)
    return kl.Multiply(name="weighted")([x, kl.Reshape((1, 1, 2), name="shaped")(kl.Dense(2)(weights))])


def test_after_global_pooling_the_whole_image_is_seen() -> None:
    inputs = keras.Input((16, 16, 2))
    field = _of(inputs, _same(3)(_squeezed(_same(3, name="conv")(inputs))))
    assert field.output == MapReceptiveField(extent="whole image", why="pooled")
    assert field.layers["shaped"] == field.layers["weighted"] == field.output
    assert field.layers["conv"] == _exact(3, 3, 0)


class _Own(kl.Layer):
    def call(self, x: Any) -> Any:
        return x


def test_what_is_not_known_says_why_and_stays_unknown() -> None:
    inputs = keras.Input((16, 16, 2))
    x = _same(3)(_Own(name="mine")(_same(3)(inputs)))
    unknown = MapReceptiveField(extent="unknown", why="mine")
    assert _of(inputs, x).output == unknown
    assert _of(inputs, _Own(name="another")(kl.Add()([inputs, x]))).output == unknown
    # The whole image is all there is, with or without what is not known.
    assert _of(inputs, kl.Add()([x, _squeezed(inputs)])).output.extent == "whole image"


def test_maps_that_do_not_go_along_with_each_other_are_not_told() -> None:
    inputs = keras.Input((8, 8, 2))
    strides = kl.Add(name="join")([kl.MaxPooling2D()(inputs), kl.Cropping2D(2)(inputs)])
    stretched = kl.Add(name="join")([inputs, kl.MaxPooling2D(8)(inputs)])
    for output in (strides, stretched):
        assert _of(inputs, output).output == MapReceptiveField(extent="unknown", why="join")


def test_an_input_that_is_no_image_is_not_told() -> None:
    image, angle = keras.Input((8, 8, 2)), keras.Input((2,), name="angle")
    turned = kl.Add()([image, kl.Reshape((1, 1, 2))(angle)])
    model = keras.Model([image, angle], turned)
    assert receptive_fields(call_graph(model, []), {}, None).output == MapReceptiveField(
        extent="unknown", why="angle"
    )


def test_a_layer_that_is_called_again_sees_what_its_last_call_sees() -> None:
    inputs = keras.Input((8, 8, 2))
    shared = _same(3, name="shared")
    field = _of(inputs, shared(shared(shared(inputs))))
    assert field.layers["shared"] == field.output == _exact(7, 7, 0)


def test_of_several_outputs_the_last_one_counts() -> None:
    inputs = keras.Input((8, 8, 2))
    first = _same(3)(inputs)
    assert _of(inputs, [first, _same(3)(first)]).output == _exact(5, 5, 0)


def test_operations_without_layers_are_read_too() -> None:
    inputs = keras.Input((8, 8, 2))
    x = ops.relu(_same(3)(inputs)) * 2 + inputs
    assert _of(inputs, ops.concatenate([x, inputs], axis=-1)).output == _exact(3, 3, 0)


def test_fields_become_plain_data() -> None:
    field = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1)).build().receptive_field()
    data = json.loads(json.dumps(field.to_dict()))
    assert data["output"]["size"] == list(field.output.size or ())
    assert data["skips"]["stack0_dec0"]["skip"]["extent"] == "exact"
    assert data["encoder_only"] == 6


@pytest.mark.parametrize(
    ("family", "figures"),
    [(UNet, (6, 16, 36, 76, 156, 316, 636)), (LeapCNN, (8, 22, 50, 106, 218, 442, 890))],
)
def test_sleaps_dialog_shows_what_it_is_known_to_show(family: Any, figures: tuple[int, ...]) -> None:
    shown = [family(down_blocks=n, up_blocks=0).sleap_dialog_receptive_field() for n in range(1, 8)]
    assert shown == list(figures)


@attrs.frozen
class _Odd(EncoderDecoder):
    down_blocks: Any = "3"
    convs_per_block: Any = 2
    kernel_size: Any = (3, 3)


@pytest.mark.parametrize(
    "architecture",
    [
        *(Hourglass(), StackedHourglass(), FCDenseNet(), UNet(down_blocks=0, up_blocks=0)),
        *(_Odd(), _Odd(down_blocks=2), EncoderDecoder()),
    ],
)
def test_sleaps_dialog_shows_nothing_where_the_formula_has_nothing_to_read(architecture: Any) -> None:
    assert architecture.sleap_dialog_receptive_field() is None


def test_the_dialogs_figure_follows_convolutions_and_kernel() -> None:
    assert (
        UNet(down_blocks=2, convs_per_block=3, kernel_size=5).sleap_dialog_receptive_field()
        == 1 + (3 * 4 + 1) * 3
    )
    assert (
        LeapCNN(down_blocks=2, up_blocks=0, down_convs_per_block=1).sleap_dialog_receptive_field()
        == 1 + 3 * 3
    )
