"""Why an edit changed what it changed: told where the numbers bear it out, and nothing where they do not."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks import SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.architectures.fields.laws import (
    Law,
    Quantities,
    each,
    less,
    more,
    power,
    same,
)
from encdec_widgets.explain.why import Known, why

START = Design(UNet(filters=8, down_blocks=3, up_blocks=3, up_interpolate=True), (64, 64, 1))


def known(design: Design) -> Known:
    backbone = design.build()
    return Known.of(design, backbone.blocks, backbone.receptive_field().output.size)


@pytest.mark.parametrize(
    ("path", "value", "clause"),
    [
        ("filters", 12, "parameters grow with the square of the filters"),
        ("down_blocks", 4, "each level doubles the maximum stride, and roughly the receptive field"),
        ("up_blocks", 2, "each level doubles the size of the output"),
        ("kernel_size", 5, "parameters grow with the square of the kernel's size"),
        ("up_interpolate", False, "interpolation has no weights, a transposed convolution has"),
        ("input_shape", (128, 128, 1), "multiply-adds grow with the number of pixels, parameters do not"),
        ("input_shape", (64, 64, 3), "only what reads the image has weights for its channels"),
        ("encoder[1].filters", 40, "a convolution has weights for each pair of channels, in and out"),
        ("encoder[1].batch_norm", True, "batch normalization keeps four numbers for each channel"),
        ("encoder[1].activation", "elu", "an activation has no weights"),
        ("decoder[1].skip_add", True, "a sum has fewer channels than a concatenation"),
        ("decoder[1].skip_connection", False, "with a skip, the encoder's channels are read as well"),
    ],
)
def test_the_clause_of_an_edit_and_of_its_way_back(path: str, value: Any, clause: str) -> None:
    before, after = known(START), known(START.replace(path, value))
    assert why(before, after) == clause
    assert why(after, before) == clause


def test_nothing_is_said_of_several_fields_or_of_none() -> None:
    before = known(START)
    assert why(before, known(START.replace_all({"filters": 12, "kernel_size": 5}))) == ""
    assert why(before, before) == ""
    assert why(before, known(preset("LEAP (2019)"))) == ""
    assert why(before, known(START.replace_all({"input_shape": (128, 128, 3)}))) == ""


def test_a_law_that_does_not_hold_for_this_edit_is_not_told() -> None:
    """Where one convolution of a large network is widened, its parameters do not grow with the square."""
    blocks = [SimpleConvBlock(filters=4), SimpleConvBlock(filters=200)]
    design = Design(CustomEncoderDecoder(encoder=blocks, decoder=[SimpleUpsamplingBlock()]), (64, 64, 1))
    clause = why(known(design), known(design.replace("encoder[0].filters", 8)))
    assert clause == "a convolution has weights for each pair of channels, in and out"


@attrs.frozen
class Ignoring(SimpleConvBlock):
    """A block that makes the same layers whatever its field says."""

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return SimpleConvBlock(filters=4).make_block(x_in, prefix)


def test_a_field_without_an_effect_has_no_reason() -> None:
    design = Design(
        CustomEncoderDecoder(encoder=[Ignoring()], decoder=[SimpleUpsamplingBlock()]), (64, 64, 1)
    )
    assert why(known(design), known(design.replace("encoder[0].filters", 99))) == ""


def test_what_is_not_known_bears_nothing_out() -> None:
    law = Law(clause="", parameters=more, receptive_field=more)
    assert not law.holds(1, 2, Quantities(parameters=1), Quantities(parameters=2))
    numbers = Quantities(parameters=1, receptive_field=1), Quantities(parameters=2, receptive_field=2)
    assert law.holds(1, 2, *numbers)


@pytest.mark.parametrize("follows", [more, less, power(1), each(2)])
@pytest.mark.parametrize(("old", "new"), [("relu", "elu"), (None, 3), (3, None), (2, 2)])
def test_nothing_grows_with_what_is_no_number(follows: Any, old: Any, new: Any) -> None:
    assert not follows(old, new, 2.0)
    assert same(old, new, 1.0)
