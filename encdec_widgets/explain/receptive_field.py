"""How much of the image each value of a feature map depends on: the theoretical receptive field (exact)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

from encdec_widgets.explain.seen import Seen, Unbounded, merged, what_is_seen
from encdec_widgets.explain.skip_joins import skip_joins
from encdec_widgets.networks.windows import Window

if TYPE_CHECKING:
    import networkx as nx


@attrs.frozen(kw_only=True)
class MapReceptiveField:
    """The receptive field of the positions of a feature map, away from the borders of the image.

    With upsampling, the positions of a map do not all see equally far: they take turns.

    Attributes:
        extent: "exact", "whole image" (something before it pools the whole map) or "unknown".
        size: Height and width in px of the box of the image that a position depends on; of the position that sees
            furthest (exact). None unless ``extent`` is "exact".
        smallest: The same of the position that sees least far; 0 where it depends on no pixel, as in the gaps that a
            transposed convolution leaves whose kernel is smaller than its stride.
        offset: How far down and to the right of the position's own middle the middle of that box lies, in px, for the
            position of ``size``, the first of several; negative is up and left. Along each axis, position p of a map of
            stride s has its middle at (p + 1/2) * s - 1/2, where that of the first pixel is 0.
        why: Where ``extent`` is not "exact", the layer that it is due to.
    """

    extent: Literal["exact", "whole image", "unknown"]
    size: tuple[int, int] | None = None
    smallest: tuple[int, int] | None = None
    offset: tuple[float, float] | None = None
    why: str = ""


@attrs.frozen(kw_only=True)
class SkipReceptiveFields:
    """What is seen through a skip connection and through what it joins; the larger one counts.

    Attributes:
        skip: The receptive field of the map that the skip connection brings.
        other: The receptive field, at the same position, of what it is joined with.
    """

    skip: MapReceptiveField
    other: MapReceptiveField


@attrs.frozen(kw_only=True)
class ReceptiveField:
    """The receptive fields of a network.

    Attributes:
        output: That of its output; of the last stack, where there are several, and there of its first head.
        outputs: Those of all outputs of the last stack, by the block that makes each: a head's own, in their order.
        blocks: That of the output of every block, by the names that blocks have in ``backbone.blocks``.
        layers: That of the output of every layer, by the names that layers have in ``backbone.layers``; of the last
            call, where a layer is called more than once.
        skips: By the block that a skip connection enters, what is seen through it and through what it joins.
        encoder_only: The figure that SLEAP's training dialog shows (px), which counts the convolutions and the pooling
            of the encoder alone; None where the dialog shows none.
    """

    output: MapReceptiveField
    outputs: Mapping[str, MapReceptiveField] = attrs.field(factory=dict, repr=False)
    blocks: Mapping[str, MapReceptiveField] = attrs.field(repr=False)
    layers: Mapping[str, MapReceptiveField] = attrs.field(repr=False)
    skips: Mapping[str, SkipReceptiveFields] = attrs.field(repr=False)
    encoder_only: int | None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return attrs.asdict(self)


def receptive_fields(
    calls: "nx.DiGraph[str]", outputs_of_blocks: Mapping[str, str], encoder_only: int | None, heads: int = 1
) -> ReceptiveField:
    """The receptive fields of a network.

    Args:
        calls: What :func:`encdec_widgets.networks.call_graph.call_graph` returned.
        outputs_of_blocks: The call that makes the output of each block, by the block's name.
        encoder_only: What the method ``sleap_dialog_receptive_field`` of its architecture gives.
        heads: How many of its outputs, the last ones, are those of its last stack.
    """
    seen = what_is_seen(calls)
    # Most calls pass on what they are given: one receptive field for all that see the same.
    known: dict[int, MapReceptiveField] = {}
    found: dict[str, MapReceptiveField] = {}
    for name, windows in seen.items():
        of_map = known.get(id(windows))
        if of_map is None:
            of_map = known[id(windows)] = _of_map(windows)
        found[name] = of_map
    outputs = {calls.nodes[name]["block"] or name: found[name] for name in _last_outputs(calls, heads)}
    return ReceptiveField(
        output=next(iter(outputs.values())),
        outputs=outputs,
        blocks={block: found[name] for block, name in outputs_of_blocks.items()},
        layers={calls.nodes[name]["layer"]: of_map for name, of_map in found.items()},
        skips={
            block: SkipReceptiveFields(
                skip=_of_map(merged([seen[source] for source in join.skip], join.call)),
                other=_of_map(merged([seen[source] for source in join.other], join.call)),
            )
            for block, join in skip_joins(calls).items()
        },
        encoder_only=encoder_only,
    )


def _last_outputs(calls: "nx.DiGraph[str]", count: int) -> list[str]:
    """The calls that make the last ``count`` outputs of a network, in their order."""
    makers = {number: name for name, call in calls.nodes(data=True) for number in call["outputs"]}
    return [makers[number] for number in sorted(makers)][-count:]


def _of_map(seen: Seen) -> MapReceptiveField:
    if isinstance(seen, Unbounded):
        return MapReceptiveField(extent=seen.extent, why=seen.why)
    height = _along_axis(seen[0])
    width = height if seen[1] is seen[0] else _along_axis(seen[1])
    return MapReceptiveField(
        extent="exact",
        size=(height[0], width[0]),
        smallest=(height[1], width[1]),
        offset=(height[2], width[2]),
    )


def _along_axis(seen: Window) -> tuple[int, int, float]:
    """The largest and the smallest size of a box in px, and the offset of the first of the largest ones."""
    sizes = [max(last - first + 1, 0) for first, last in zip(seen.first, seen.last, strict=True)]
    largest = max(sizes)
    position = sizes.index(largest)
    middle = (seen.first[position] + seen.last[position]) / 2
    own_middle = (position + 0.5) * seen.step / seen.period - 0.5
    return largest, min(sizes), middle - own_middle
