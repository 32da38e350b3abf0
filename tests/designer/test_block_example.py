"""The layers of one block, explained with numbers, under their picture and on request."""

import re

import pytest

from encdec_widgets import Design, preset
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.widgets.picture.block_example import BlockExample
from encdec_widgets.widgets.picture.picture import BLOCKS, LAYERS_OF_BLOCK, Picture

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))


@pytest.fixture
def session() -> Session:
    return Session(DESIGN)


@pytest.fixture
def picture(session: Session) -> Picture:
    return Picture(session)


def titles(example: BlockExample) -> list[str]:
    return re.findall("<h5>([^<]*)</h5>", example.text)


def test_it_is_seen_beside_the_layers_of_a_block_alone(picture: Picture) -> None:
    example = picture.example
    assert example.layout.display == "none"
    picture.view.value = LAYERS_OF_BLOCK
    assert example.layout.display == ""
    assert example.block == "stack0_enc0"
    picture.view.value = BLOCKS
    assert example.layout.display == "none"


def test_it_opens_on_request_and_follows_the_selection(picture: Picture, session: Session) -> None:
    example = picture.example
    picture.view.value = LAYERS_OF_BLOCK
    assert example.text == ""
    example.button.click()
    assert titles(example) == ["Convolution, 3 × 3"]
    session.select("decoder[0]")
    assert titles(example) == [
        "Transposed convolution, 3 × 3, stride 2",
        "Concatenation",
        "Convolution, 3 × 3",
    ]
    session.change("up_interpolate", True)
    session.select("decoder[0]")
    assert titles(example)[0] == "Bilinear upsampling, × 2"
    example.button.click()
    assert example.text == ""


def test_a_block_without_such_layers_says_so(picture: Picture, session: Session) -> None:
    picture.view.value = LAYERS_OF_BLOCK
    picture.example.button.click()
    picture.example.show("input")
    assert "No layer of input convolves, pools, upsamples or joins maps." in picture.example.text


def test_a_layer_that_has_no_example_is_named_with_the_reason(picture: Picture, session: Session) -> None:
    session.load(preset("SLEAP centroid").replace("decoder[*].interp_method", "bicubic"))
    picture.view.value = LAYERS_OF_BLOCK
    picture.example.button.click()
    picture.example.show("stack0_dec0")
    assert titles(picture.example)
    assert "Bicubic and Lanczos upsampling have no example" in picture.example.text
