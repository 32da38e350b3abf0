import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explain.table import block_rows, layer_rows
from encdec_widgets.figures.hover import hover_text
from encdec_widgets.networks.graph import layer_graph

DESIGNS = {
    "unet": Design(UNet(filters=4, down_blocks=3, up_blocks=3), (64, 64, 1)),
    "half resolution": Design(UNet(filters=4, down_blocks=3, up_blocks=2), (64, 32, 3)),
    "interpolated": Design(UNet(filters=4, down_blocks=2, up_blocks=2, up_interpolate=True), (32, 32, 1)),
    "stem": Design(UNet(filters=4, stem_blocks=1, down_blocks=2, up_blocks=2, stacks=2), (64, 64, 1)),
    "any size": Design(UNet(filters=4, down_blocks=2, up_blocks=2), (None, None, 1)),
    "no convolutions": Design(UNet(filters=4, down_blocks=2, up_blocks=2, convs_per_block=0), (32, 32, 1)),
    "leap": Design(LeapCNN(filters=4, filters_rate=1.5), (64, 64, 1)),
}


@pytest.fixture(params=DESIGNS, scope="module")
def backbone(request: pytest.FixtureRequest):
    return DESIGNS[request.param].build()


def test_layers_are_those_of_the_model(backbone) -> None:
    assert isinstance(backbone.structure, keras.Model)
    assert list(backbone.layers) == [layer.name for layer in backbone.structure.layers]
    for layer in backbone.structure.layers:
        node = backbone.layers.nodes[layer.name]
        assert node["shape"] == layer.output.shape[1:]
        assert node["parameters"] == layer.count_params()
        assert node["kind"] == type(layer).__name__


def test_every_layer_is_in_one_block_and_nothing_is_lost(backbone) -> None:
    folded = [name for _, data in backbone.blocks.nodes(data=True) for name in data["layers"]]
    assert sorted(folded) == sorted(backbone.layers)
    total = sum(data["parameters"] for _, data in backbone.blocks.nodes(data=True))
    assert total == backbone.parameters == backbone.structure.count_params()


def test_strides_are_input_size_over_feature_size(backbone) -> None:
    height = backbone.structure.inputs[0].shape[1]
    for layer in backbone.structure.layers:
        if height is not None:
            assert backbone.layers.nodes[layer.name]["stride"] * layer.output.shape[1] == height
    output = backbone.structure.outputs[-1]._keras_history.operation.name
    assert backbone.layers.nodes[output]["stride"] == backbone.design.architecture.output_stride


def test_blocks_stand_in_the_order_of_building_and_in_rows_by_stride(backbone) -> None:
    nodes = [data for _, data in backbone.blocks.nodes(data=True)]
    assert [data["column"] for data in nodes] == list(range(len(nodes)))
    strides = sorted({data["stride"] for data in nodes})
    assert all(strides[data["row"]] == data["stride"] for data in nodes)
    assert nodes[0]["stage"] == "input"


def test_skips_are_level_and_end_in_the_decoder(backbone) -> None:
    for source, target, data in backbone.blocks.edges(data=True):
        if data["skip"]:
            ends = backbone.blocks.nodes[source], backbone.blocks.nodes[target]
            assert ends[0]["stride"] == ends[1]["stride"]
            assert ends[0]["stage"] in ("stem", "encoder", "input")
            assert ends[1]["stage"] == "decoder"
            assert data["merge"] == "concatenation"


def _skips(backbone) -> list[tuple[str, str, str]]:
    return [(a, b, data["merge"]) for a, b, data in backbone.blocks.edges(data=True) if data["skip"]]


def test_a_u_net_has_a_skip_a_level() -> None:
    assert _skips(DESIGNS["unet"].build()) == [
        ("stack0_enc0", "stack0_dec2", "concatenation"),
        ("stack0_enc1", "stack0_dec1", "concatenation"),
        ("stack0_enc2", "stack0_dec0", "concatenation"),
    ]


@pytest.mark.parametrize("channels", [8, 12])
def test_an_added_skip_is_told_from_a_concatenated_one_also_behind_a_convolution(channels: int) -> None:
    blocks = [
        SimpleConvBlock(filters=8, pool=False),
        SimpleConvBlock(filters=channels, pool_before_convs=True),
    ]
    up = SimpleUpsamplingBlock(skip_connection=True, skip_add=True)
    backbone = Design(CustomEncoderDecoder(encoder=blocks, decoder=[up]), (32, 32, 1)).build()
    assert _skips(backbone) == [("stack0_enc0", "stack0_dec0", "addition")]


def test_a_skip_that_cannot_be_formed_is_reported() -> None:
    backbone = Design(UNet(filters=4, stem_blocks=1, down_blocks=2, up_blocks=3), (64, 64, 1)).build()
    (notice,) = backbone.notices
    assert notice.startswith(
        "dec2 asks for a skip connection at stride 1, where there is no feature; "
        "features exist at stride 2, 4."
    )
    assert len(_skips(backbone)) == 2


def test_a_skip_that_is_asked_for_beyond_the_inputs_size_is_reported() -> None:
    decoder = [SimpleUpsamplingBlock(), SimpleUpsamplingBlock(skip_connection=True)]
    notice, _ = Design(CustomEncoderDecoder(encoder=[], decoder=decoder), (8, 8, 1)).build().notices
    assert notice.startswith(
        "dec1 asks for a skip connection on a map that is larger than the input, where there is no feature; "
        "there are no features to connect."
    )


def test_an_output_larger_than_the_input_is_reported() -> None:
    backbone = Design(LeapCNN(filters=2, down_blocks=1, up_blocks=2), (32, 32, 1)).build()
    (notice,) = backbone.notices
    assert notice.startswith("The output is larger than the input: the decoder upsamples more")
    assert min(data["stride"] for _, data in backbone.blocks.nodes(data=True)) == 0.5


def test_the_seeds_own_decoder_warns_of_a_missing_skip() -> None:
    network = UNet(filters=2, stem_blocks=1, down_blocks=1, up_blocks=2)
    with pytest.warns(UserWarning, match="stack0_dec1 asks for a skip connection at stride 1"):
        network.make_backbone(keras.Input((16, 16, 1)))


def test_a_map_that_is_thousands_of_times_larger_has_a_stride() -> None:
    x = keras.Input((4, 4, 1))
    graph = layer_graph(keras.Model(x, keras.layers.UpSampling2D(4096, name="up")(x)), ())
    assert graph.nodes["up"]["stride"] == 1 / 4096


class Residual(EncoderBlock):
    """A user's block: layers without names, two branches."""

    def make_block(self, x_in, prefix="residual"):
        x = keras.layers.Conv2D(6, 3, padding="same")(x_in)
        x = keras.layers.Add()([keras.layers.Conv2D(6, 1)(x_in), x])
        return keras.layers.AveragePooling2D(2)(x)


class Grow(DecoderBlock):
    def make_block(self, x, current_stride=None, skip_source=None, prefix="grow"):
        x = keras.layers.UpSampling2D(2)(x)
        return x if skip_source is None else keras.layers.Maximum()([x, skip_source])


class Own(EncoderDecoder):
    """A user's architecture, written as the seed's text says."""

    @property
    def encoder_stack(self):
        return [Residual(), Residual()]

    @property
    def decoder_stack(self):
        return [Grow(), Grow()]


def test_a_users_own_blocks_are_seen_without_names() -> None:
    backbone = Design(Own(), (32, 32, 1)).build()
    kinds = [(data["kind"], data["stride"]) for _, data in backbone.blocks.nodes(data=True)]
    assert kinds == [("InputLayer", 1), ("Residual", 2), ("Residual", 4), ("Grow", 2), ("Grow", 1)]
    assert _skips(backbone) == [("stack0_enc0", "stack0_dec0", "Maximum")]
    assert len(backbone.blocks.nodes["stack0_enc0"]["layers"]) == 4


class Shared(EncoderBlock):
    """A user's block: one activation layer used twice, plain operations, a residual."""

    def make_block(self, x_in, prefix="shared"):
        act = keras.layers.ReLU(name=f"{prefix}_act")
        x = act(keras.layers.Conv2D(4, 3, padding="same", name=f"{prefix}_conv0")(x_in))
        x = act(keras.layers.Conv2D(4, 3, strides=2, padding="same", name=f"{prefix}_conv1")(x))
        return keras.ops.relu(x) + x


class ResidualThenConcat(DecoderBlock):
    """A user's block: the skip passes a residual before it is concatenated."""

    def make_block(self, x, current_stride=None, skip_source=None, prefix="up"):
        x = keras.layers.UpSampling2D(2)(x)
        if skip_source is None:
            return x
        skip = keras.layers.Add()([skip_source, keras.layers.Conv2D(4, 3, padding="same")(skip_source)])
        return keras.layers.Concatenate()([skip, x])


def test_shared_layers_and_plain_operations_belong_to_their_block() -> None:
    network = CustomEncoderDecoder(
        encoder=[Shared(), Shared()], decoder=[ResidualThenConcat(), ResidualThenConcat()]
    )
    backbone = Design(network, (32, 32, 1)).build()
    kinds = [(data["kind"], data["stride"]) for _, data in backbone.blocks.nodes(data=True)]
    assert kinds == [
        ("InputLayer", 1),
        ("Shared", 2),
        ("Shared", 4),
        ("ResidualThenConcat", 2),
        ("ResidualThenConcat", 1),
    ]
    assert sum(data["parameters"] for _, data in backbone.blocks.nodes(data=True)) == backbone.parameters
    assert _skips(backbone) == [("stack0_enc0", "stack0_dec0", "concatenation")]


def test_a_layer_of_a_fixed_size_has_the_stride_that_it_really_gives() -> None:
    class Fixed(EncoderBlock):
        def make_block(self, x_in, prefix="fixed"):
            return keras.layers.Resizing(16, 16)(x_in)

    backbone = Design(CustomEncoderDecoder(encoder=[Fixed()]), (32, 32, 1)).build()
    assert backbone.blocks.nodes["stack0_enc0"]["stride"] == 2


@pytest.mark.parametrize(
    ("kernel", "sizes", "words"),
    [
        (3, (3, 3), "kernel 3 × 3 px"),
        (np.int64(5), (5, 5), "kernel 5 × 5 px"),
        ((5, 3), (5, 3), "kernel 5 × 3 px"),
        ([5, 3], (5, 3), "kernel 5 × 3 px"),
        ((7,), (7,), "kernel 7 px"),
        ((2, 3, 4), (2, 3, 4), "kernel 2 × 3 × 4 px"),
        *((value, None, "no kernel") for value in (None, True, 2.5, "3", (), (3, None), {"height": 3})),
    ],
)
def test_any_kernel_size_of_a_users_layer_is_read_or_left_out(
    kernel: object, sizes: tuple[int, ...] | None, words: str
) -> None:
    class Blur(keras.layers.Layer):
        kernel_size = kernel

        def call(self, x):
            return x * 2

        def compute_output_shape(self, shape):  # NumPy would multiply what memory held by chance to find it
            return shape

    class Blurred(EncoderBlock):
        def make_block(self, x_in, prefix="blurred"):
            return Blur(name="blur")(x_in)

    backbone = Design(CustomEncoderDecoder(encoder=[Blurred(pool=False)]), (32, 32, 1)).build()
    assert backbone.layers.nodes["blur"]["kernel_size"] == sizes
    block = backbone.blocks.nodes["stack0_enc0"]
    assert block["kernel_sizes"] == ((sizes,) if sizes else ())
    assert f"<br>{words}<br>" in hover_text(block)
    written = words.removeprefix("kernel ").removesuffix(" px") if sizes else None
    assert [row["kernel"] for row in block_rows(backbone.blocks)] == [None, written]
    assert layer_rows(backbone.layers)[-1]["kernel"] == written


def test_a_layer_that_was_used_elsewhere_is_shown_as_it_is_here() -> None:
    conv = keras.layers.Conv2D(4, 3, padding="same")
    conv(keras.Input((64, 64, 1)))

    class Reuses(EncoderBlock):
        def make_block(self, x_in, prefix="reuses"):
            return conv(x_in)

    backbone = Design(CustomEncoderDecoder(encoder=[Reuses(pool=False)]), (32, 32, 1)).build()
    assert backbone.blocks.nodes["stack0_enc0"]["shape"] == (32, 32, 4)


def test_a_block_that_does_not_do_what_it_declares_is_reported() -> None:
    class Lazy(EncoderBlock):
        def make_block(self, x_in, prefix="lazy"):
            return keras.layers.Conv2D(2, 3, padding="same")(x_in)

    (notice,) = Design(CustomEncoderDecoder(encoder=[Lazy()]), (32, 32, 1)).build().notices
    assert notice.startswith("enc0 declares stride 2 and really has 1")


def test_an_upsampling_that_does_not_divide_the_stride_is_refused_where_it_has_a_skip() -> None:
    encoder = [SimpleConvBlock(filters=2, pool=False), SimpleConvBlock(filters=2, pooling_stride=4)]
    up = SimpleUpsamplingBlock(upsampling_stride=3, skip_connection=True)
    for size in (32, None):
        with pytest.raises(FieldError, match="upsampling_stride must divide the stride of its input, 4"):
            Design(CustomEncoderDecoder(encoder=encoder, decoder=[up]), (size, size, 1)).build()


def test_a_head_before_the_end_leaves_blocks_out_and_says_so() -> None:
    design = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1), Head(3, stride=2))
    backbone = design.build()
    (notice,) = backbone.notices
    assert notice.startswith("dec1 is left out: nothing that it makes reaches an output of the network.")
    assert "stack0_dec1" not in backbone.blocks
    assert backbone.structure.output_shape == (None, 16, 16, 3)


@pytest.mark.parametrize("made", [None, "x", [1, 2], 3])
def test_a_block_that_makes_no_tensor_is_refused_by_its_place(made: object) -> None:
    class Broken(EncoderBlock):
        def make_block(self, x_in, prefix="broken"):
            return made

    with pytest.raises(FieldError, match=r"encoder\[0\] must give one Keras tensor"):
        Design(CustomEncoderDecoder(encoder=[Broken()]), (32, 32, 1)).build()


def test_a_users_own_blocks_can_be_edited() -> None:
    design = Design(Own(), (32, 32, 1)).replace("encoder[1].pool", False)
    assert isinstance(design.architecture, CustomEncoderDecoder)
    assert [type(block) for block in design.architecture.encoder] == [Residual, Residual]
    assert [block.pool for block in design.architecture.encoder] == [True, False]


@pytest.mark.parametrize("base", [EncoderBlock, DecoderBlock, EncoderDecoder])
def test_fields_are_asked_for_in_place_of_an_init(base: type) -> None:
    with pytest.raises(TypeError, match=r"Would work: @attrs\.frozen above the class"):

        class Mine(base):
            def __init__(self, filters=8):
                self.filters = filters


@pytest.mark.parametrize(
    "decorate", [attrs.frozen, attrs.define, attrs.frozen(slots=False), attrs.define(slots=False)]
)
def test_fields_can_be_written_in_any_way_of_attrs(decorate) -> None:
    @decorate
    class Mine(EncoderBlock):
        filters: int = 8

        def make_block(self, x_in, prefix="mine"):
            return keras.layers.Conv2D(self.filters, 3, strides=2, padding="same")(x_in)

    design = Design(CustomEncoderDecoder(encoder=[Mine(filters=3)]), (32, 32, 1))
    assert hash(design)
    assert design.replace("encoder[0].filters", 5).build().structure.output_shape == (None, 16, 16, 5)


def test_a_stem_without_blocks_is_no_stem_and_the_input_no_source_of_a_skip() -> None:
    encoder = [SimpleConvBlock(filters=2, pool=False), SimpleConvBlock(filters=2)]
    up = SimpleUpsamplingBlock(skip_connection=True, refine_convs_filters=2)
    networks = [CustomEncoderDecoder(stem=stem, encoder=encoder, decoder=[up]) for stem in (None, (), [])]
    assert networks[0] == networks[1] == networks[2]
    assert networks[1].stem is None
    skips = _skips(Design(networks[1], (32, 32, 1)).build())
    assert skips == [("stack0_enc0", "stack0_dec0", "concatenation")]
