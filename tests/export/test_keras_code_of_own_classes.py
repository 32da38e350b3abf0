"""Blocks and families of a user's own in code: imported from their modules, or refused with the reason."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import keras
import pytest

from encdec_widgets import Design, read_design
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.encoder_decoder import EncoderBlock, SimpleConvBlock, SimpleUpsamplingBlock
from encdec_widgets.export.keras_code.written import code_of
from tests.export.run_code import structure_of
from tests.export.running import built_in, run

MODULE = """
import attrs
import keras

from encdec_widgets.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder, SimpleConvBlock


@attrs.frozen
class Squeezing(EncoderBlock):
    channels: int = 4
    note: str = ""

    def make_block(self, x_in, prefix="block"):
        x = keras.layers.SeparableConv2D(self.channels, 3, padding="same", name=f"{prefix}_sep")(x_in)
        return keras.layers.AveragePooling2D(self.pooling_stride, name=f"{prefix}_pool")(x)


@attrs.frozen
class Nearest(DecoderBlock):
    def make_block(self, x, current_stride=None, skip_source=None, prefix="up"):
        x = keras.layers.UpSampling2D(self.upsampling_stride, name=f"{prefix}_near_{current_stride}")(x)
        return x if skip_source is None else keras.layers.Concatenate(name=f"{prefix}_cat")([x, skip_source])


@attrs.frozen
class Named(EncoderBlock):
    x: int = 2
    prefix: str = ""
    block: int = 0

    def make_block(self, x_in, prefix="block"):
        return keras.layers.AveragePooling2D(self.x, name=f"{prefix}{self.prefix}{self.block}")(x_in)


@attrs.frozen
class Wide(SimpleConvBlock):
    filters: int = 12


@attrs.frozen
class Whole(EncoderDecoder):
    channels: int = 3

    @property
    def encoder_stack(self):
        return [Squeezing(channels=self.channels)]

    @property
    def decoder_stack(self):
        return [Nearest()]

    def make_backbone(self, x_in, current_stride=1, head=None):
        x = keras.layers.Conv2D(self.channels, 5, padding="same", name="outside")(x_in)
        return super().make_backbone(x, current_stride, head)
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of a user's, as it stands beside a notebook."""
    (tmp_path / "my_blocks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("my_blocks")
    del sys.modules["my_blocks"]


def test_own_blocks_and_families_are_imported_and_build_the_same(mine: Any, tmp_path: Path) -> None:
    up = SimpleUpsamplingBlock(refine_convs_filters=4)
    mixed = CustomEncoderDecoder(
        encoder=[
            mine.Squeezing(channels=6),
            mine.Wide(),
            mine.Squeezing(channels=8, note="x"),
            SimpleConvBlock(filters=3),
        ],
        decoder=[mine.Nearest(), up, mine.Nearest(upsampling_stride=4)],
    )
    names = [mine.Named(), mine.Named(x=4, prefix="_a", block=3), mine.Named(prefix="_b", block=4)]
    designs = {
        "mixed": Design(mixed, (64, 64, 2), Head(3)),
        "named": Design(CustomEncoderDecoder(encoder=names), (64, 64, 1)),
        "whole": Design(mine.Whole(channels=5), (32, 32, 1)),
        "headed": Design(mine.Whole(), (32, 32, 1), (Head(2, name="a"), Head(3, name="b"))),
    }
    folder = tmp_path / "codes"
    folder.mkdir()
    backbones = {name: design.build() for name, design in designs.items()}
    codes = {name: code_of(backbone) for name, backbone in backbones.items()}
    path = f"{tmp_path}:{Path(__file__).parents[2]}"
    run(codes, folder, backend=keras.backend.backend(), path=path)
    for name, backbone in backbones.items():
        assert built_in(folder, name) == structure_of(backbone.structure), codes[name]
        assert read_design(codes[name]).design == designs[name]
    assert "import my_blocks\n" in codes["mixed"]
    assert "my_blocks.Squeezing(channels=channels, note=note)" in codes["mixed"]
    assert "Wide" not in codes["mixed"].partition("# The design")[0], "it makes the layers of SimpleConvBlock"


@attrs.frozen
class Here(EncoderBlock):
    setting: Any = None

    def make_block(self, x_in: Any, prefix: str = "block") -> Any:
        return keras.layers.AveragePooling2D(self.pooling_stride, name=f"{prefix}_pool")(x_in)


def with_block(block: EncoderBlock) -> Design:
    return Design(CustomEncoderDecoder(encoder=[block]), (32, 32, 1))


def test_what_can_not_be_imported_is_refused_with_what_would_work(monkeypatch: pytest.MonkeyPatch) -> None:
    @attrs.frozen
    class Inside(Here):
        pass

    with pytest.raises(ValueError, match=r"can't import .*Inside.*module of its own, my_blocks.py say"):
        with_block(Inside()).to_code()
    monkeypatch.setattr(Here, "__module__", "__main__")
    with pytest.raises(ValueError, match="can't import Here, which is defined in a notebook or a script"):
        with_block(Here()).to_code()


def test_a_field_without_a_form_in_code_is_named() -> None:
    with pytest.raises(ValueError, match=r"can't say what Here.setting is. Received: <function"):
        with_block(Here(setting=lambda: 0)).to_code()


@pytest.mark.parametrize(
    "hostile",
    [
        *('"""', "'''", '"', "'", "\\", '\\"""', "\n", '"""\nimport os\n', "{x}", "%s", "\u2028", "é"),
        "# End of the design.",
    ],
)
def test_a_text_can_not_break_out(hostile: str, mine: Any) -> None:
    design = with_block(mine.Squeezing(note=hostile))
    code = design.to_code()
    names: dict[str, Any] = {"__name__": "generated"}
    seen: list[str] = []
    make = mine.Squeezing.make_block
    mine.Squeezing.make_block = lambda self, *args, **given: (
        seen.append(self.note),
        make(self, *args, **given),
    )[1]
    exec(compile(code, "generated", "exec"), names)
    names["build"]()
    assert seen == [hostile]
    assert read_design(code).design == design
    assert not read_design(code).notes


@pytest.mark.parametrize("hostile", ['x"""\nimport os\n', "x\\", "x'", "class", "é\u2028"])
def test_the_name_of_a_class_can_not_break_out(hostile: str) -> None:
    own = attrs.frozen(type(hostile, (UNet,), {}))
    own.__module__, own.__qualname__ = __name__, hostile
    design = Design(own(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
    code = design.to_code()
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(code, "generated", "exec"), names)
    assert structure_of(names["build"]()) == structure_of(design.build().structure)
    made = {"make_block": lambda self, x, prefix="block": Here.make_block(self, x, prefix)}
    block = attrs.frozen(type(hostile, (Here,), made))
    block.__module__, block.__qualname__ = __name__, hostile
    globals()[hostile] = block
    with pytest.raises(ValueError, match="can't import"):
        with_block(block()).to_code()
    del globals()[hostile]
