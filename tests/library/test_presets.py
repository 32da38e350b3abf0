"""The presets: the numbers of parameters that are published, and the families they are listed under."""

import math
import re
from typing import Any

import keras
import pytest
from markupsafe import escape

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import Hourglass, Leap2019, StackedHourglass, UNet2015
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.families import FAMILIES
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.designs.presets import family_name, family_start
from tests.builds import built
from tests.preset_costs import HEADER, README, documented, read_columns


def _model(name: str) -> Any:
    return built(preset(name)).structure


def _trainable(model: Any) -> int:
    return sum(math.prod(variable.shape) for variable in model.trainable_variables)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("U-Net", 34_512_128),
        ("U-Net (2015)", 31_030_658),
        ("LEAP CNN", 10_768_896),
        ("LEAP (2019)", 2_545_952),
        ("Hourglass (SLEAP)", 66_002_944),
    ],
)
def test_the_published_number_of_parameters(name: str, parameters: int) -> None:
    assert _model(name).count_params() == parameters


@pytest.mark.parametrize(
    ("name", "trainable"),
    [
        ("Hourglass (SLEAP)", 65_969_408),
        ("Stacked hourglass, 1 stack", 3_426_448),
        ("Stacked hourglass, 2 stacks", 6_570_400),
        # Not published: each further stack brings as many as the second.
        ("Stacked hourglass, 8 stacks", 3_426_448 + 7 * (6_570_400 - 3_426_448)),
    ],
)
def test_the_published_number_of_trainable_parameters(name: str, trainable: int) -> None:
    assert _trainable(_model(name)) == trainable


@pytest.mark.parametrize(
    ("name", "input_shape", "output_shapes"),
    [
        ("U-Net (2015)", (576, 576, 1), [(576, 576, 2)]),
        ("LEAP (2019)", (192, 192, 1), [(192, 192, 32)]),
        ("Hourglass (SLEAP)", (256, 256, 1), [(64, 64, 256)] * 3),
        ("Stacked hourglass, 1 stack", (256, 256, 3), [(64, 64, 16)]),
        ("Stacked hourglass, 2 stacks", (256, 256, 3), [(64, 64, 16)] * 2),
        ("Stacked hourglass, 8 stacks", (256, 256, 3), [(64, 64, 16)] * 8),
    ],
)
def test_sizes_and_maps(
    name: str, input_shape: tuple[int, ...], output_shapes: list[tuple[int, ...]]
) -> None:
    assert preset(name).input_shape == input_shape
    assert [output.shape[1:] for output in _model(name).outputs] == output_shapes


def _convolutions(name: str) -> list[tuple[str, int, int, str]]:
    """Class, filters, kernel size and activation of every convolution of a network."""
    layers = _model(name).layers
    convolutions = []
    for i, layer in enumerate(layers):
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
            following = layers[i + 1] if i + 1 < len(layers) else None
            applied = following if isinstance(following, keras.layers.Activation) else layer
            facts = (type(layer).__name__, layer.filters, layer.kernel_size[0], applied.activation.__name__)
            convolutions.append(facts)
    return convolutions


def test_the_published_u_net_has_23_convolutions_and_up_convolutions_without_relu() -> None:
    down = [("Conv2D", width, 3, "relu") for width in (64, 128, 256, 512, 1024) for _ in range(2)]
    up = [
        convolution
        for width in (512, 256, 128, 64)
        for convolution in (("Conv2DTranspose", width, 2, "linear"), *[("Conv2D", width, 3, "relu")] * 2)
    ]
    assert _convolutions("U-Net (2015)") == [*down, *up, ("Conv2D", 2, 1, "softmax")]
    assert len(down + up) + 1 == 23


def test_the_published_leap_ends_in_a_linear_transposed_convolution() -> None:
    assert _convolutions("LEAP (2019)") == [
        *(("Conv2D", width, 3, "relu") for width in (64, 128, 256) for _ in range(3)),
        ("Conv2DTranspose", 128, 3, "relu"),
        *[("Conv2D", 128, 3, "relu")] * 2,
        ("Conv2DTranspose", 32, 3, "linear"),
    ]


@pytest.mark.parametrize("name", presets())
def test_every_preset_has_fields_of_its_own_beside_its_stacks(name: str) -> None:
    assert set(described_fields(type(preset(name).architecture))) - {"stacks"}


def test_presets_shown_say_what_they_are_for_where_they_come_from_and_since_when() -> None:
    shown = repr(presets())
    for name, row in zip(presets(), presets().table(), strict=True):
        assert row["name"] == name
        for text in row.values():
            assert text
            assert text in repr(presets().table())
            assert str(escape(text)) in presets().table()._repr_html_()
        assert all(row[column] in shown for column in ("name", "purpose", "source", "date"))


def test_the_two_u_nets_are_told_apart_by_purpose_and_date() -> None:
    ours, papers = (
        next(row for row in presets().table() if row["name"] == n) for n in ("U-Net", "U-Net (2015)")
    )
    assert "SLEAP" in ours["purpose"]
    assert papers["date"] < ours["date"]


@pytest.mark.parametrize("cls", [UNet2015, Leap2019])
@pytest.mark.parametrize(("maximum", "output"), [(1, 1), (4, 1), (8, 8), (16, 2)])
def test_the_published_families_are_made_by_strides(cls: Any, maximum: int, output: int) -> None:
    network = cls.from_strides(max_stride=maximum, output_stride=output)
    assert (network.maximum_stride, network.output_stride) == (maximum, output)
    with pytest.raises(FieldError, match="output_stride"):
        cls.from_strides(max_stride=maximum, output_stride=2 * maximum)


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("U-Net", ["U-Net", "U-Net (2015)"]),
        ("LEAP CNN", ["LEAP CNN", "LEAP (2019)"]),
        ("Hourglass", ["Hourglass (SLEAP)"]),
        (
            "Stacked hourglass",
            [f"Stacked hourglass, {stacks}" for stacks in ("1 stack", "2 stacks", "8 stacks")],
        ),
    ],
)
def test_presets_are_listed_under_the_family_that_one_looks_in(family: str, names: list[str]) -> None:
    listed = [name for name in presets() if family_name(preset(name)) == family]
    assert [name for name in listed if not name.startswith("SLEAP ")] == names
    assert family_start(family) == preset(names[0])


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_of_a_family_with_a_name_for_people(name: str) -> None:
    family = family_name(preset(name))
    assert family in {known.name for known in FAMILIES if known.presets}
    # Another size or another head makes no other network of it.
    assert family_name(_of_any_size(name)) == family


def test_families_are_listed_by_names_for_people() -> None:
    listed = {family_name(preset(name)) for name in presets()}
    assert listed >= {"U-Net", "LEAP CNN", "Hourglass", "Stacked hourglass", "FC-DenseNet"}


def _of_any_size(name: str) -> Design:
    return Design(preset(name).architecture, (None, None, 3))


def test_a_network_of_ones_own_is_of_the_family_of_its_class() -> None:
    edited = preset("U-Net (2015)").replace("filters", 8)
    assert family_name(edited) == "U-Net"
    assert family_name(edited.replace("encoder[0].filters", 16)) == "Custom"
    assert family_name(Design(StackedHourglass(filters=8), head=Head(3))) == "Stacked hourglass"


@pytest.mark.parametrize("base", [EncoderDecoder, Hourglass])
def test_a_class_of_ones_own_is_no_family_that_merely_has_its_name(base: type[EncoderDecoder]) -> None:
    def own(name: str) -> Design:
        stacks = {
            "encoder_stack": property(lambda self: [SimpleConvBlock(filters=2)]),
            "decoder_stack": property(lambda self: [SimpleUpsamplingBlock()]),
        }
        return Design(type(name, (base,), stacks)())

    assert family_name(own("Hourglass")) == "Hourglass (your own)"
    assert family_name(own("Custom")) == "Custom (your own)"
    assert family_name(own("Mine")) == "Mine"


@pytest.mark.parametrize("name", presets())
def test_the_documented_table_says_what_is_built(name: str) -> None:
    input_shape, strides, layers, parameters, _ = documented(6)[name]
    design, model = preset(name), _model(name)
    assert input_shape == " × ".join(map(str, design.input_shape))
    assert strides == f"{design.architecture.maximum_stride} / {design.architecture.output_stride}"
    assert int(layers) == len(model.layers)
    assert parameters == f"{model.count_params():,}"


@pytest.mark.parametrize("name", presets())
def test_the_documented_costs_and_fields_are_those_of_the_network(name: str) -> None:
    *read, measured = (name, *documented(10)[name])
    assert tuple(read) == read_columns(name)
    assert re.fullmatch(r"(more than )?\d+ px", measured)


def test_the_table_says_that_effective_fields_are_of_random_weights() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if "| encoder alone |" in line)
    assert f"{header}\n" in HEADER
    assert header.split("|")[-2].strip() == "effective, random weights"
