"""What SLEAP's and sleap-nn's files may hold beside real ones: oddities that are read, and what is refused by name."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import read_design
from encdec_widgets.architectures import Hourglass, LeapCNN, UNet
from encdec_widgets.export.found import Found
from encdec_widgets.export.yaml_text import written
from tests.amount import full_or

FOLDER = Path(__file__).parent.parent / "data" / "handoff"
UNET = {"max_stride": 8, "output_stride": 2, "filters": 8, "filters_rate": 1.5, "up_interpolate": True}
HEADS = {"single_instance": {"part_names": ["a", "b"], "output_stride": 2}}


def classic(backbone: Any = None, heads: Any = None, data: Any = None, **more: Any) -> dict[str, Any]:
    given_backbone = {"unet": dict(UNET)} if backbone is None else backbone
    return {
        "data": data or {},
        "model": {"backbone": given_backbone, "heads": copy.deepcopy(HEADS) if heads is None else heads},
        **more,
    }


def nn(unet: Any = None, heads: Any = None, preprocessing: Any = None, **more: Any) -> dict[str, Any]:
    confmaps = {"part_names": ["a", "b"], "output_stride": 2}
    model = {
        "backbone_config": {"unet": dict(UNET) if unet is None else unet},
        "head_configs": {"single_instance": {"confmaps": confmaps}} if heads is None else heads,
    }
    return {"data_config": {"preprocessing": preprocessing or {}}, "model_config": model, **more}


def read(data: Any) -> Found:
    return read_design(json.dumps(data))


def notes(found: Found, kind: str) -> list[str]:
    return [note.key for note in found.notes if note.kind == kind]


@pytest.mark.parametrize(
    "odd",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "// a profile\n" + text.replace('"model"', '/* the "model" // */ "model"'),
        lambda text: text.replace('"data": {}', '"data": {"x": NaN}, "y": [1e999, -Infinity]'),
        lambda text: text.replace("1.5", "15e-1").replace(": 8", ": 8.0"),
        lambda text: text.replace('"filters": 8', '"filters": 8, "kernel_size": 3, "unknown": null'),
    ],
    ids=["mark", "CRLF", "comments", "NaN", "numbers", "fixed keys"],
)
def test_odd_files_are_read_as_plain_ones(odd: Any) -> None:
    text = json.dumps(classic(), indent=1)
    assert odd(text) != text
    assert read_design(odd(text)).design == read_design(text).design


def test_missing_keys_take_the_defaults_of_their_program() -> None:
    heads = {"centroid": {"output_stride": 1}}
    found = read(classic({"unet": {}}, heads))
    assert found.design.architecture == UNet(filters=64, filters_rate=2, down_blocks=4, up_blocks=4)
    assert "model.backbone.unet.filters" in notes(found, "assumed")
    there = read(nn({}, {"centroid": {"confmaps": {"output_stride": 1}}})).design.architecture
    assert there == UNet(filters=32, filters_rate=1.5, down_blocks=4, up_blocks=4, up_interpolate=True)


def test_other_families_and_named_backbones_are_read() -> None:
    leap = read(classic({"leap": {"max_stride": 8, "filters": 32}, "unet": None})).design.architecture
    assert leap == LeapCNN.from_strides(max_stride=8, output_stride=2, filters=32)
    glass = {
        "hourglass": {"stem_stride": 2, "max_stride": 16, "output_stride": 4, "stacks": 1, "filters": 16}
    }
    made = read(classic(glass)).design.architecture
    assert made == Hourglass.from_strides(stem_stride=2, max_stride=16, output_stride=2, stacks=1, filters=16)
    named = nn()
    named["model_config"]["backbone_config"] = "unet_large_rf"
    large = read(named).design.architecture
    assert (large.filters, large.filters_rate, large.maximum_stride) == (24, 1.5, 32)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            classic({"resnet": {"version": "ResNet50"}}),
            "model.backbone.resnet is a ResNet, .* Would work: unet, leap",
        ),
        (
            classic({"pretrained_encoder": {"encoder": "efficientnetb0"}}),
            "pretrained weights, .*'efficientnetb0'",
        ),
        (classic({"rsunet": {}}), "model.backbone.rsunet is not known here"),
        (classic({"unet": UNET, "leap": {}}), "has 2 backbones, unet and leap: all but one must be null"),
        (classic({"unet": None}), "model.backbone has no backbone"),
        (classic(heads={"a": {}, "b": {}}), "has 2 heads, a and b"),
        (classic(heads={"polygons": {}}), "model.heads.polygons is a head that no design here can have"),
        (classic({"unet": []}), "model.backbone.unet must be null or have keys|has no backbone|assumed"),
        (classic({"unet": 5}), "model.backbone.unet must be null or have keys of its own. Received: 5"),
        (classic({"unet": {**UNET, "filters": float("nan")}}), "model.backbone.unet.filters must be .*nan"),
        (classic({"unet": {**UNET, "filters": "many"}}), "model.backbone.unet.filters must be .*'many'"),
        (classic({"unet": {**UNET, "filters": 16.7}}), "model.backbone.unet.filters must be .*16.7"),
        (classic({"unet": {**UNET, "max_stride": 24}}), "model.backbone.unet.max_stride must be .*16 or 32"),
        (classic({"unet": {**UNET, "middle_block": 2}}), "model.backbone.unet.middle_block must be"),
        (classic({"unet": {**UNET, "kernel_size": 5}}), "model.backbone.unet.kernel_size=5 is not known"),
        (classic({"unet": {**UNET, "dilation": 2}}), "model.backbone.unet.dilation=2 is not known"),
        (
            classic(heads={"centroid": {"output_stride": -2}}),
            "model.heads.centroid.output_stride must be .*-2",
        ),
        (classic(heads={"centroid": {"output_stride": [1]}}), "model.heads.centroid.output_stride"),
        (classic(heads={"single_instance": {"part_names": "a"}}), "part_names must be null or a list"),
        (classic(data={"preprocessing": {"input_scaling": float("inf")}}), "input_scaling must be a number"),
        (classic(data={"preprocessing": {"target_height": "x", "target_width": 8}}), "target_height must be"),
        (classic(data={"preprocessing": 3}), "data.preprocessing must be null or have keys"),
        ({"model": {"backbone_name": "UNet", "backbone": {}}}, "model.backbone_name is of SLEAP 0.x"),
        (nn(heads={"bbox_ssd": {}}), "model_config.head_configs.bbox_ssd is a head that no design"),
        (nn({**UNET, "filters": float("inf")}), "model_config.backbone_config.unet.filters"),
        (nn({**UNET, "norm": "batch"}), "model_config.backbone_config.unet.norm='batch' is not known"),
    ],
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_what_is_no_network_of_ours_is_refused_by_key_and_value(data: Any, words: str) -> None:
    if data["model" if "model" in data else "model_config"].get("backbone") == {"unet": []}:
        assert notes(read(data), "assumed")  # an empty list stands for nothing, as in generated files
        return
    with pytest.raises(ValueError, match=words) as refused:
        read(data)
    assert not isinstance(refused.value, KeyError)


@pytest.mark.parametrize("name", ["convnext", "swint", "pretrained"])
def test_backbones_of_sleap_nn_that_are_none_of_ours_are_named(name: str) -> None:
    data = nn()
    for backbone in ({"unet": None, name: {"model_type": "tiny"}}, f"{name}_tiny"):
        data["model_config"]["backbone_config"] = backbone
        with pytest.raises(
            ValueError, match=rf"backbone_config(\.{name})? is an? .*no encoder of these blocks"
        ):
            read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"architecture": {"network_class_name": "PlainConvUNet"}}, "nnU-Net"),
        ({"plans": {}, "configurations": {"2d": {"architecture": {"network_class_name": "x"}}}}, "nnU-Net"),
        ({"network_def": {"_target_": "UNet"}}, "MONAI"),
        ({"model": {"backbone": {"type": "ResNet"}}, "net_type": "resnet_50"}, "DeepLabCut"),
    ],
)
def test_formats_of_others_are_refused_by_name(data: Any, words: str) -> None:
    for text in (json.dumps(data), written(data)):
        with pytest.raises(ValueError, match=words):
            read_design(text)


def test_a_heads_stride_overwrites_the_backbones_and_other_heads_need_a_feature() -> None:
    two = {
        "multi_instance": {
            "confmaps": {"part_names": ["a", "b"], "output_stride": 4, "offset_refinement": True},
            "pafs": {"edges": [["a", "b"]], "output_stride": 2},
        }
    }
    found = read(classic(heads=two))
    assert found.design.architecture.output_stride == 4
    assert notes(found, "overwritten") == ["model.backbone.unet.output_stride"]
    assert notes(found, "not carried")[-1] == "model.heads.multi_instance.pafs"
    assert "no feature of stride 2" in found.notes[-1].text
    assert [(head.name, head.channels, head.stride) for head in found.design.heads] == [
        ("confmaps", 2, None),
        ("offsets", 4, None),
    ]
    assert found.head_layers == ("MultiInstanceConfmapsHead", "OffsetRefinementHead")
    there = read(
        nn(
            {**UNET, "max_stride": 4},
            {
                "bottomup": {
                    "confmaps": {"part_names": ["a"], "output_stride": 4},
                    "pafs": {"edges": [["a", "a"]], "output_stride": 8},
                }
            },
        )
    )
    assert there.design.architecture.maximum_stride == 8
    assert there.design.architecture.output_stride == 4
    assert [head.stride for head in there.design.heads] == [None, 8]


def test_the_skeleton_says_parts_and_edges_where_the_head_does_not() -> None:
    links = [
        {"type": {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [2]}]}},
        {"type": {"py/reduce": [{"py/type": "sleap.skeleton.EdgeType"}, {"py/tuple": [1]}]}},
        {"type": {"py/id": 1}},
        {"type": {"py/id": 2}},
        {"type": {"py/id": 2}},
    ]
    skeleton = {"links": links, "nodes": [{"id": {"py/id": n}} for n in range(4)]}
    heads = {"multi_instance": {"confmaps": {"output_stride": 2}, "pafs": {"output_stride": 4}}}
    found = read(classic(heads=heads, data={"labels": {"skeletons": [skeleton]}}))
    assert [head.channels for head in found.design.heads] == [4, 6]
    for broken in (
        [],
        [3],
        [{"nodes": 3}],
        {"nodes": []},
        [{"nodes": [1], "links": [{"type": {"py/id": 9}}]}],
    ):
        data = classic(heads=heads, data={"labels": {"skeletons": broken}})
        assert len(read(data).design.heads) <= 1
    nodes = [{"name": name} for name in "abc"]
    data = nn(heads={"bottomup": {"confmaps": {"part_names": []}, "pafs": {"edges": []}}})
    data["data_config"]["skeletons"] = [{"nodes": nodes, "edges": [{"source": nodes[0]}]}]
    assert [head.channels for head in read(data).design.heads] == [3, 2]


@pytest.mark.parametrize(
    ("scale", "preprocessing", "kind", "shape"),
    [
        (
            "input_scaling",
            {"target_height": 810, "target_width": 1080, "input_scaling": 0.75},
            "centroid",
            (608, 816, 1),
        ),
        ("input_scaling", {"target_height": 100, "ensure_rgb": True}, "centroid", (104, 256, 3)),
        (
            "input_scaling",
            {"target_height": 90, "target_width": 90, "pad_to_stride": 12},
            "centroid",
            (96, 96, 1),
        ),
        ("input_scaling", {"imagenet_mode": "tf"}, "centroid", (256, 256, 3)),
        (
            "input_scaling",
            {"imagenet_mode": "tf", "ensure_grayscale": True, "target_height": 64, "target_width": 32},
            "centroid",
            (64, 32, 3),
        ),
        (
            "input_scaling",
            {"resize_and_pad_to_target": False, "target_height": 64, "target_width": 32},
            "centroid",
            (256, 256, 1),
        ),
        ("scale", {"crop_size": None, "crop_hw": [160, 96]}, "centered_instance", (160, 96, 1)),
        ("scale", {"crop_size": 64, "crop_hw": [160, 96]}, "centered_instance", (64, 64, 1)),
        ("scale", {"max_height": 810, "max_width": 1080, "scale": [0.5, 0.5]}, "centroid", (408, 544, 1)),
        ("scale", {"crop_size": 100, "scale": 0.5}, "centered_instance", (56, 56, 1)),
    ],
)
def test_the_input_is_that_after_scaling_and_padding(
    scale: str, preprocessing: Any, kind: str, shape: Any
) -> None:
    head = {"part_names": ["a"], "output_stride": 2}
    if scale == "scale":
        found = read(nn(heads={kind: {"confmaps": head}}, preprocessing=preprocessing))
    else:
        found = read(classic(heads={kind: head}, data={"preprocessing": preprocessing}))
    assert found.design.input_shape == shape


def test_both_counts_are_noted_where_sleap_nn_builds_another_network() -> None:
    found = read(nn({"filters": 16, "filters_rate": 2, "middle_block": False}))
    (note,) = [note for note in found.notes if note.kind == "differs"]
    assert note.key == "model_config.backbone_config.unet.middle_block"
    assert "920,368 here, 1,067,824 in sleap-nn" in note.text
    for unet in (
        {"convs_per_block": 1},
        {"stacks": 2},
        {"stem_stride": 4},
        {"kernel_size": 5, "up_interpolate": False},
    ):
        heads = {"centroid": {"confmaps": {"output_stride": 1}}}
        assert len(notes(read(nn(unet, heads)), "differs")) == 1


@pytest.mark.parametrize("file", ["classic-03.json", "sleap_nn-35.yaml"])
def test_a_file_that_ends_anywhere_is_read_or_refused_in_words(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    whole = read_design(text).design
    for end in range(0, len(text), full_or(1, 7)):
        part = text[:end] + "\n"
        try:
            found = read_design(part)
        except ValueError as error:
            assert str(error)
        else:  # YAML has no end: what is left is a smaller file
            assert file.endswith(".yaml")
            assert found.design == whole or found.notes


@settings(max_examples=full_or(500, 40), deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused_in_words(data: st.DataObject) -> None:
    config = json.loads((FOLDER / "classic-28.json").read_text(encoding="utf-8"))
    if data.draw(st.booleans()):
        config = nn(heads={"bottomup": {"confmaps": {"part_names": ["a"]}, "pafs": {"edges": []}}})
    held = config
    while True:
        key = data.draw(st.sampled_from(sorted(held) if isinstance(held, dict) else range(len(held))))
        if not held[key] or not isinstance(held[key], (dict, list)) or data.draw(st.booleans()):
            break
        held = held[key]
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    held[key] = data.draw(
        st.recursive(plain, lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=5)
    )
    for text in (json.dumps(config), written(config)):
        try:
            read_design(text)
        except ValueError as error:
            assert str(error)


def test_a_design_that_rides_along_counts_where_the_numbers_agree() -> None:
    design = read(classic()).design.replace_all({"head.name": "nose", "input_shape": (64, 96, 1)})
    data = json.loads(design.to_sleap())
    assert read(data).design == design
    assert notes(read(data), "assumed") == []
    for change in (
        lambda d: d["model"]["backbone"]["unet"].update(filters=9),
        lambda d: d["model"]["heads"]["single_instance"].update(part_names=["a", "b", "c"]),
        lambda d: d["data"]["preprocessing"].update(ensure_rgb=True),
        lambda d: d["data"]["preprocessing"].update(target_height=128, target_width=128),
    ):
        changed = json.loads(json.dumps(data))
        change(changed)
        found = read(changed)
        assert found.design != design
        assert notes(found, "overwritten") == ["encdec_widgets"]
    data["model"]["heads"]["single_instance"]["part_names"] = ["x", "y"]
    assert read(data).design == design  # SLEAP filled in the names of as many parts
    for damaged in (
        3,
        {},
        {"encdec_widgets_design": 99},
        {"encdec_widgets_design": 1, "architecture": {"class": "Xx"}},
    ):
        found = read({**data, "encdec_widgets": damaged})
        assert found.design.architecture == design.architecture
        assert notes(found, "not carried")[-1:] == ["encdec_widgets"]
    text = design.to_sleap_nn()
    assert read_design(text).design == design
    assert read_design(text.replace('"filters":8', '"filters":9')).design.architecture == design.architecture
    assert read_design(re.sub("design: {.*", "design: {'", text)).design.architecture == design.architecture
