import json
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, LeapCNN, UNet
from encdec_widgets.architectures.encoder_decoder import (
    EncoderBlock,
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, described_fields, integer

CUSTOM = CustomEncoderDecoder(
    stem=None,
    encoder=[SimpleConvBlock(filters=4), SimpleConvBlock(filters=8)],
    decoder=[SimpleUpsamplingBlock(skip_connection=True, refine_convs_first_filters=6)],
)


@pytest.mark.parametrize("design", [*map(preset, presets()), Design(CUSTOM), Design(UNet(), (None, None, 3))])
def test_json_brings_the_same_design_back(design: Design) -> None:
    text = design.to_json()
    assert Design.from_json(text) == design
    assert json.loads(text)["encdec_widgets_design"] == 1


def test_json_knows_a_class_that_was_just_defined() -> None:
    @attrs.frozen
    class Wide(EncoderDecoder):
        filters: int = integer(8, minimum=1, maximum=64, usual=(1, 64), help="Width.")
        encoder_stack = property(lambda self: [SimpleConvBlock(filters=self.filters)])
        decoder_stack = property(lambda self: [SimpleUpsamplingBlock()])

    assert Design.from_json(Design(Wide(filters=9)).to_json()) == Design(Wide(filters=9))


@pytest.mark.parametrize("slots", [True, False])
def test_json_keeps_private_fields_and_leaves_out_what_is_worked_out(slots: bool) -> None:
    @attrs.frozen(slots=slots)
    class Scaled(EncoderBlock):
        _scale: int = 2
        size: int = attrs.field(default=1, alias="how_large")
        twice: int = attrs.field(
            init=False, default=attrs.Factory(lambda self: 2 * self._scale, takes_self=True)
        )

    block = Scaled(scale=3, how_large=5)
    design = Design(CustomEncoderDecoder(encoder=[block]), (32, 32, 1))
    (again,) = Design.from_json(design.to_json()).architecture.encoder
    assert again == block
    assert (again._scale, again.size, again.twice) == (3, 5, 6)


def _json(**changes: object) -> str:
    architecture = {"class": "UNet", "fields": {}}
    return json.dumps(
        {"encdec_widgets_design": 1, "architecture": architecture, "input_shape": [32, 32, 1], **changes}
    )


def test_json_tells_a_users_class_from_a_shipped_one_of_the_same_name() -> None:
    shipped = LeapCNN

    class Namesake(EncoderDecoder):
        encoder_stack = property(lambda self: [SimpleConvBlock()])
        decoder_stack = property(lambda self: [SimpleUpsamplingBlock()])

    Namesake.__name__ = Namesake.__qualname__ = "LeapCNN"
    for architecture in (Namesake(), shipped()):
        again = Design.from_json(Design(architecture).to_json()).architecture
        assert type(again) is type(architecture)


def test_a_network_that_makes_its_decoder_itself_is_not_changed_block_by_block() -> None:
    class Own(UNet):
        def make_decoder(self, *args, **kwargs):
            return super().make_decoder(*args, **kwargs)

    with pytest.raises(FieldError, match="make_decoder of its own"):
        Design(Own()).replace("encoder[0].filters", 3)


@pytest.mark.parametrize(
    "stack", [None, SimpleConvBlock(), [SimpleConvBlock], [3], [SimpleUpsamplingBlock()]]
)
def test_a_stack_that_is_no_list_of_blocks_is_refused_by_name(stack: object) -> None:
    class Broken(EncoderDecoder):
        encoder_stack = property(lambda self: stack)
        decoder_stack = property(lambda self: [])

    with pytest.raises(
        FieldError, match="encoder_stack must be a property that gives a list of EncoderBlock"
    ):
        Design(Broken())
    with pytest.raises(FieldError, match="must define encoder_stack"):
        Design(EncoderDecoder())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not the JSON of a design"),
        ("[]", "not the JSON of a design"),
        ("{}", "not the JSON of a design"),
        ('{"encdec_widgets_design": 1}', "lacks architecture and input_shape"),
        (_json(encdec_widgets_design=99), "version 99"),
        (_json(architecture=3), "architecture"),
        (_json(architecture={"class": "os.system", "fields": {}}), "'os.system', which is not known"),
        (_json(architecture={"class": "UNet", "fields": {"x": 1}}), "no field 'x'"),
        (_json(architecture={"class": "UNet", "fields": {"filters": 0}}), "filters=0"),
        (_json(architecture={"class": "UNet"}), 'not a "class" with "fields"'),
        (_json(architecture={"class": ["UNet"], "fields": {}}), "not known"),
        (_json(input_shape=[33, 32, 1]), "input_shape"),
    ],
)
def test_other_json_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Design.from_json(text)


def test_replace_makes_another_design() -> None:
    design = Design(UNet(filters=16))
    assert design.replace("filters", 24) == Design(UNet(filters=24))
    assert design.replace("input_shape", (64, 96, 3)).input_shape == (64, 96, 3)
    assert design.replace("architecture", LeapCNN()) == Design(LeapCNN())
    assert design == Design(UNet(filters=16))


def test_replace_of_a_block_keeps_all_other_blocks() -> None:
    design = Design(UNet(filters=16)).replace("encoder[1].filters", 48)
    expected = CustomEncoderDecoder.of(UNet(filters=16))
    assert isinstance(design.architecture, CustomEncoderDecoder)
    assert design.architecture.encoder[1] == attrs.evolve(expected.encoder[1], filters=48)
    assert design.architecture.encoder[2:] == expected.encoder[2:]
    assert design.architecture.decoder == expected.decoder


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("filters", 0, "filters=0"),
        ("filtres", 8, "Would work: 'filters'"),
        ("encoder[1].filters", 0, r"encoder\[1\].filters=0"),
        ("encoder[99].filters", 8, r"there is encoder\[0\] to encoder\[6\]"),
        ("encoder[x].filters", 8, r"encoder\[2\].num_convs"),
        ("stacks", 3, None),
        ("architecture", "UNet", "instance of EncoderDecoder"),
        ("input_shape", (300, 300, 1), r"Would work: \(288, 288, 1\) or \(304, 304, 1\)"),
        ("input_shape", (8, 256, 1), r"Would work: \(16, 256, 1\)"),
        ("input_shape", (256, 256), "three numbers"),
        ("input_shape", "abc", "three numbers"),
        ("input_shape", (256, 256, 0), "channels a whole number from 1"),
    ],
)
def test_replace_refuses_by_name(field: str, value: object, words: str | None) -> None:
    design = Design(UNet(filters=8))
    if words is None:
        assert design.replace(field, value) != design
        return
    with pytest.raises(FieldError, match=words) as raised:
        design.replace(field, value)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("network", "shape", "words"),
    [
        (UNet(down_blocks=5), (300, 300, 1), r": 300 → 150 → 75 px, which encoder\[3\], at stride 8, cannot"),
        (UNet(down_blocks=5), (64, None, 1), None),
        (UNet(), (None, 33, 1), r": 33 px, which encoder\[1\], at stride 2, cannot divide by 2"),
        (UNet(stem_blocks=2), (256, 260, 1), r": 260 → 130 → 65 px, which encoder\[1\], at stride 8"),
        (UNet(stem_blocks=2), (258, 256, 1), r": 258 → 129 px, which stem\[2\], at stride 4"),
        (
            CustomEncoderDecoder(encoder=[SimpleConvBlock(pooling_stride=3)] * 2),
            (24, 9, 1),
            r": 24 → 8 px, which encoder\[1\], at stride 9, cannot divide by 3",
        ),
    ],
)
def test_a_size_that_does_not_divide_is_told_where_it_breaks(
    network: EncoderDecoder, shape: tuple[int | None, int | None, int], words: str | None
) -> None:
    if words is None:
        assert Design(network, shape).input_shape == shape
        return
    with pytest.raises(FieldError, match=words):
        Design(network, shape)


def test_stacks_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(FieldError, match="decoder ends at stride 4, the encoder begins at stride 1"):
        Design(UNet(up_blocks=2, stacks=2))


def test_the_default_input_fits_the_architecture() -> None:
    assert Design(UNet()).input_shape == (256, 256, 1)
    assert Design(CustomEncoderDecoder(encoder=[SimpleConvBlock(pooling_stride=3)])).input_shape == (
        258,
        258,
        1,
    )


@given(
    down=st.integers(0, 5),
    stem=st.integers(0, 2),
    height=st.one_of(st.none(), st.integers(1, 700)),
    width=st.one_of(st.none(), st.integers(1, 700)),
)
def test_a_size_divides_or_the_suggestions_do(
    down: int, stem: int, height: int | None, width: int | None
) -> None:
    network = UNet(filters=1, filters_rate=1, down_blocks=down, stem_blocks=stem)
    stride = network.maximum_stride
    try:
        design = Design(network, (height, width, 1))
    except FieldError as error:
        assert error.field == "input_shape"
        assert error.suggestions
        for suggested in error.suggestions:
            assert Design(network, suggested).input_shape == suggested
            for asked, offered in zip((height, width), suggested, strict=False):
                assert (asked is None) == (offered is None)
                assert asked is None or abs(asked - offered) < stride
    else:
        assert all(size is None or size % stride == 0 for size in design.input_shape[:2])


@pytest.mark.parametrize("name", presets())
def test_a_preset_is_explained(name: str) -> None:
    from encdec_widgets.designs.presets import CATALOGUE

    assert CATALOGUE[name].purpose.endswith(".")
    assert CATALOGUE[name].source
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", CATALOGUE[name].date)
    assert preset(name) == CATALOGUE[name].design


def test_an_unknown_preset_is_met_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'U-Net'"):
        preset("u-net")
    with pytest.raises(ValueError, match="SLEAP centroid"):
        preset("zzz")


# From the reference: maximum stride, output stride, filters and rate of SLEAP's shipped training profiles.
@pytest.mark.parametrize(
    ("name", "maximum", "output", "filters", "rate"),
    [
        ("centroid", 16, 2, 16, 2),
        ("medium single", 16, 2, 16, 2),
        ("medium top-down", 16, 4, 24, 2),
        ("medium bottom-up", 32, 4, 16, 2),
        ("large single", 32, 4, 32, 1.5),
        ("large top-down", 32, 4, 24, 1.5),
        ("large bottom-up", 64, 4, 32, 1.5),
    ],
)
def test_shipped_profiles_have_their_published_strides(
    name: str, maximum: int, output: int, filters: int, rate: float
) -> None:
    network = preset(f"SLEAP {name}").architecture
    assert isinstance(network, UNet)
    assert (network.maximum_stride, network.output_stride) == (maximum, output)
    assert (network.filters, network.filters_rate) == (filters, rate)
    assert (network.up_interpolate, network.middle_block, network.stem_stack) == (True, True, None)


def test_described_fields_of_an_encoder_block_are_inherited() -> None:
    assert list(described_fields(EncoderBlock)) == ["pool", "pooling_stride"]
