"""Edits of the lists of blocks: adding, removing, duplicating, moving and changing in kind.

A place is the path of a block (``encoder[2]``) or of all blocks of a stage (``encoder[*]``).
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.architectures.known_classes import newest_by_name
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.paths import STAGES

if TYPE_CHECKING:
    import networkx as nx

_PLACE = re.compile(rf"({'|'.join(STAGES)})\[(\d+|\*)\]")


@attrs.frozen
class BlockEdit:
    """A change of a list of blocks.

    Attributes:
        changes: New values by path, as :meth:`Design.replace_all` takes them.
        words: What it does, in a few words.
        place: The place that the same selection has afterwards; None if it is gone.
    """

    changes: dict[str, Any]
    words: str
    place: str | None


def parts(place: str) -> tuple[str, int | None]:
    """The stage and the index of a place; None as index for all blocks of the stage.

    Raises:
        ValueError: If it is no place.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        raise ValueError(
            f"A place is a block, such as 'encoder[2]', or a whole stage, such as 'encoder[*]'. Received: {place!r}."
        )
    return match[1], None if match[2] == "*" else int(match[2])


def blocks_of(design: Design, stage: str) -> tuple[Any, ...]:
    """The blocks of a stage, one after the other."""
    return tuple(getattr(design.architecture, f"{stage}_stack") or ())


def place_of(data: Mapping[str, Any]) -> str | None:
    """The place of a block, from its attributes in a block graph; "head" for the head, None for what no list has."""
    if data["stage"] in STAGES:
        return f"{data['stage']}[{data['index']}]"
    return "head" if data["stage"] == "head" else None


def nodes_at(blocks: "nx.DiGraph[str]", place: str | None) -> tuple[str, ...]:
    """Names of the blocks in a block graph that are at a place: one a stack, or all of a stage."""
    places = {name: place_of(data) for name, data in blocks.nodes(data=True)}
    whole = (place or "").removesuffix("[*]")
    return tuple(
        name
        for name, at in places.items()
        if at is not None and (at == place or at.partition("[")[0] == whole)
    )


def places_of(design: Design) -> tuple[str, ...]:
    """All places of a design: every stage as a whole, followed by each of its blocks."""
    return tuple(
        f"{stage}[{index}]" for stage in STAGES for index in ("*", *range(len(blocks_of(design, stage))))
    )


def can_be_edited(design: Design) -> bool:
    """Whether the blocks of the design can be edited one by one: not where its class does more than connect them."""
    try:
        CustomEncoderDecoder.of(design.architecture)
    except FieldError:
        return False
    return True


def block_kinds(stage: str) -> dict[str, type[Any]]:
    """The classes of blocks that can stand in a stage by their names, the shipped ones first.

    Those that need no arguments and have a ``make_block`` of their own; of several of one name, the newest.
    """
    base = DecoderBlock if stage == "decoder" else EncoderBlock
    kinds = {
        name: cls
        for name, cls in newest_by_name(base).items()
        if cls.make_block is not base.make_block
        and all(field.default is not attrs.NOTHING for field in attrs.fields(cls) if field.init)
    }
    return dict(sorted(kinds.items(), key=lambda item: "." in item[0]))


def add(design: Design, place: str) -> BlockEdit:
    """Two convolutions after the block at ``place``, or at the end of a whole stage, which leave the stride alone.

    They are as wide as the fields of the block before them say, where it has such a field.
    """
    stage, index = _existing(design, place)
    blocks = blocks_of(design, stage)
    at = len(blocks) if index is None else index + 1
    width = _width(blocks[at - 1]) if at else None
    block: Any = SimpleConvBlock(pool=False)
    if stage == "decoder":
        block = SimpleUpsamplingBlock(upsampling_stride=1, refine_convs_batch_norm=False)
    if width is not None:
        block = attrs.evolve(block, **{block.output_width_field: width})
    return _edited(stage, (*blocks[:at], block, *blocks[at:]), f"add {stage}[{at}]", at)


def duplicate(design: Design, place: str) -> BlockEdit:
    """A second block like the one at ``place``, after it."""
    stage, index = _of_one_block(design, place)
    blocks = blocks_of(design, stage)
    doubled = (*blocks[: index + 1], blocks[index], *blocks[index + 1 :])
    return _edited(stage, doubled, f"duplicate {place}", index + 1)


def remove(design: Design, place: str) -> BlockEdit:
    """The stage without the block at ``place``."""
    stage, index = _of_one_block(design, place)
    blocks = blocks_of(design, stage)
    left = (*blocks[:index], *blocks[index + 1 :])
    return _edited(stage, left, f"remove {place}", min(index, len(left) - 1) if left else None)


def move(design: Design, place: str, by: int) -> BlockEdit:
    """The block at ``place`` earlier (``by=-1``) or later (``by=1``) in its stage."""
    stage, index = _of_one_block(design, place)
    blocks = list(blocks_of(design, stage))
    to = min(max(index + by, 0), len(blocks) - 1)
    blocks.insert(to, blocks.pop(index))
    return _edited(stage, blocks, f"move {place} {'earlier' if by < 0 else 'later'}", to)


def change_kind(design: Design, place: str, kind: type[Any]) -> BlockEdit:
    """A block of another class in place of one, or of all of a stage; fields of the same name keep their values."""
    stage, index = _existing(design, place)
    blocks = [
        _of_kind(block, kind) if index in (None, i) else block
        for i, block in enumerate(blocks_of(design, stage))
    ]
    return BlockEdit({f"{stage}[:]": tuple(blocks)}, f"{place} to {kind.__name__}", place)


def _existing(design: Design, place: str) -> tuple[str, int | None]:
    stage, index = parts(place)
    if place not in places_of(design):
        raise ValueError(
            f"There is no such place. Received: {place!r}. There are: {', '.join(places_of(design))}."
        )
    return stage, index


def _of_one_block(design: Design, place: str) -> tuple[str, int]:
    stage, index = _existing(design, place)
    if index is None:
        raise ValueError(f"One block is needed, such as '{stage}[0]'. Received: {place!r}.")
    return stage, index


def _edited(stage: str, blocks: Sequence[Any], words: str, index: int | None) -> BlockEdit:
    place = None if index is None else f"{stage}[{index}]"
    return BlockEdit({f"{stage}[:]": tuple(blocks)}, words, place)


def _width(block: Any) -> int | None:
    """The channels that a block puts out, as far as its fields say."""
    field = block.output_width_field
    return None if field is None else getattr(block, field)


def _of_kind(block: Any, kind: type[Any]) -> Any:
    made = kind()
    known = {name: getattr(block, name) for name in described_fields(type(block))}
    width = _width(block)
    if width is not None and made.output_width_field is not None:
        known.setdefault(made.output_width_field, width)
    for name in described_fields(kind):
        if name in known:
            with suppress(
                Exception
            ):  # what the other kind, a user's own perhaps, does not take keeps its default
                made = attrs.evolve(made, **{name: known[name]})
    return made
