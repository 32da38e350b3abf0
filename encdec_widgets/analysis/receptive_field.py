"""How much of the image each value of a feature map depends on: the theoretical receptive field (exact)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(kw_only=True)
class Field:
    """The receptive field of the positions of a feature map, away from the borders of the image.

    With upsampling, the positions of a map do not all see equally far: they take turns.

    Attributes:
        extent: "exact", "whole image" (something before it pools the whole map) or "unknown".
        size: Height and width in px of the box of the image that a position depends on; of the position that sees
            furthest (exact). None unless ``extent`` is "exact".
        smallest: The same of the position that sees least far.
        offset: How far down and to the right of the position's own middle the middle of that box lies, in px, for the
            position of ``size``; negative is up and left.
        why: Where ``extent`` is not "exact", the layer that it is due to.
    """

    extent: Literal["exact", "whole image", "unknown"]
    size: tuple[int, int] | None = None
    smallest: tuple[int, int] | None = None
    offset: tuple[float, float] | None = None
    why: str = ""


@attrs.frozen(kw_only=True)
class SkipFields:
    """What is seen through a skip connection and through what it joins; the larger one counts.

    Attributes:
        skip: The field of the map that the skip connection brings.
        other: The field, at the same place, of what it is joined with.
    """

    skip: Field
    other: Field


@attrs.frozen(kw_only=True)
class ReceptiveField:
    """The receptive fields of a network.

    Attributes:
        output: That of its output; of the last one, where there are several.
        blocks: That of the output of every block, by the names that blocks have in ``backbone.blocks``.
        layers: That of the output of every layer, by the names that layers have in ``backbone.layers``; of the last
            call, where a layer is called more than once.
        skips: By the block that a skip connection enters, what is seen through it and through what it joins.
        encoder_only: The figure that SLEAP's training dialog shows (px), which counts the convolutions and the pooling
            of the encoder alone; None where the dialog shows none.
    """

    output: Field
    blocks: Mapping[str, Field] = attrs.field(repr=False)
    layers: Mapping[str, Field] = attrs.field(repr=False)
    skips: Mapping[str, SkipFields] = attrs.field(repr=False)
    encoder_only: int | None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self)


def receptive_fields(
    calls: "nx.DiGraph[str]", outputs_of_blocks: Mapping[str, str], encoder_only: int | None
) -> ReceptiveField:
    """The receptive fields of a network.

    Args:
        calls: What :func:`encdec_widgets.call_graph.call_graph` returned.
        outputs_of_blocks: The call that makes the output of each block, by the block's name.
        encoder_only: What :func:`sleap_dialog_field` gives for its architecture.
    """
    raise NotImplementedError


def sleap_dialog_field(architecture: Any) -> int | None:
    """The receptive field that SLEAP's training dialog shows for an architecture, in px; None where it shows none."""
    raise NotImplementedError
