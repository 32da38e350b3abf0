"""Configurations that are written for SLEAP and sleap-nn: what they hold, and what they cannot say."""

import json
import re
from typing import Any

import attrs
import pytest
import yaml

from encdec_widgets import Design, preset, presets, read_design
from encdec_widgets.architectures import Hourglass, LeapCNN, UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.export.sleap import classic_writing, nn_writing
from encdec_widgets.export.sleap.refusing import NotSayableError
from tests.amount import full_or

UNET = UNet(filters=4, down_blocks=3, up_blocks=2, up_interpolate=True)
SHAPE = (64, 64, 1)
ONE = Design(UNET, SHAPE, Head(3))
TWO = Design(UNET, SHAPE, (Head(3, name="confmaps"), Head(4, stride=4, name="pafs")))
HOSTILE = [
    "no",
    "null",
    "1e3",
    "~",
    "2024-01-01",
    "Dorsal Fin\n\n",
    "a: b",
    "{y}",
    "'",
    '"',
    "é\u2028",
    "0x1",
    "1:30",
    "=",
    "<<",
    "#c",
    "!t",
    "*a",
]
WAYS = ("to_sleap", "to_sleap_nn")
pytestmark = [
    pytest.mark.filterwarnings("ignore:The design has no head"),
    pytest.mark.filterwarnings("ignore:SLEAP JSON can say"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "name", full_or(list(presets()), ["SLEAP large single", "LEAP CNN", "LEAP (2019)", "FC-DenseNet56"])
)
def test_a_preset_comes_back_whole_or_is_refused_with_a_network_that_fits(name: str, way: str) -> None:
    design = preset(name)
    try:
        text = getattr(design, way)()
    except NotSayableError as refused:
        assert re.search(r"(must be a U-Net|must be 'linear')", refused.allowed)
        (mend,) = refused.mends
        mended = design.replace_all(mend.changes)
        assert read_design(getattr(mended, way)()).design == mended
    else:
        found = read_design(text)
        assert found.design == design
        assert found.notes == ()


def test_every_field_is_written_and_only_what_each_version_knows() -> None:
    data = json.loads(ONE.to_sleap("centered_instance", ["a", "b", "c"]))
    assert data["model"]["backbone"] == {
        "leap": None,
        "unet": {
            "stem_stride": None,
            "max_stride": 8,
            "output_stride": 2,
            "filters": 4,
            "filters_rate": 2.0,
            "middle_block": True,
            "up_interpolate": True,
            "stacks": 1,
        },
        "hourglass": None,
        "resnet": None,
        "pretrained_encoder": None,
    }
    heads = data["model"]["heads"]
    assert [kind for kind in heads if heads[kind] is not None] == ["centered_instance"]
    assert len(heads) == 6
    assert heads["centered_instance"]["part_names"] == ["a", "b", "c"]
    assert data["data"]["instance_cropping"]["crop_size"] == 64
    assert data["data"]["preprocessing"]["ensure_grayscale"] is True
    assert '"filters_rate": 2.0' in ONE.to_sleap()
    assert '"input_scaling": 1.0' in ONE.to_sleap()
    text = TWO.to_sleap_nn("multi_instance")  # either program's name of the kind
    assert "\r" not in text
    assert text.isascii()
    assert "!" not in text
    there = yaml.safe_load(text)
    assert set(there) == {"name", "description", "data_config", "model_config"}
    assert set(there["model_config"]["backbone_config"]) == {"unet", "convnext", "swint"}
    assert len(there["model_config"]["backbone_config"]["unet"]) == 11
    assert type(there["model_config"]["backbone_config"]["unet"]["filters_rate"]) is float
    kinds = there["model_config"]["head_configs"]
    assert [kind for kind in kinds if kinds[kind] is not None] == ["bottomup"]
    assert kinds["bottomup"]["pafs"] == {"edges": None, "sigma": 75.0, "output_stride": 4, "loss_weight": 1.0}


@pytest.mark.parametrize("way", WAYS)
def test_hostile_names_of_parts_come_back_as_they_are(way: str) -> None:
    text = getattr(Design(UNET, SHAPE, Head(len(HOSTILE))), way)(part_names=HOSTILE)
    data = yaml.safe_load(text)  # JSON is YAML
    if way == "to_sleap":
        written: Any = data["model"]["heads"]["single_instance"]
    else:
        written = data["model_config"]["head_configs"]["single_instance"]["confmaps"]
        assert "- '1e3'" in text  # a number in YAML 1.2
    assert written["part_names"] == HOSTILE
    assert read_design(text).design.heads == (Head(len(HOSTILE)),)


@pytest.mark.parametrize("way", WAYS)
def test_heads_come_back_without_the_design_that_rides_along(way: str) -> None:
    text = getattr(ONE, way)("single_instance", ["a", "b", "c"])
    found = read_design(text.replace('"encdec_widgets"', '"x"').replace("encdec_widgets design", "x"))
    assert found.design.replace("input_shape", SHAPE) == ONE.replace("head.name", "confmaps")


def test_offsets_are_a_head_of_their_own_here_and_a_flag_there() -> None:
    heads = (Head(3, name="confmaps"), Head(6, name="offsets"), Head(4, stride=4, name="pafs"))
    design = Design(UNET, SHAPE, heads)
    data = json.loads(design.to_sleap("multi_instance"))
    assert data["model"]["heads"]["multi_instance"]["confmaps"]["offset_refinement"] is True
    assert read_design(json.dumps(data)).design == design
    del data["encdec_widgets"]
    data["model"]["heads"]["multi_instance"]["confmaps"]["part_names"] = ["a", "b", "c"]
    data["model"]["heads"]["multi_instance"]["pafs"]["edges"] = [["a", "b"], ["b", "c"]]
    assert read_design(json.dumps(data)).design.heads == heads
    with pytest.raises(NotSayableError, match="heads in sleap-nn YAML must be 2"):
        design.to_sleap_nn("bottomup")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kernel_size": 5}, {"to_sleap": "kernel_size", "to_sleap_nn": None}),
        ({"kernel_size": 5, "up_interpolate": False}, dict.fromkeys(WAYS, "kernel_size")),
        ({"convs_per_block": 3}, dict.fromkeys(WAYS, "convs_per_block")),
        ({"convs_per_block": 1}, dict.fromkeys(WAYS, "convs_per_block")),
        ({"block_contraction": True}, dict.fromkeys(WAYS, "block_contraction")),
        ({"middle_block": False}, {"to_sleap": None, "to_sleap_nn": "middle_block"}),
        ({"stem_blocks": 1, "down_blocks": 2}, dict.fromkeys(WAYS, "stem_kernel_size")),
        (
            {"stem_blocks": 1, "down_blocks": 2, "stem_kernel_size": 7},
            {"to_sleap": None, "to_sleap_nn": "stem_blocks"},
        ),
        ({"stacks": 2, "up_blocks": 3}, {"to_sleap": None, "to_sleap_nn": "stacks"}),
        ({"down_blocks": 0, "up_blocks": 0}, dict.fromkeys(WAYS, "down_blocks")),
        ({"up_blocks": 4}, dict.fromkeys(WAYS, "up_blocks")),
        ({"input_shape": (64, 64, 2)}, dict.fromkeys(WAYS, "input_shape")),
        ({"head.activation": "sigmoid"}, dict.fromkeys(WAYS, "head.activation")),
        ({"head.stride": 4}, dict.fromkeys(WAYS, "head.stride")),
        ({"encoder[0].num_convs": 3}, dict.fromkeys(WAYS, "architecture")),
    ],
    ids=lambda value: ", ".join(value) if value and "to_sleap" not in value else "",
)
@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_said_names_the_field_and_is_mended(
    changes: dict[str, Any], said: dict[str, str | None], way: str
) -> None:
    design = ONE.replace_all(changes)
    if said[way] is None:
        assert read_design(getattr(design, way)()).design == design
        return
    with pytest.raises(NotSayableError) as refused:
        getattr(design, way)()
    error = refused.value
    assert error.field == said[way]
    (mend,) = error.mends
    assert f"Nearest network that it can say: {mend.label}." in str(error)
    mended = design.replace_all(mend.changes)
    before, after = design.build().parameters, mended.build().parameters
    assert mend.label.endswith("(as many parameters)" if before == after else " parameters)")
    assert ("+" in mend.label, "−" in mend.label) == (after > before, after < before)
    assert read_design(getattr(mended, way)()).design == mended


@pytest.mark.parametrize(
    ("architecture", "field"),
    [
        (Hourglass(stacks=1, filters=8, interp_method="bilinear"), "interp_method"),
        (LeapCNN(filters=4, down_convs_per_block=2), "down_convs_per_block"),
        (LeapCNN(filters=4, up_convs_per_block=3), "up_convs_per_block"),
    ],
)
def test_fields_of_other_families_that_cannot_be_said_are_named(architecture: Any, field: str) -> None:
    design = Design(architecture)
    with pytest.raises(NotSayableError) as refused:
        design.to_sleap()
    assert refused.value.field == field
    mended = design.replace_all(refused.value.mends[0].changes)
    assert read_design(mended.to_sleap()).design == mended


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("design", "arguments", "words"),
    [
        (ONE, {"head_type": "pose"}, "head_type must be one of single_instance, centroid"),
        (ONE, {"head_type": None}, "head_type must be one of"),
        (
            ONE,
            {"head_type": "multi_class_topdown"},
            "class vectors are pooling and dense layers; what fits is",
        ),
        (ONE, {"head_type": "centroid"}, r"head.channels in .* must be 1\."),
        (ONE, {"part_names": ["a", "b"]}, "must be 3 names, as many as the head has channels; they are 2"),
        (ONE, {"part_names": ["a", "a", "b"]}, "must be a list of different names, or None"),
        (ONE, {"part_names": "abc"}, "must be a list of different names, or None"),
        (ONE.replace("head.channels", 1), {"head_type": "centroid", "part_names": ["a"]}, "must be None"),
        (TWO, {}, r"heads in .* must be 1 .* what fits is head_type='(multi_instance|bottomup)'"),
        (
            TWO.replace("heads[1].channels", 5),
            {"head_type": "bottomup"},
            "must be even, two maps for each edge",
        ),
    ],
)
def test_arguments_and_heads_that_do_not_fit_are_refused(
    design: Design, arguments: dict[str, Any], words: str, way: str
) -> None:
    with pytest.raises(ValueError, match=words):
        getattr(design, way)(**arguments)


def test_what_does_not_work_with_a_file_is_warned_of() -> None:
    stacked = Design(attrs.evolve(UNET, stacks=2, up_blocks=3), SHAPE, Head(3))
    assert "SLEAP cannot train them" in classic_writing.written(stacked).warnings[0]
    with pytest.warns(UserWarning, match="The design has no head; the file has those of centroid"):
        ONE.replace("heads", ()).to_sleap("centroid")
    wide = ONE.replace("input_shape", (64, 96, 1))
    assert "Crops are square" in nn_writing.written(wide, "centered_instance").warnings[0]
    masks = Design(UNET, SHAPE, Head(1, "sigmoid"))
    assert "from 0.3 on alone" in nn_writing.written(masks, "semantic_segmentation").warnings[0]
    assert nn_writing.written(ONE).warnings == classic_writing.written(TWO, "bottomup").warnings == ()


def test_what_is_wrong_with_one_of_several_heads_names_it() -> None:
    odd = TWO.replace("heads[1].channels", 5)
    with pytest.raises(NotSayableError) as refused:
        odd.to_sleap("multi_instance")
    assert refused.value.plain.startswith("SLEAP JSON: channels of pafs must be even")
    (mend,) = refused.value.mends
    assert mend.label.startswith("channels of pafs = 6 (+")
