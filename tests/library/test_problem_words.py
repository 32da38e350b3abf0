"""What is not possible, in a sentence for a person: over the range of kinds, and of what people meet."""

# ruff: noqa: E501 - sentences stand here as they are read

import re
from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import FCDenseNet, Hourglass, StackedHourglass, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import (
    EncoderDecoder,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.explain.too_large import TooLargeError

UNET = Design(UNet(), (256, 256, 1))
DEEP = Design(StackedHourglass(), (256, 256, 3))
HEADED = Design(UNet(), (256, 256, 1), Head())


@pytest.mark.parametrize(
    ("design", "field", "value", "said"),
    [
        (UNET, "input_shape", (300, 300, 1), "300 px can't be halved four times (300, 150, 75). Use 288 or 304."),
        (UNET, "input_shape", (256, 100, 1), "100 px can't be halved four times (100, 50, 25). Use a width of 96 or 112."),
        (UNET, "input_shape", (0, 256, 1), "Height must be a whole number from 1 to 16384, not 0. Use a height of 16."),
        (UNET, "input_shape", (256, 256), "Input shape must be three numbers: height, width and channels; the number of channels is missing."),
        (UNET, "filters", 0, "Filters must be a whole number from 1 to 4096, not 0. Use 1."),
        (UNET, "filters", 3.7, "Filters must be a whole number from 1 to 4096, not 3.7. Use 3 or 4."),
        (UNET, "filters", "12", "Filters must be a whole number from 1 to 4096, not the text '12'. Use 12."),
        (UNET, "filters", None, "Filters must be a whole number from 1 to 4096, not none. Use 64."),
        (UNET, "up_interpolate", 1, "Up interpolate must be on or off, not 1."),
        (UNET, "encoder[2].filters", 0, "Enc2 filters must be a whole number from 1 to 16384, not 0. Use 1."),
        (UNET, "encoder[9].filters", 8, "enc9.filters is no field: there is enc0 to enc"),
        (UNET, "filtres", 8, "filtres is no field of UNet. Do you mean filters?"),
        (UNET, "up_blocks", 15, "No channel would be left in a block (64, divided by 2 at each of "),
        (UNET, "filters", 4096, "A block would have 32,768 channels (4096, times 2 at each of 3 levels); it can have 16,384."),
        (HEADED, "head.stride", 3, "There is no feature map of stride 3; there are some of stride 1, 2, 4, 8, 16. Use "),
        (HEADED, "head.channels", 0, "Head channels must be a whole number from 1 to "),
        (UNET, "head.channels", 3, "Head channels needs a head, and this design has none."),
        (DEEP, "up_blocks", 9, "There can't be more levels up (9) than down (4): each adds a feature map of the way down. Use 4."),
        (UNET.replace("up_blocks", 2), "stacks", 2, "2 stacks need an output as large as what each stack gets: the decoder ends at stride 4, "),
    ],
)  # fmt: skip
def test_what_people_meet_is_said_plainly(design: Design, field: str, value: Any, said: str) -> None:
    with pytest.raises(FieldError) as refused:
        design.replace(field, value)
    sentence = problem_sentence(refused.value)
    assert sentence.startswith(said)
    assert not re.search(r"\w\[\d|_|\bNone\b|Received", sentence)  # no path, no code


@pytest.mark.parametrize(
    "owner", [UNet, Hourglass, StackedHourglass, FCDenseNet, SimpleConvBlock, SimpleUpsamplingBlock, Head]
)
def test_every_field_of_every_kind_is_refused_in_a_sentence(owner: type) -> None:
    """Objects that are no value of any kind, in every field."""
    for name in described_fields(owner):
        with pytest.raises(FieldError) as refused:
            owner(**{name: object()})
        sentence = problem_sentence(refused.value)
        assert re.match(r"[A-Z]", sentence)
        assert sentence.rstrip().endswith((".", "?"))
        assert name not in sentence or "_" not in name
        assert "must be" in sentence


TWO = UNET.replace("heads", [Head(3, name="maps"), Head(4, name="fields")])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("heads[1].channels", 0, "Channels of fields must be a whole number from 1 to 4096, not 0. Use 1."),
        ("heads[0].stride", "a", "Stride of maps must be a whole number from 1 to 4096, or left empty, not the text 'a'."),
        ("heads[1]", 3, "Fields must be a Head"),
        ("heads[2].channels", 3, "head 3 channels is no field: there is maps to fields."),
    ],
)  # fmt: skip
def test_a_head_is_called_by_its_name_where_there_are_several(field: str, value: Any, said: str) -> None:
    with pytest.raises(FieldError) as refused:
        TWO.replace(field, value)
    assert problem_sentence(refused.value, design=TWO).startswith(said)
    if field == "heads[1].channels":
        assert problem_sentence(refused.value).startswith(
            "Head 2 channels must be"
        )  # nobody says whose heads


def test_at_another_control_than_its_own_it_names_no_values() -> None:
    with pytest.raises(FieldError) as refused:
        UNET.replace("filters", 4096)
    assert "Use" in problem_sentence(refused.value)
    assert "Use" not in problem_sentence(refused.value, at="filters")


def test_a_network_that_is_too_large_says_by_how_much() -> None:
    backbone = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1)).build()
    sentence = problem_sentence(TooLargeError(backbone, 1000))
    assert sentence.endswith("and there are 1 kB of memory here.")
    assert sentence.count(".") <= 3


def test_an_error_of_anything_else_is_its_own_text() -> None:
    assert problem_sentence(ZeroDivisionError("a bug")) == "a bug"


def test_strides_other_than_two_are_divided() -> None:
    class Thirds(EncoderDecoder):
        """An encoder that makes maps 3 times smaller."""

        @property
        def encoder_stack(self) -> list[SimpleConvBlock]:
            return [SimpleConvBlock(filters=2, pooling_stride=3)]

        @property
        def decoder_stack(self) -> list[SimpleUpsamplingBlock]:
            return []

    with pytest.raises(FieldError) as refused:
        Design(Thirds(), (10, 10, 1))
    assert problem_sentence(refused.value) == "10 px can't be divided by 3 (10). Use 9 or 12."
