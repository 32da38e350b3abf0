"""Fields of a user's class that no control can show: the designer names them, with their values."""

from collections.abc import Callable
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import EncoderBlock, EncoderDecoder, SimpleConvBlock
from tests.designer.reading import text_of

IN_CODE = "(not editable here: set it in code)"


@attrs.frozen
class Dilated(EncoderBlock):
    """A block with a field of each sort that gets no control."""

    rates: tuple[int, ...] = (1, 2)
    regularizer: Any = None
    squash: Callable[..., Any] = keras.activations.relu
    filters: int = 3

    def make_block(self, x_in: Any, prefix: str = "dilated") -> Any:
        for i, rate in enumerate(self.rates):
            x_in = keras.layers.Conv2D(
                self.filters, 3, padding="same", dilation_rate=rate, name=f"{prefix}_conv{i}"
            )(x_in)
        return keras.layers.MaxPooling2D(name=f"{prefix}_pool")(x_in)


@attrs.frozen
class Own(EncoderDecoder):
    """A family with such a field."""

    widths: tuple[int, ...] = (2, 3)

    @property
    def encoder_stack(self) -> Any:
        return [SimpleConvBlock(filters=width) for width in self.widths]

    @property
    def decoder_stack(self) -> Any:
        return []


def test_a_block_names_its_fields_without_a_control() -> None:
    designer = Designer(Design(CustomEncoderDecoder(encoder=[Dilated(), Dilated(rates=(3,))]), (32, 32, 1)))
    designer.select("encoder[0]")
    shown = text_of(designer)
    assert f"rates: (1, 2) {IN_CODE}" in shown
    assert f"regularizer: None {IN_CODE}" in shown
    assert "squash: &lt;function relu" in shown
    assert set(designer.controls.block._fields.rows) >= {"encoder[0].filters"}
    designer.select("encoder[*]")
    assert f"rates: differs between the blocks {IN_CODE}" in text_of(designer)
    designer.set("encoder[0].rates", (5,))
    designer.select("encoder[0]")
    assert f"rates: (5,) {IN_CODE}" in text_of(designer)


def test_a_family_names_its_fields_without_a_control() -> None:
    assert f"widths: (2, 3) {IN_CODE}" in text_of(Designer(Design(Own(), (32, 32, 1))))


@pytest.mark.parametrize(
    "architecture",
    [UNet(filters=2, down_blocks=1, up_blocks=1), CustomEncoderDecoder(encoder=[SimpleConvBlock(filters=2)])],
)
def test_shipped_classes_have_a_control_for_each_field(architecture: EncoderDecoder) -> None:
    designer = Designer(Design(architecture, (32, 32, 1)))
    designer.select("encoder[0]")
    assert IN_CODE not in text_of(designer)
