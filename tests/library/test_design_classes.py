"""A design says which classes it is made of, and which of them a user wrote."""

from typing import Any

import attrs
import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, SimpleConvBlock
from encdec_widgets.designs.classes import classes_of, users_classes
from encdec_widgets.workers.sent_network import network_of


@attrs.frozen
class Own(EncoderBlock):
    """A user's block."""

    inner: Any = None

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return SimpleConvBlock(filters=2).make_block(x_in, prefix)


@pytest.mark.parametrize("name", presets())
def test_shipped_designs_need_no_class_of_a_user(name: str) -> None:
    design = preset(name)
    assert type(design.architecture) in classes_of(design)
    assert users_classes(design) == ()
    assert network_of(design).kind == "design"


def test_classes_are_found_wherever_they_stand_and_each_once() -> None:
    network = CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2), Own(inner=(Own(),)), Own()])
    design = Design(network, (16, 16, 1), head=Head(channels=2))
    assert classes_of(design) == (CustomEncoderDecoder, SimpleConvBlock, Own, Head)
    assert users_classes(design) == (Own,)
    sent = network_of(design)
    assert sent.kind == "model"
    assert any(name.endswith("enc1") for name in sent.blocks)


def test_a_text_that_looks_like_a_class_is_none() -> None:
    head = attrs.evolve(Head(channels=1), activation="sigmoid")
    assert users_classes(Design(UNet(filters=2), (64, 64, 1), head=head)) == ()
