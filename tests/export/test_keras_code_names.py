"""Names in Keras code: whatever a user's module, classes and fields are called, the file runs and builds the same."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import Design, read_design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.encoder_decoder import SimpleUpsamplingBlock
from tests.amount import full_or
from tests.export.run_code import structure_of

MODULE = """
import attrs
import keras

from encdec_widgets.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder


@attrs.frozen
class {block}(EncoderBlock):
    {field}: int = 2
    features: int = 0

    def make_block(self, x_in, prefix="block"):
        return keras.layers.AveragePooling2D(self.{field}, name=f"{{prefix}}_{{self.features}}")(x_in)


@attrs.frozen
class Up(DecoderBlock):
    def make_block(self, x, current_stride=None, skip_source=None, prefix="up"):
        x = keras.layers.UpSampling2D(self.upsampling_stride, name=f"{{prefix}}_near_{{current_stride}}")(x)
        return x if skip_source is None else keras.layers.Concatenate(name=f"{{prefix}}_cat")([x, skip_source])


@attrs.frozen
class Whole(EncoderDecoder):
    {field}: int = 3

    @property
    def encoder_stack(self):
        return [{block}()]

    @property
    def decoder_stack(self):
        return [Up()]

    def make_backbone(self, x_in, current_stride=1, head=None):
        x = keras.layers.Conv2D(self.{field}, 5, padding="same", name="outside")(x_in)
        return super().make_backbone(x, current_stride, head)
"""


NAMES = (
    ("my_block", "MyBlock", "my_block"),
    ("x", "X", "size"),
    ("network", "Network", "network"),
    ("build", "Build", "size"),
    ("prefix", "Prefix", "layers"),
    ("stem", "Lambda", "size"),
    ("i", "Print", "size"),
    ("ENCODER", "I", "size"),
    ("my_lab.blocks", "MyLab", "my_lab"),
    ("my_block", "MyBlock", "size"),
    ("layers", "Layers", "size"),
    ("skip_source", "SkipSource", "size"),
    ("range", "Range", "size"),
    ("predictions", "Prediction", "size"),
    ("current_stride", "Enumerate", "size"),
    ("model.blocks", "Model", "size"),
    ("conv", "SimpleUpsamplingBlock", "size"),
)
"""Of a module, a block's class in it and a field of that."""


def classes_of(module: str, block: str, field: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of a user's; it is forgotten when the test ends."""
    *packages, name = module.split(".")
    inside = folder.joinpath(*packages)
    inside.mkdir(parents=True, exist_ok=True)
    (inside / f"{name}.py").write_text(MODULE.format(block=block, field=field))
    monkeypatch.syspath_prepend(folder)
    for part in (module.partition(".")[0], module):
        monkeypatch.delitem(sys.modules, part, raising=False)
        monkeypatch.setitem(sys.modules, part, None)  # so that what the test imports is taken out again
        del sys.modules[part]
    return importlib.import_module(module)


@pytest.mark.parametrize(("module", "block", "field"), full_or(NAMES, NAMES[:9]))
def test_no_name_of_a_users_stands_in_the_way(
    module: str,
    block: str,
    field: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine = classes_of(module, block, field, tmp_path, monkeypatch)
    pool = getattr(mine, block)
    several = CustomEncoderDecoder(
        encoder=[pool(), pool(**{field: 4}), pool(features=5)],
        decoder=[mine.Up(), SimpleUpsamplingBlock(refine_convs_filters=2), mine.Up(upsampling_stride=4)],
    )
    for architecture in (several, mine.Whole(**{field: 2})):
        design = Design(architecture, (32, 32, 1), (Head(2, name="a"), Head(3, name="b")))
        backbone = design.build()
        code = design.to_code()
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(code, "generated", "exec"), names)
        assert f"{backbone.parameters:,} parameters" in capsys.readouterr().out
        wanted = structure_of(backbone.structure)
        assert structure_of(names["network"]) == structure_of(names["build"]()) == wanted, code
        assert read_design(code).design == design
