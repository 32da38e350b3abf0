"""The heads of a design as those of a configuration: which of them is which, and what keeps them from being said."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import head_paths
from encdec_widgets.export.sleap.heads import CLASSIC, OFFSETS, Leaf
from encdec_widgets.export.sleap.refusing import Misfit

SAME_KIND = {"bottomup": "multi_instance", "multi_instance": "bottomup"}
"""What one format calls as the other one does not."""


@attrs.frozen
class WrittenHead:
    """A head as it is to be written.

    Attributes:
        leaf: What it is.
        stride: Its stride.
        channels: Its channels; None where the design has no such head.
        offsets: Whether it has offset refinement.
    """

    leaf: Leaf
    stride: int
    channels: int | None
    offsets: bool = False


def kinds_that_fit(design: Design, known: Mapping[str, Sequence[Leaf]]) -> tuple[str, ...]:
    """List the kinds of head that can say the heads of a design, the likeliest first.

    Args:
        design: The design.
        known: The kinds of a format, :data:`~encdec_widgets.export.sleap.heads.CLASSIC` or ``SLEAP_NN``.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.architectures.blocks.head import Head
        >>> design = preset("SLEAP medium bottom-up").replace("heads", (Head(5, name="confmaps"), Head(8, name="pafs")))
        >>> kinds_that_fit(design, CLASSIC)
        ('multi_instance',)
    """
    return tuple(kind for kind in known if not written_heads(design, kind, known)[1])


def kind_named(name: Any, known: Mapping[str, Sequence[Leaf]]) -> str:
    """The kind of head of a name, as either format calls it.

    Raises:
        FieldError: (a ValueError) If there is none.
    """
    if isinstance(name, str):
        for kind in (name, SAME_KIND.get(name)):
            if kind in known:
                return str(kind)
    raise FieldError("head_type", name, f"must be one of {', '.join(known)}", tuple(known)[:1])


def written_heads(
    design: Design, kind: str, known: Mapping[str, Sequence[Leaf]]
) -> tuple[list[WrittenHead], list[Misfit]]:
    """Say the heads of a design as those of a kind.

    Returns:
        The heads, and what keeps them from being said.
    """
    output = int(max(design.architecture.output_stride, 1))
    leaves = known[kind]
    if any(leaf.channels is None for leaf in leaves):
        said = f"must be another kind than {kind}, whose class vectors are pooling and dense layers"
        return [], [Misfit("head_type", kind, said)]
    if not design.heads:
        coarser = min(2 * output, int(design.architecture.maximum_stride))
        return [
            WrittenHead(leaf, coarser if leaf.key in ("pafs", "class_maps") else output, None)
            for leaf in leaves
        ], []
    wanted = list(leaves)
    with_offsets = known is CLASSIC and [head.name for head in design.heads[1:2]] == [OFFSETS.key]
    if with_offsets:
        wanted.insert(1, attrs.evolve(OFFSETS, only=2 * design.heads[0].channels))
    if len(design.heads) != len(wanted):
        names = " and ".join(leaf.key or "confmaps" for leaf in leaves)
        said = f"must be {len(wanted)} for head_type={kind!r} ({names})"
        fewer = {"heads": design.heads[: len(wanted)]} if len(design.heads) > len(wanted) else {}
        return [], [Misfit("heads", len(design.heads), said, None, fewer)]
    written, misfits = [], []
    for index, (leaf, head, path) in enumerate(zip(wanted, design.heads, head_paths(design), strict=True)):
        misfits += _misfits(leaf, head, path, output, is_first=index == 0, classic=known is CLASSIC)
        if not (with_offsets and index == 1):
            is_refined = with_offsets and index == 0
            written.append(WrittenHead(leaf, head.stride or output, head.channels, is_refined))
    if min(head.stride for head in written) != output and not misfits:
        said = f"must be None, or {output}: the output is that of the finest head"
        path = f"{head_paths(design)[0]}.stride"
        misfits.append(Misfit(path, design.heads[0].stride, said, changes={path: None}))
    return written, misfits


def _misfits(
    leaf: Leaf, head: Head, path: str, output: int, *, is_first: bool, classic: bool
) -> "list[Misfit]":
    misfits = []
    if head.activation != leaf.activation:
        said = f"must be {leaf.activation!r}, as all {leaf.key or 'confidence maps'} have it"
        misfits.append(Misfit(f"{path}.activation", head.activation, said, leaf.activation))
    if leaf.only is not None and head.channels != leaf.only:
        misfits.append(Misfit(f"{path}.channels", head.channels, f"must be {leaf.only}", leaf.only))
    if leaf.key == "pafs" and head.channels % 2:
        said = "must be even, two maps for each edge of the skeleton"
        misfits.append(Misfit(f"{path}.channels", head.channels, said, head.channels + 1))
    beside_first = is_first or leaf.key == OFFSETS.key
    if classic and beside_first and head.stride not in (None, output):
        said = f"must be None, or {output}: the output is that of the first head"
        misfits.append(Misfit(f"{path}.stride", head.stride, said, changes={f"{path}.stride": None}))
    return misfits


def checked_part_names(part_names: Any, heads: Sequence[WrittenHead]) -> list[str] | None:
    """The names of the parts, if they are names and as many as the first head has channels.

    Raises:
        FieldError: (a ValueError) If they are not.
    """
    if part_names is None:
        return None
    names = list(part_names) if isinstance(part_names, (list, tuple)) else []
    if not names or not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise FieldError("part_names", part_names, "must be a list of different names, or None")
    first = heads[0]
    if first.leaf.only is not None:
        raise FieldError("part_names", part_names, "must be None, as this head is not one of parts", (None,))
    if first.channels not in (None, len(names)):
        said = f"must be {first.channels} names, as many as the head has channels; they are {len(names)}"
        raise FieldError("part_names", part_names, said, (None,))
    return names
