"""Real configurations of SLEAP and sleap-nn: what they lead to here, and that they come back from what is written."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from encdec_widgets import Design, read_design
from encdec_widgets.architectures import UNet
from encdec_widgets.export import yaml_text
from encdec_widgets.export.sleap.counts import convolution, parameters
from encdec_widgets.export.sleap.heads import CLASSIC, SLEAP_NN
from encdec_widgets.export.sleap.leaves import kinds_that_fit
from encdec_widgets.export.sleap.of_file import WITHOUT_EFFECT
from tests.amount import full_or

FOLDER = Path(__file__).parent.parent / "data" / "handoff"
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
IDS = [row["file"] for row in TRUTH]


def width(unet: UNet, stride: int) -> int:
    return int(unet.filters * unet.filters_rate ** (stride.bit_length() - 1))


def heads_parameters(design: Design) -> int:
    unet = design.architecture
    inputs = [width(unet, head.stride or unet.output_stride) for head in design.heads]
    return sum(convolution(1, n, head.channels) for n, head in zip(inputs, design.heads, strict=True))


def known_channels(row: dict[str, Any]) -> list[tuple[str, int, int]]:
    """The heads of a row whose channels it knows: name, channels and stride."""
    words = [head.split() for head in row["heads"]]
    return [
        (w[0], int(w[1]), int(w[4].rstrip(":"))) for w in words if len(w) > 4 and w[2:4] == ["at", "stride"]
    ]


@pytest.mark.parametrize("row", TRUTH, ids=IDS)
def test_a_real_configuration_leads_to_the_network_that_was_trained(row: dict[str, Any]) -> None:
    found = read_design(FOLDER / row["file"])
    design, unet = found.design, found.design.architecture
    assert isinstance(unet, UNet)
    assert found.format == {"classic": "SLEAP JSON", "sleap-nn": "sleap-nn YAML"}[row["format"]]
    assert list(design.input_shape) == row["input"]
    backbone = parameters(unet, design.input_shape[2])
    assert backbone == row["backbone_params"] == row["sleap_nn_params"]
    output = [size // unet.output_stride for size in row["input"][:2]]
    assert [*output, width(unet, unet.output_stride)] == row["output"]
    found_heads = [(head.name, head.channels, head.stride or unet.output_stride) for head in design.heads]
    assert [head for head in found_heads if head[0] != "offsets"] == known_channels(row)
    total = backbone + heads_parameters(design)
    if row["total_params"] is not None and "vectors" not in str(row["heads"]):
        assert total == row["total_params"]
    if row["total_params_in_file"] is not None:
        assert total == row["total_params_in_file"]


@pytest.mark.parametrize("row", TRUTH, ids=IDS)
def test_what_is_assumed_overwritten_or_left_out_is_noted(row: dict[str, Any]) -> None:
    found = read_design(FOLDER / row["file"])

    def noted(kind: str, ending: str) -> bool:
        return any(note.kind == kind and note.key.endswith(ending) for note in found.notes)

    channels_in_file = row["channels_known"] and "in_channels" not in row["missing"]
    assert noted("assumed", "ensure_rgb") is not channels_in_file
    sized = ("target_height", "max_height", "crop_size")
    assert any(noted("assumed", key) for key in sized) is (None in row["size_in_file"])
    for key in row["missing"]:
        assert noted("assumed", f".{key}") or key in ("in_channels", "output_stride")
    in_file = row["output_stride_in_file"]
    assert noted("overwritten", "output_stride") is (in_file not in (None, row["used"]["output_stride"]))
    for head in row["heads"]:
        if "unknown" in head or "vectors" in head:
            key = {"confmaps": ""}.get(head.split()[0], head.split()[0])
            assert noted("not carried", key)
    assert all(note.text.endswith((".", "px.")) for note in found.notes)


@pytest.mark.backend
@pytest.mark.parametrize("row", full_or(TRUTH, TRUTH[::12]), ids=full_or(IDS, IDS[::12]))
def test_the_network_that_is_built_has_the_counted_parameters(row: dict[str, Any]) -> None:
    found = read_design(FOLDER / row["file"])
    backbone = found.backbone()
    assert backbone.parameters == row["backbone_params"] + heads_parameters(found.design)
    assert list(found.design.replace("heads", ()).build().model.output_shape[1:]) == row["output"]


def held_keys(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of each value of a configuration that is no mapping; a skeleton, which is counted, is left out."""
    if isinstance(data, dict) and data and path[-1:] != ("skeletons",):
        for key, value in data.items():
            yield from held_keys(value, (*path, key))
    else:
        yield path


def with_value(data: Any, path: tuple[str, ...], value: Any) -> str:
    changed = copy.deepcopy(data)
    held = changed
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return json.dumps(changed)


def outcome(text: str) -> Any:
    """What a configuration leads to: a design with notes, or an error."""
    try:
        found = read_design(text)
    except ValueError as error:
        return str(error)
    return found.design, found.notes


# What a file says of itself; everything else is read, noted, or known to have no effect on the network.
_OF_ITSELF = {"sleap_version", "sleap_nn_version"}


def test_each_key_of_real_configurations_is_read_noted_or_known_to_have_no_effect() -> None:
    heeded, ignored = set[str](), set[str]()
    for file in full_or(IDS, IDS[::3]):
        data = yaml_text.parsed((FOLDER / file).read_text(encoding="utf-8"))
        before = outcome(json.dumps(data))
        for path in held_keys(data):
            is_noted = any(path[-1] in f"{note.key} {note.text}" for note in before[1])
            is_read = outcome(with_value(data, path, "something else")) != before
            (heeded if is_noted or is_read else ignored).add(path[-1])
    assert {"filters", "crop_size", "base_checkpoint", "sigma"} <= heeded
    assert ignored - heeded <= {*WITHOUT_EFFECT, *_OF_ITSELF}


@pytest.mark.parametrize("file", full_or(IDS, IDS[::4]))
def test_a_key_that_is_not_known_is_noted_wherever_it_stands(file: str) -> None:
    data = yaml_text.parsed((FOLDER / file).read_text(encoding="utf-8"))
    parts = {path[:-1] for path in held_keys(data)}
    for part in parts:
        if "class_vectors" in part or "labels" in part or "tiling" in part:
            continue  # noted as a whole
        said = outcome(with_value(data, (*part, "unheard_of"), 7))
        assert "unheard_of" in str(said), part
        assert outcome(with_value(data, (*part, "unheard_of"), None)) == outcome(json.dumps(data))


def without_riding(text: str) -> str:
    return text.replace('"encdec_widgets"', '"other"').replace("encdec_widgets design: ", "")


@pytest.mark.parametrize("row", TRUTH, ids=IDS)
@pytest.mark.parametrize("way", ["to_sleap", "to_sleap_nn"])
@pytest.mark.filterwarnings("ignore:The design has no head")
@pytest.mark.filterwarnings("ignore:Crops are square")
@pytest.mark.filterwarnings("ignore:.*_segmentation is read")
def test_a_real_configuration_goes_back_out_and_in_whole(row: dict[str, Any], way: str) -> None:
    design = read_design(FOLDER / row["file"]).design
    kinds = kinds_that_fit(design, CLASSIC if way == "to_sleap" else SLEAP_NN)
    if "segmentation" in row["heads"][0]:
        assert kinds == (
            () if way == "to_sleap" else ("centered_instance_segmentation", "semantic_segmentation")
        )
    elif way == "to_sleap_nn" and any(head.name == "offsets" for head in design.heads):
        assert kinds == () or [head.name for head in design.heads] == ["confmaps", "offsets"]
        design = design.replace("heads", tuple(head for head in design.heads if head.name != "offsets"))
        kinds = kinds_that_fit(design, SLEAP_NN)
    else:
        assert kinds
    for kind in kinds[:1]:
        text = getattr(design, way)(kind)
        assert read_design(text).design == design
        plain = read_design(without_riding(text)).design
        assert plain.architecture == design.architecture
        assert plain.input_shape[2] == design.input_shape[2]
