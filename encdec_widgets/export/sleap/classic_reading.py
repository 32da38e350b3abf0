"""SLEAP up to 1.4: a training profile, ``initial_config.json`` or ``training_config.json``."""

from typing import Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.export.foreign import require_not_foreign
from encdec_widgets.export.found import Found, Note
from encdec_widgets.export.sleap.configuration import Configuration, riding_design
from encdec_widgets.export.sleap.heads import CLASSIC as HEADS
from encdec_widgets.export.sleap.heads import Skeleton, heads_of
from encdec_widgets.export.sleap.inputs import classic_input
from encdec_widgets.export.sleap.networks import CLASSIC as BACKBONES
from encdec_widgets.export.sleap.networks import architecture, chosen, classic_numbers
from encdec_widgets.export.sleap.of_file import note_not_read, note_repeated, note_unread
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.export.sleap.skeleton import parts_and_edges
from encdec_widgets.export.texts import Text

NAME = "SLEAP JSON"
RIDING = "encdec_widgets"
"""The key under which a design's own JSON rides along: SLEAP and sleap-nn read over it."""


def recognises(text: Text) -> bool:
    """Tell whether a text is a configuration of SLEAP up to 1.4, one of SLEAP 0.x included."""
    model = text.json_object.get("model")
    return isinstance(model, dict) and ("backbone" in model or "backbone_name" in model)


def read(text: Text) -> Found:
    """Read the network of a configuration.

    Raises:
        ValueError: If it is of SLEAP 0.x, if its backbone is none of ours, or if a value is not possible.
    """
    require_not_foreign(text)  # DeepLabCut's has a model and a backbone too
    notes: list[Note] = []
    note_repeated(text, notes)
    root = Section(text.json_object, "", notes)
    model = root.section("model")
    _require_new(model.data)
    name, section = chosen(model.section("backbone"), BACKBONES)
    data = root.section("data")
    skeleton = Skeleton(*parts_and_edges(data.section("labels").data.get("skeletons")))
    kind, heads = heads_of(model.section("heads"), HEADS, skeleton)
    numbers = classic_numbers(name, section, heads[0].stride if heads else None)
    heads_keys = {"output_stride": heads[0].stride_key} if heads else {}
    network = architecture(BACKBONES[name], numbers, section, heads_keys)
    found_input = classic_input(data, kind, int(network.maximum_stride))
    note_unread(model, ("backbone", "heads"))
    note_not_read(root, ("data", "model", RIDING), data, ("preprocessing", "instance_cropping", "labels"))
    riding = riding_design(root.data.get(RIDING), RIDING, notes)
    return Configuration(NAME, network, tuple(heads), found_input, tuple(notes)).found(riding, RIDING)


def _require_new(model: Any) -> None:
    """Refuse a configuration of SLEAP 0.x, which had another form.

    Raises:
        FieldError: If it is one.
    """
    if "backbone_name" in model:
        raise FieldError(
            "model.backbone_name",
            model["backbone_name"],
            "is of SLEAP 0.x, whose configurations are not read here: they would work once SLEAP 1.0 or later has "
            "written them anew",
        )
