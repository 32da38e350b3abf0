"""Questions of what other values would do: a small network, and blocks that refuse some values or wait."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import EncoderBlock
from encdec_widgets.architectures.fields.described import FieldError, integer
from encdec_widgets.backbone import Backbone, build_in_steps
from encdec_widgets.background import Steps
from encdec_widgets.explore import what_if as module
from encdec_widgets.explore.what_if import Point
from tests.designer.slow import GATE

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (36, 36, 1), Head(channels=3))


@attrs.frozen
class Capricious(EncoderBlock):
    """A block that does not take every width, and can be made to wait."""

    filters: int = integer(2, minimum=1, maximum=9, usual=(1, 5), help="Channels of the output.")

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        GATE.pass_through(self.filters)
        if self.filters == 3:
            raise FieldError("filters", 3, "must not be 3: it brings bad luck", (2, 4))
        if self.filters == 4:
            raise ZeroDivisionError("no <four>\nat all")
        if self.filters == 5:
            raise SystemExit("enough")
        return keras.layers.Conv2D(self.filters, 1, name=f"{prefix}_conv")(x_in)


CAPRICIOUS = Design(CustomEncoderDecoder(encoder=[Capricious(pool=False)] * 3), (8, 8, 1))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Backbone]:
    """The variants that are built from now on."""
    backbones: list[Backbone] = []

    def build(*args: Any, **kwargs: Any) -> Steps[Backbone]:
        backbones.append((yield from build_in_steps(*args, **kwargs)))
        return backbones[-1]

    monkeypatch.setattr(module, "build_in_steps", build)
    return backbones


def values(points: list[Point]) -> list[Any]:
    return [point.value for point in points]
