"""What is said of a configuration that is read: what a design does not keep and which key is wrong, never at length."""

import json
from typing import Any

import pytest

from encdec_widgets import Design, read_design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from tests.library.test_sleap_import import UNET, classic, nn, notes, read

KEPT = Design(UNet(filters=4, down_blocks=3, up_blocks=2, up_interpolate=True), (64, 64, 1), Head(3))
CONFMAPS = {"part_names": ["a", "b"], "anchor_part": "a", "sigma": 3.5, "output_stride": 2, "loss_weight": 2}
PAFS = {"edges": [["a", "b"]], "sigma": 75, "output_stride": 2, "loss_weight": None}
BOTH_PROGRAMS = pytest.mark.parametrize("make", [classic, nn])


@BOTH_PROGRAMS
def test_what_of_a_head_a_design_does_not_keep_is_named_in_one_note_a_head(make: Any) -> None:
    kind = "multi_instance" if make is classic else "bottomup"
    found = read(make(heads={kind: {"confmaps": CONFMAPS, "pafs": PAFS}}))
    assert [
        (note.key.rpartition(".")[2], note.text) for note in found.notes if note.kind == "not carried"
    ] == [
        ("confmaps", "A design does not keep its part_names, anchor_part, sigma and loss_weight."),
        ("pafs", "A design does not keep its edges."),
    ]


@pytest.mark.parametrize("way", ["to_sleap", "to_sleap_nn"])
def test_what_is_written_comes_back_with_a_note_on_names_alone(way: str) -> None:
    assert read_design(getattr(KEPT, way)()).notes == ()
    (note,) = read_design(getattr(KEPT, way)("single_instance", ["a", "b", "c"])).notes
    assert note.text == "A design does not keep its part_names."


@BOTH_PROGRAMS
def test_keys_of_a_file_that_are_not_read_are_named_in_one_short_note(make: Any) -> None:
    more: dict[str, Any] = {
        "optimization": {"epochs": 3},
        "trainer_config": {"x": 1},
        "outputs": {},
        "name": "mice",
    }
    found = read(make(**more))
    assert found.notes[-1].text == "Not read: optimization and trainer_config."
    many = read(make(**{f"{n}{'x' * 10_000}": 1 for n in range(100)}))
    assert "and 94 more" in many.notes[-1].text
    assert len(many.notes[-1].text) < 500


def test_a_model_whose_weights_training_begins_with_is_named() -> None:
    data = classic()
    data["model"]["base_checkpoint"] = "models/mice"
    (note,) = [note for note in read(data).notes if note.key == "model.base_checkpoint"]
    assert str(note) == (
        "not carried: model.base_checkpoint: Training begins with the weights of this model, which are not read: "
        "'models/mice'."
    )


@BOTH_PROGRAMS
def test_unknown_keys_of_a_part_never_flood(make: Any) -> None:
    data = make()
    part = data["data" if make is classic else "data_config"].setdefault("preprocessing", {})
    part.update(
        {f"{n}{'x' * 10_000}": {"y": [n + 1]} for n in range(100)}, off=False, empty={"a": [None, ""]}
    )
    keys = [key for key in notes(read(data), "not carried") if ".preprocessing" in key]
    assert len(keys) == 20
    assert all(len(key) < 300 for key in keys)
    assert any("81 more keys that are not read" in note.text for note in read(data).notes)
    assert not any(key.endswith(("off", "empty")) for key in keys)


@BOTH_PROGRAMS
def test_keys_that_stand_twice_are_noted_and_never_flood(make: Any) -> None:
    text = json.dumps(make())
    found = read_design(text.replace('"filters": 8', '"filters": 9, "filters": 8'))
    assert found.design.architecture.filters == 8
    assert notes(found, "overwritten") == ["filters"]
    pairs = ", ".join(f'"{n}{"x" * 500}": 1' for n in range(1000))
    flooded = read_design(text.replace("{", f"{{{pairs}, {pairs}, ", 1))
    assert len(notes(flooded, "overwritten")) == 20
    assert "981 more keys" in next(
        note.text for note in flooded.notes if note.kind == "overwritten" and not note.key
    )
    assert all(len(note.key) <= 200 for note in flooded.notes)


@BOTH_PROGRAMS
def test_a_name_of_any_length_makes_no_long_error(make: Any) -> None:
    name = "x" * 1_000_000
    for data in (make(heads={name: {"a": 1}}), make({name: 1} if make is nn else {name: {"a": 1}})):
        with pytest.raises(ValueError, match="x…x") as refused:
            read(data)
        assert len(str(refused.value)) < 1500


def test_targets_that_do_not_count_are_noted() -> None:
    data = {"preprocessing": {"resize_and_pad_to_target": False, "target_height": 64, "target_width": 32}}
    found = read(classic(data=data))
    assert notes(found, "overwritten") == ["data.preprocessing.resize_and_pad_to_target"]
    assert "data.preprocessing.target_height" in notes(found, "assumed")
    on = read(classic(data={"preprocessing": {**data["preprocessing"], "resize_and_pad_to_target": None}}))
    assert on.design.input_shape == (64, 32, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (classic({"unet": {**UNET, "stem_stride": True}}), "model.backbone.unet.stem_stride must be .*True"),
        (nn({**UNET, "stem_stride": True}), "backbone_config.unet.stem_stride must be .*True"),
        (nn({**UNET, "max_stride": -8}), "backbone_config.unet.max_stride must be .*-8"),
        (nn({**UNET, "max_stride": True}), "backbone_config.unet.max_stride must be .*True"),
        (nn({**UNET, "in_channels": float("nan")}), "unet.in_channels must be a whole number .*nan"),
        (nn({**UNET, "in_channels": "one"}), "unet.in_channels must be a whole number .*'one'"),
        (
            nn(heads={"centered_instance": {"confmaps": CONFMAPS}}, preprocessing={"crop_hw": [160]}),
            r"preprocessing.crop_hw must be null or a list of a height and a width. Received: .*\[160\]",
        ),
        (
            classic(heads={"centroid": {"output_stride": 16}}),
            r"^model.heads.centroid.output_stride must be .* Received: model.heads.centroid.output_stride=16",
        ),
        (
            nn(heads={"centroid": {"confmaps": {"output_stride": 3}}}),
            r"^model_config.head_configs.centroid.confmaps.output_stride must be .*=3",
        ),
        (
            nn(heads={"bottomup": {"confmaps": CONFMAPS, "pafs": {**PAFS, "output_stride": 24}}}),
            r"^model_config.head_configs.bottomup.pafs.output_stride must be .*=24",
        ),
        (
            classic({"unet": {**UNET, "output_stride": 16}}, heads={}),
            r"^model.backbone.unet.output_stride must",
        ),
        (classic(heads={"multi_instance": {}}), "multi_instance.confmaps must have keys of its own"),
    ],
)
def test_what_is_wrong_is_named_by_the_key_at_which_it_can_be_mended(data: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        read(data)
    assert "Would work: nan" not in str(refused.value)


@BOTH_PROGRAMS
def test_a_stem_of_stride_1_is_none(make: Any) -> None:
    unet = {**UNET, "stem_stride": 1}
    found = read(make({"unet": unet} if make is classic else unet))
    assert found.design == read(make()).design


def test_a_head_without_keys_takes_the_defaults() -> None:
    data = {"labels": {"skeletons": [{"nodes": [1, 2, 3]}]}}
    found = read(classic(heads={"single_instance": {}}, data=data))
    assert (found.design.heads[0].channels, found.design.architecture.output_stride) == (3, 1)
    assert read(nn(heads={"centroid": {"confmaps": {}}})).design.heads[0].channels == 1


def test_yaml_that_begins_as_json_is_read_as_yaml() -> None:
    unet = "{filters: 8, filters_rate: 1.5, max_stride: 8, output_stride: 2}"
    heads = "{single_instance: {confmaps: {part_names: [a, b], output_stride: 2}}}"
    flow = f"{{model_config: {{backbone_config: {{unet: {unet}}}, head_configs: {heads}}}}}"
    assert read_design(flow).design == read(nn()).design
    with pytest.raises(ValueError, match="As JSON: Expecting property name"):
        read_design("{filters: 8,}")
