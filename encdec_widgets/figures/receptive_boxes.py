"""Receptive fields as boxes on an image: which ones are drawn, with their size, colour and words."""

import math
from collections.abc import Iterable
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal

import attrs

from encdec_widgets.explain.receptive_words import extent_text
from encdec_widgets.figures.palette import DARK, WHITE
from encdec_widgets.formatting import quoted, stride_text
from encdec_widgets.networks.strides import coarseness

if TYPE_CHECKING:
    import networkx as nx

    from encdec_widgets.explain.receptive_field import MapReceptiveField, ReceptiveField
    from encdec_widgets.networks.strides import Strides

# All are light, to be drawn on a dark edge.
_OUTPUT, _ENCODER, _DIALOG = DARK.decoder, DARK.encoder, DARK.join
_DASHES = ("", "1 2", "5 2", "5 2 1 2")  # in turn, from the smallest stride on


@attrs.frozen(kw_only=True)
class ReceptiveBox:
    """A box on an image, in px of that image.

    Attributes:
        label: What it belongs to, such as "output" or "stride 16".
        text: Its size, such as "188 px".
        words: Both in a sentence, for a screen reader and on hover.
        extent: As in :class:`encdec_widgets.explain.receptive_field.MapReceptiveField`; "exact" where there is a size.
        size: Height and width; None unless ``extent`` is "exact".
        offset: How far its middle lies down and to the right of the position that it belongs to.
        colour: Colour of its line, as ``#rrggbb``; light, for a line with a dark edge.
        dash: Lengths of the strokes and gaps of its line, as in SVG; empty for a line without gaps.
        width: Width of its line, in px of the page.
    """

    label: str
    text: str
    words: str
    extent: Literal["exact", "whole image", "unknown"]
    size: tuple[float, float] | None
    offset: tuple[float, float]
    colour: str
    dash: str
    width: float

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self)


def field_boxes(
    receptive: "ReceptiveField",
    blocks: "nx.DiGraph[str]",
    input_scale: float = 1.0,
    selected: str | None = None,
) -> tuple[ReceptiveBox, ...]:
    """The boxes of a network, the most important first.

    Args:
        receptive: The receptive fields of the network, in px of its input.
        blocks: What ``backbone.blocks`` is.
        input_scale: Factor by which the image is scaled before the network sees it (SLEAP's "Input Scaling"). At 0.5, a
            receptive field of 50 px is 100 px of the image.
        selected: Name of a block to draw as well; the input and an unknown name have no box, several heads theirs.

    Returns:
        The box of the output, or of each of several heads in their order; that of the selected block; that of the
        figure in SLEAP's training dialog (if it shows one); and one for each stride of stem and encoder, from the
        largest stride: the largest receptive field there.

    Raises:
        ValueError: If the scale is not above 0.
    """
    if not 0 < input_scale < math.inf:
        raise ValueError(
            f"input_scale must be a number above 0. Received: {quoted(input_scale)}. Would work: 1.0."
        )
    heads = named_outputs(receptive, blocks)
    boxes = [
        _box(head, seen, input_scale, _OUTPUT, dash, 3.0, f"The head {head}")
        for (head, seen), dash in zip(heads.items(), cycle(_DASHES), strict=False)
    ] or [_box("output", receptive.output, input_scale, _OUTPUT, "", 3.0, "The output")]
    drawn = {"input", *(["head"] if heads else [])}
    if selected is not None and selected in receptive.blocks and blocks.nodes[selected]["stage"] not in drawn:
        label = blocks.nodes[selected]["label"]
        words = f"The selected block {label}"
        boxes.append(_box(label, receptive.blocks[selected], input_scale, WHITE, "9 3 2 3", 2.0, words))
    if receptive.encoder_only is not None:
        boxes.append(_dialog_box(receptive.encoder_only, input_scale))
    strides = _on_the_way_down(blocks)
    for place, along in reversed(list(enumerate(strides))):
        name = _largest(receptive, (name for name, data in _down(blocks) if data["strides"] == along))
        if name is not None:
            label = f"stride {stride_text(along)}"
            dash = _DASHES[place % len(_DASHES)]
            words = f"At {label}, {blocks.nodes[name]['label']}"
            boxes.append(_box(label, receptive.blocks[name], input_scale, _ENCODER, dash, 1.5, words))
    return tuple(boxes)


def named_outputs(receptive: "ReceptiveField", blocks: "nx.DiGraph[str]") -> "dict[str, MapReceptiveField]":
    """The receptive fields of several heads of the last stack, by what the picture calls them; else empty."""
    several = receptive.outputs if len(receptive.outputs) > 1 else {}
    return {str(blocks.nodes[name]["label"]): seen for name, seen in several.items()}


def _down(blocks: "nx.DiGraph[str]") -> list[tuple[str, dict[str, Any]]]:
    return [(name, data) for name, data in blocks.nodes(data=True) if data["stage"] in ("stem", "encoder")]


def _on_the_way_down(blocks: "nx.DiGraph[str]") -> "list[Strides | None]":
    """The strides of stem and encoder, from the smallest; an unknown stride is the last."""
    strides = {data["strides"] for _, data in _down(blocks)}
    return [*sorted(strides - {None}, key=coarseness), *(strides & {None})]


def _largest(receptive: "ReceptiveField", names: Iterable[str]) -> str | None:
    """The block with the largest receptive field: the whole image is the largest, an unknown one the next."""

    def reach(name: str) -> tuple[int, int]:
        field = receptive.blocks[name]
        return ("exact", "unknown", "whole image").index(field.extent), math.prod(field.size or ())

    return max((name for name in names if name in receptive.blocks), key=reach, default=None)


def _box(
    label: str,
    field: "MapReceptiveField",
    input_scale: float,
    colour: str,
    dash: str,
    width: float,
    words: str,
) -> ReceptiveBox:
    size = None if field.size is None else (field.size[0] / input_scale, field.size[1] / input_scale)
    down, right = field.offset or (0.0, 0.0)
    text = extent_text(field.extent, size)
    sees = {
        "exact": f"sees {text} of the image",
        "whole image": "sees the whole image",
        "unknown": "has an unknown receptive field",
    }
    return ReceptiveBox(
        label=label,
        text=text,
        words=f"{words} {sees[field.extent]}.",
        extent=field.extent,
        size=size,
        offset=(down / input_scale, right / input_scale),
        colour=colour,
        dash=dash,
        width=width,
    )


def _dialog_box(encoder_only: int, input_scale: float) -> ReceptiveBox:
    side = encoder_only / input_scale
    text = extent_text("exact", (side, side))
    return ReceptiveBox(
        label="SLEAP's dialog",
        text=text,
        words=f"SLEAP's training dialog would draw a box of {text} of the image, of the encoder alone.",
        extent="exact",
        size=(side, side),
        offset=(0.0, 0.0),
        colour=_DIALOG,
        dash="6 4",
        width=2.0,
    )
