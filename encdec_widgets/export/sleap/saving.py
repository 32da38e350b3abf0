"""A network with its weights as a model folder of SLEAP up to 1.4: a configuration, and beside it an HDF5 file."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

from encdec_widgets._keras import keras
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.export.file import require_free
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
        ValueError: If SLEAP cannot say it, or it has no head or several stacks.
        FileExistsError: If there is a model already and ``overwrite`` is False, or a file of this name.
    """
    _require_one_set_of_heads(backbone.design)
    path = Path(folder).expanduser()
    if path.exists() and not path.is_dir():
        raise FileExistsError(
            f"{quoted(str(path))} is a file, and a model of SLEAP is a folder. Would work: another name."
        )
    for name in (CONFIGURATION, MODEL):
        require_free(path / name, overwrite=overwrite)
    text = to_sleap(backbone.design, head_type, part_names)
    model = with_sleap_names(backbone, head_type)
    path.mkdir(parents=True, exist_ok=True)
    # Both are complete before one takes its place: no configuration stands beside the weights of another network.
    with tempfile.TemporaryDirectory(prefix=".encdec-", dir=path) as aside:
        made = Path(aside)
        (made / CONFIGURATION).write_text(text, encoding="utf-8", newline="\n")
        model.save(made / MODEL)
        with h5py.File(made / MODEL, "r+") as opened:
            opened.attrs["model_config"] = json.dumps(keras_2_config(model)).encode()
        for name in (MODEL, CONFIGURATION):
            (made / name).replace(path / name)
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
    _require_one_set_of_heads(design)
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
