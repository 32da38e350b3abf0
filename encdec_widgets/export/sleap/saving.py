"""A network with its weights as a model folder of SLEAP up to 1.4: a configuration, and beside it an HDF5 file."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

from encdec_widgets._keras import keras
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.export.sleap.classic_writing import to_sleap
from encdec_widgets.export.sleap.heads import CLASSIC, OFFSETS
from encdec_widgets.export.sleap.keras_2 import keras_2_config
from encdec_widgets.export.sleap.leaves import kind_named, written_heads
from encdec_widgets.export.sleap.weights import MODEL, head_layer_names
from encdec_widgets.formatting import quoted

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

CONFIGURATION = "training_config.json"


def save_sleap_model(
    backbone: "Backbone",
    folder: "str | os.PathLike[str]",
    head_type: str = "single_instance",
    part_names: Sequence[str] | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write a network as a model folder: see :meth:`Backbone.to_sleap`.

    Raises:
        ValueError: If SLEAP cannot say it, it has no head or several stacks, or there is a model already.
    """
    _require_one_set_of_heads(backbone.design)
    path = Path(folder)
    files = [path / CONFIGURATION, path / MODEL]
    there = [str(file) for file in files if file.exists()]
    if there and not overwrite:
        raise ValueError(
            f"{quoted(there[0])} is there already. Would work: another folder, or overwrite=True."
        )
    text = to_sleap(backbone.design, head_type, part_names)
    model = with_sleap_names(backbone, head_type)
    path.mkdir(parents=True, exist_ok=True)
    files[0].write_text(text, encoding="utf-8", newline="\n")
    model.save(files[1])
    with h5py.File(files[1], "r+") as opened:
        opened.attrs["model_config"] = json.dumps(keras_2_config(model)).encode()
    return path


def with_sleap_names(backbone: "Backbone", head_type: str = "single_instance") -> Any:
    """The Keras model of a network in which the layers of the heads have SLEAP's names, with the same weights.

    Args:
        backbone: The network. All layers but the heads are the very same ones, not copies.
        head_type: The kind of its heads, as SLEAP calls it.

    Raises:
        FieldError: (a ValueError) If it has no head, several stacks, or heads of another kind.
    """
    design = backbone.design
    if not design.heads:
        raise FieldError("heads", (), "must be there: a SLEAP model ends in one")
    if design.architecture.stacks > 1:
        raise FieldError(
            "stacks", design.architecture.stacks, "must be 1: SLEAP has one name for all heads", (1,)
        )
    model = backbone.model
    outputs = []
    for layer_name, name in zip(head_layer_names(backbone), sleap_layers(design, head_type), strict=True):
        layer = model.get_layer(layer_name)
        head = keras.layers.Conv2D.from_config({**layer.get_config(), "name": name})
        outputs.append(head(layer.input))
        head.set_weights(layer.get_weights())
    return keras.Model(model.inputs, outputs if len(outputs) > 1 else outputs[0], name="model")


def _require_one_set_of_heads(design: Design) -> None:
    if not design.heads:
        raise FieldError("heads", (), "must be there: a SLEAP model ends in one")
    if design.architecture.stacks > 1:
        raise FieldError(
            "stacks", design.architecture.stacks, "must be 1: SLEAP has one name for all heads", (1,)
        )


def sleap_layers(design: Design, head_type: str) -> tuple[str, ...]:
    """The names that SLEAP gives to the layers of a design's heads.

    >>> from encdec_widgets.architectures import UNet
    >>> from encdec_widgets.architectures.blocks.head import Head
    >>> sleap_layers(Design(UNet(), head=Head(13)), "centered_instance")
    ('CenteredInstanceConfmapsHead',)

    Raises:
        FieldError: (a ValueError) If the design's heads are of another kind.
    """
    kind = kind_named(head_type, CLASSIC)
    heads, misfits = written_heads(design, kind, CLASSIC)
    if misfits:
        first = misfits[0]
        raise FieldError(first.field, first.value, f"for head_type={kind!r} {first.allowed}")
    names = []
    for head in heads:
        names += [head.leaf.layer, *([OFFSETS.layer] if head.offsets else [])]
    return tuple(names)
