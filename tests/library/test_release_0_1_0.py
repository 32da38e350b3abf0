"""What people wrote with release 0.1.0 works: their imports, and the designs that they saved."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import Design, preset, presets
from encdec_widgets.designs.edit_names import same_network

# Written by release 0.1.0 itself, and never again.
WRITTEN = json.loads((Path(__file__).parents[1] / "data" / "designs-0.1.0.json").read_text(encoding="utf-8"))
DESIGNS: dict[str, str] = WRITTEN["designs"]

PUBLIC = {
    "encdec_widgets": "Design Designer __version__ compare effective_field measure preset presets",
    "encdec_widgets.encoder_decoder": "DecoderBlock EncoderBlock EncoderDecoder IntermediateFeature SimpleConvBlock "
    "SimpleUpsamplingBlock",
    "encdec_widgets.architectures": "CustomEncoderDecoder DenseBlock DenseUpsamplingBlock FCDenseNet Hourglass LeapCNN "
    "ResidualBlock ResidualOutputBlock ResidualUpsamplingBlock StackedHourglass StridedConvBlock TransitionDown UNet",
    "encdec_widgets.backbone": "Backbone build_backbone",
    "encdec_widgets.timing": "COMPILATIONS BlockTime Comparison Device EffectiveField FieldSampling Measurement "
    "Network Options Progress Race Racer Timing TimingError TimingStopped TimingTooLongError Worker "
    "backends_with_gradients compare current_device effective_field installed_backends measure network_of "
    "shared_worker visible_devices",
    "encdec_widgets.head": "Head",
}


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in PUBLIC.items() for name in names.split()]
)
def test_a_name_is_imported_from_where_it_was(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name) is not None


def test_the_designs_were_written_by_that_release() -> None:
    assert WRITTEN["version"] == "0.1.0"


def _says_all_of(now: Any, then: Any) -> bool:
    """Whether nothing that was written is gone or another; a class may have got further fields since."""
    if isinstance(then, dict):
        return then.keys() <= now.keys() and all(_says_all_of(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return len(now) == len(then) and all(map(_says_all_of, now, then))
    return bool(now == then)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_saved_design_is_read_and_written_as_it_was(name: str) -> None:
    design = Design.from_json(DESIGNS[name])
    assert _says_all_of(json.loads(design.to_json()), json.loads(DESIGNS[name]))
    assert Design.from_json(design.to_json()) == design


@pytest.mark.parametrize(
    "other",
    [{"encdec_widgets_design": 1}, {"encdec_widgets_design": 2, "architecture": {}, "input_shape": []}],
)
def test_what_says_less_or_otherwise_is_told_from_it(other: dict[str, Any]) -> None:
    assert not _says_all_of(other, {"encdec_widgets_design": 1, "architecture": {}, "input_shape": []})


def test_its_presets_have_the_names_the_order_and_the_networks_that_they_had() -> None:
    assert [name for name in presets() if name in DESIGNS] == WRITTEN["presets"]
    assert all(same_network(preset(name), Design.from_json(DESIGNS[name])) for name in WRITTEN["presets"])
