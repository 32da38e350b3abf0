"""The heads of both formats: what each kind is made of, and the layers that it becomes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import attrs

from encdec_widgets.export.sleap.of_file import note_unread
from encdec_widgets.export.sleap.section import Section
from encdec_widgets.formatting import listed, quoted

Count: TypeAlias = Callable[[Section, "Skeleton"], "int | None"]


SIGMA, SIGMA_OF_PAFS = 2.5, 75.0
"""Spread of the targets that is written, in px, as in the profiles that SLEAP ships."""
_SHARED = ("output_stride", "offset_refinement", "sigma", "loss_weight")
_NAMES = ("part_names", "anchor_part", "edges", "classes")  # what a design does not keep


@attrs.frozen
class Skeleton:
    """How many parts and edges the skeleton of a file has; None where the file does not say."""

    parts: int | None
    edges: int | None


@attrs.frozen
class Leaf:
    """One head of a kind.

    Attributes:
        key: Its key; empty where the kind is its only head.
        layer: The name of its layer in SLEAP up to 1.4; empty if there is none.
        channels: Counts its channels; None where it is no convolution.
        activation: Its activation.
        only: A number of channels that is always the same.
    """

    key: str
    layer: str
    channels: Count | None
    activation: str = "linear"
    only: int | None = None


@attrs.frozen
class FoundHead:
    """A head in a file.

    Attributes:
        name: What it is, such as "confmaps" or "pafs".
        key: The path of the head in the file.
        channels: Its channels; None where the file does not say.
        stride: Its stride.
        activation: Its activation.
        layer: The name of its layer in SLEAP up to 1.4.
        said: Whether the file itself says the channels; else they are always the same, or unknown.
    """

    name: str
    key: str
    channels: int | None
    stride: int
    activation: str
    layer: str
    said: bool

    @property
    def stride_key(self) -> str:
        """The path of its stride in the file."""
        return f"{self.key}.output_stride"


def parts_of(head: Section, skeleton: Skeleton) -> int | None:
    """Count the parts of a head."""
    named = head.length("part_names")
    return skeleton.parts if named is None else named


def _edges_of(head: Section, skeleton: Skeleton) -> int | None:
    named = head.length("edges")
    edges = skeleton.edges if named is None else named
    return None if edges is None else 2 * edges


def _classes_of(head: Section, _: Skeleton) -> int | None:
    return head.length("classes")


def _always(count: int) -> Count:
    return lambda _, __: count


def _confmaps(layer: str, key: str = "confmaps") -> Leaf:
    return Leaf(key, layer, parts_of)


_PAFS = Leaf("pafs", "PartAffinityFieldsHead", _edges_of)
_CLASS_MAPS = Leaf("class_maps", "ClassMapsHead", _classes_of, "sigmoid")
_CLASS_VECTORS = Leaf("class_vectors", "ClassVectorsHead", None, "softmax")
_SEGMENTATION = Leaf("segmentation", "", _always(1), "sigmoid", only=1)


def _centroid(key: str) -> Leaf:
    return Leaf(key, "CentroidConfmapsHead", _always(1), only=1)


CLASSIC: Mapping[str, Sequence[Leaf]] = {
    "single_instance": (_confmaps("SingleInstanceConfmapsHead", ""),),
    "centroid": (_centroid(""),),
    "centered_instance": (_confmaps("CenteredInstanceConfmapsHead", ""),),
    "multi_instance": (_confmaps("MultiInstanceConfmapsHead"), _PAFS),
    "multi_class_bottomup": (_confmaps("MultiInstanceConfmapsHead"), _CLASS_MAPS),
    "multi_class_topdown": (_confmaps("CenteredInstanceConfmapsHead"), _CLASS_VECTORS),
}
"""The kinds of heads in SLEAP up to 1.4."""

SLEAP_NN: Mapping[str, Sequence[Leaf]] = {
    "single_instance": (_confmaps("SingleInstanceConfmapsHead"),),
    "centroid": (_centroid("confmaps"),),
    "centered_instance": (_confmaps("CenteredInstanceConfmapsHead"),),
    "bottomup": CLASSIC["multi_instance"],
    "multi_class_bottomup": CLASSIC["multi_class_bottomup"],
    "multi_class_topdown": CLASSIC["multi_class_topdown"],
    "bottomup_segmentation": (
        _SEGMENTATION,
        Leaf("center", "", _always(1), only=1),
        Leaf("offsets", "", _always(2), only=2),
    ),
    "centered_instance_segmentation": (_SEGMENTATION,),
    "semantic_segmentation": (_SEGMENTATION,),
}
"""The kinds of heads in sleap-nn that are made of convolutions."""

OFFSETS = Leaf("offsets", "OffsetRefinementHead", None)
"""What SLEAP up to 1.4 adds to confidence maps that have ``offset_refinement``: two maps a part."""


def heads_of(
    heads: Section, known: Mapping[str, Sequence[Leaf]], skeleton: Skeleton
) -> tuple[str, list[FoundHead]]:
    """Read the kind of head that a file has, and its heads, of which the first decides the output's stride.

    Args:
        heads: The part of the file with one key a kind.
        known: :data:`CLASSIC` or :data:`SLEAP_NN`.
        skeleton: The file's skeleton.

    Returns:
        The kind, empty if there is none; and its heads, without those that are no convolutions, which are noted.

    Raises:
        ValueError: If there are several kinds, one that is not known, or a value that is not possible.
    """
    one = heads.one_of("head")
    if one is None:
        heads.note("assumed", "", "The file has no head; the design has none either.")
        return "", []
    kind, section = one
    if kind not in known:
        raise ValueError(
            f"{heads.at(kind)} is a head that no design here can have. Would work: {', '.join(known)}."
        )
    found: list[FoundHead] = []
    for leaf in known[kind]:
        part = section.section(leaf.key) if leaf.key else section
        if leaf.channels is None:
            _note_vectors(part)
            continue
        if not isinstance(section.data.get(leaf.key) if leaf.key else heads.data[kind], Mapping):
            raise ValueError(f"{part.path} must have keys of its own, such as output_stride.")
        channels = leaf.channels(part, skeleton)
        stride = part.stride("output_stride", 2 if leaf is _SEGMENTATION else 1)
        name, said = leaf.key or "confmaps", leaf.only is None and channels is not None
        found.append(FoundHead(name, part.path, channels, stride, leaf.activation, leaf.layer, said))
        _note_left_out(leaf, part)
        note_unread(part, (*_NAMES, *_SHARED))
        if part.flag("offset_refinement"):
            found += _offsets(found[-1], part, known is CLASSIC)
    if leaves := [leaf.key for leaf in known[kind] if leaf.key]:
        note_unread(section, leaves)
    return kind, found


def _offsets(confmaps: FoundHead, part: Section, built: bool) -> list[FoundHead]:
    if not built:
        part.note("not carried", "offset_refinement", "sleap-nn builds no such head.")
        return []
    channels = None if confmaps.channels is None else 2 * confmaps.channels
    return [attrs.evolve(confmaps, name=OFFSETS.key, channels=channels, layer=OFFSETS.layer)]


def _note_left_out(leaf: Leaf, part: Section) -> None:
    """Name what a head has that a design does not keep, and that is written otherwise."""
    written: Mapping[str, object] = {
        **dict.fromkeys(_NAMES),
        "sigma": (SIGMA_OF_PAFS if leaf is _PAFS else SIGMA) if leaf.layer else None,
        "loss_weight": 1.0,
    }
    given = {key: part.data.get(key) for key in written}
    lost = [key for key, value in given.items() if value not in (None, [], "", written[key])]
    if lost:
        part.note("not carried", "", f"A design does not keep its {listed(lost, most=len(written))}.")


def _note_vectors(part: Section) -> None:
    """Note the head of class vectors, which is made of pooling and dense layers."""
    layers, units = (
        part.data.get(key, default) for key, default in (("num_fc_layers", 1), ("num_fc_units", 64))
    )
    classes = part.length("classes")
    part.note(
        "not carried",
        "",
        f"Class vectors are made of pooling and dense layers ({quoted(layers)} of {quoted(units)} units, then "
        f"{'one for each class' if classes is None else f'{classes} classes'}), which a head here is not.",
    )
