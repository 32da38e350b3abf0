"""What both formats write: the parts of a configuration, and what is to be said of it."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import family_name, preset_name
from encdec_widgets.export.sleap.heads import SIGMA, SIGMA_OF_PAFS, Leaf
from encdec_widgets.export.sleap.leaves import (
    WrittenHead,
    checked_part_names,
    kind_named,
    kinds_that_fit,
    written_heads,
)
from encdec_widgets.export.sleap.refusing import Misfit, require_none
from encdec_widgets.formatting import counted, listed

CROPPED = ("centered_instance", "centered_instance_segmentation")
"""The kinds of head whose input is a square crop."""
_CHANNELS = (1, 3)


@attrs.frozen
class Written:
    """A configuration that was written.

    Attributes:
        text: The text of the file.
        warnings: What does not work with it, or is not in it; a sentence each.
    """

    text: str
    warnings: tuple[str, ...] = ()

    def warned(self) -> str:
        """The text, after Python's warnings of what does not work with it."""
        for words in self.warnings:
            warnings.warn(words, stacklevel=4)
        return self.text


@attrs.frozen
class Parts:
    """The heads of a configuration, with what goes with them.

    Attributes:
        kind: The kind of head.
        heads: Its heads.
        part_names: The names of the parts; None for those of the skeleton.
        crop_size: The size of the crop, in px; None where there is none or it is left open.
        warnings: What is to be said of them.
    """

    kind: str
    heads: tuple[WrittenHead, ...]
    part_names: list[str] | None
    crop_size: int | None
    warnings: tuple[str, ...]


def parts_of(
    design: Design,
    head_type: str,
    part_names: Sequence[str] | None,
    known: Mapping[str, Sequence[Leaf]],
    misfits: list[Misfit],
    format_name: str,
) -> Parts:
    """Say the heads and the input of a design.

    Args:
        design: The design.
        head_type: The kind of its heads.
        part_names: The names of the parts; None for those of the skeleton.
        known: The kinds of head of the format.
        misfits: What keeps the network from being said.
        format_name: The name of the format.

    Raises:
        FieldError: (a ValueError) If the network, its heads or its input can't be said, or an argument is not possible.
    """
    kind = kind_named(head_type, known)
    heads, of_heads = written_heads(design, kind, known)
    if of_heads and of_heads[0].field in ("heads", "head_type"):
        others = kinds_that_fit(design, known)
        fits = f"; what fits is head_type={listed(map(repr, others), most=9)}" if others else ""
        of_heads[0] = attrs.evolve(of_heads[0], allowed=of_heads[0].allowed + fits)
    require_none(design, [*misfits, *of_heads, *_of_input(design)], format_name)
    names = checked_part_names(part_names, heads)
    height, width, _ = design.input_shape
    crop = height if kind in CROPPED and height == width else None
    notes = (
        []
        if design.heads
        else [f"The design has no head; the file has those of {kind}, with channels of its own."]
    )
    if kind in CROPPED and height != width:
        notes.append("Crops are square, and the input of the design is not: the file leaves their size open.")
    return Parts(kind, tuple(heads), names, crop, (*notes, *_stacks(design, format_name)))


def leaf_of(head: WrittenHead, parts: Parts) -> dict[str, Any]:
    """What both formats write of a head that finds parts, edges or classes.

    Names that are null are filled in from the skeleton when training begins.
    """
    weight = {"loss_weight": 1.0} if len(parts.heads) > 1 else {}
    shared = {"sigma": SIGMA, "output_stride": head.stride, **weight}
    match head.leaf.key:
        case "pafs":
            return {"edges": None, **shared, "sigma": SIGMA_OF_PAFS}
        case "class_maps":
            return {"classes": None, **shared}
    names = {} if parts.kind == "centroid" else {"part_names": parts.part_names}
    anchor = {"anchor_part": None} if parts.kind in ("centroid", "centered_instance") else {}
    return {**names, **anchor, **shared}


def preprocessing_channels(design: Design) -> dict[str, bool]:
    """What makes images have as many channels as the input of a design."""
    return {"ensure_rgb": design.input_shape[2] == 3, "ensure_grayscale": design.input_shape[2] == 1}


def title(design: Design) -> str:
    """The name of a configuration: that of the preset or the family."""
    return preset_name(design) or family_name(design)


def _of_input(design: Design) -> list[Misfit]:
    height, width, channels = design.input_shape
    if channels in _CHANNELS:
        return []
    nearest = (height, width, 3 if channels > 1 else 1)
    return [Misfit("input_shape", design.input_shape, "must have 1 channel (grey) or 3 (colour)", nearest)]


def _stacks(design: Design, format_name: str) -> list[str]:
    stacks = design.architecture.stacks
    if stacks == 1:
        return []
    trained = "SLEAP cannot train them: the heads of all stacks have one name there"
    return [f"{format_name} can say {counted(stacks, 'stack')}, but {trained}."]
