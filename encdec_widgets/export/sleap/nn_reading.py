"""sleap-nn, and so SLEAP from 1.5 on: a profile, ``initial_config.yaml`` or ``training_config.yaml``."""

import json
from typing import Any

from encdec_widgets.architectures import UNet
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.sleap.configuration import Configuration, riding_design
from encdec_widgets.export.sleap.ground import note_differences
from encdec_widgets.export.sleap.heads import SLEAP_NN as HEADS
from encdec_widgets.export.sleap.heads import Skeleton, heads_of
from encdec_widgets.export.sleap.inputs import sleap_nn_input
from encdec_widgets.export.sleap.networks import (
    SLEAP_NN_NAMES,
    architecture,
    chosen,
    not_ours,
    sleap_nn_numbers,
)
from encdec_widgets.export.sleap.of_file import note_not_read, note_repeated, note_unread
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.export.sleap.skeleton import parts_and_edges
from encdec_widgets.export.texts import Text
from encdec_widgets.formatting import quoted

NAME = "sleap-nn YAML"
RIDING = "description"
RIDING_MARK = "encdec_widgets design: "
"""After it, a design's own JSON rides along in the description, which survives that SLEAP saves the file anew."""


def recognises(text: Text) -> bool:
    """Tell whether a text is a configuration of sleap-nn."""
    return "model_config" in text.mapping


def read(text: Text) -> Found:
    """Read the network of a configuration.

    Raises:
        ValueError: If its backbone is none of ours, or if a value is not possible.
    """
    notes: list[Note] = []
    note_repeated(text, notes)
    root = Section(text.mapping, "", notes)
    model, data = root.section("model_config"), root.section("data_config")
    section = _backbone(model)
    skeleton = Skeleton(*parts_and_edges(data.data.get("skeletons")))
    kind, heads = heads_of(model.section("head_configs"), HEADS, skeleton)
    by_stride = sorted(heads, key=lambda head: head.stride)
    numbers = sleap_nn_numbers(section, by_stride[0].stride if heads else None)
    heads_keys = {"output_stride": by_stride[0].stride_key} if heads else {}
    if heads and _deepen(numbers, section, by_stride[-1].stride):
        heads_keys["max_stride"] = by_stride[-1].stride_key
    network = architecture(UNet, numbers, section, heads_keys)
    assert isinstance(network, UNet)
    in_channels = section.size("in_channels")
    found_input = sleap_nn_input(data, kind, network.maximum_stride, in_channels)
    note_differences(network, found_input.shape[2], section)
    note_unread(model, ("backbone_config", "head_configs"))
    note_not_read(root, ("data_config", "model_config", RIDING), data, ("preprocessing", "skeletons"))
    riding = riding_design(_riding(root.data.get(RIDING)), RIDING, notes)
    return Configuration(NAME, network, tuple(heads), found_input, tuple(notes)).found(riding, RIDING)


def _backbone(model: Section) -> Section:
    """The part of the U-Net, or what stands for one that is named."""
    named = model.data.get("backbone_config")
    if not isinstance(named, str):
        return chosen(model.section("backbone_config"), {"unet": UNet})[1]
    if named not in SLEAP_NN_NAMES:
        raise ValueError(not_ours(model.at("backbone_config"), named, None, SLEAP_NN_NAMES))
    return Section(SLEAP_NN_NAMES[named], model.at("backbone_config"), model.notes)


def _deepen(numbers: dict[str, Any], section: Section, coarsest: int) -> bool:
    """Go as deep as the coarsest of the heads, as sleap-nn does, and tell whether that is deeper than asked."""
    deepest = numbers["max_stride"]
    deeper = type(deepest) in (int, float) and 1 <= deepest < coarsest
    if deeper:
        text = f"The coarsest head's stride, {coarsest}, counts in place of {quoted(deepest)}."
        section.note("overwritten", "max_stride", text)
        numbers["max_stride"] = coarsest
    return deeper


def _riding(description: Any) -> Any:
    """The data of the design that rides along in a description; None if none does."""
    if not isinstance(description, str) or RIDING_MARK not in description:
        return None
    text = description.partition(RIDING_MARK)[2]
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return text
