"""Edits of lists of blocks: add, remove, duplicate and move a block, and change its kind.

A path names a block (``encoder[2]``) or all blocks of a stage (``encoder[*]``).
"""

import copy
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import head_path
from encdec_widgets.architectures.encoder_decoder import (
    DecoderBlock,
    EncoderBlock,
    SimpleConvBlock,
    SimpleUpsamplingBlock,
)
from encdec_widgets.architectures.fields.class_mistakes import is_well_written
from encdec_widgets.architectures.fields.described import FieldError, described_fields
from encdec_widgets.architectures.known_classes import newest_by_name
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.paths import STAGES, block_name, named, path_words
from encdec_widgets.formatting import quoted

if TYPE_CHECKING:
    import networkx as nx

_PATH = re.compile(rf"({'|'.join(STAGES)})\[([0-9]{{1,9}}|\*)\]")


@attrs.frozen
class BlockEdit:
    """A change of a list of blocks.

    Attributes:
        changes: New values by path, as :meth:`Design.replace_all` takes them.
        words: What it does, in a few words.
        path: The path that the same selection has afterwards; None if it is gone.
    """

    changes: dict[str, Any]
    words: str
    path: str | None


def parts(path: str) -> tuple[str, int | None]:
    """Split the path of a block into its stage and its index; the index of a whole stage is None.

    Raises:
        ValueError: If it is no path of a block.
    """
    match = _PATH.fullmatch(path) if isinstance(path, str) else None
    if match is None:
        raise ValueError(
            "A path names a block, such as 'encoder[2]', or a whole stage, such as 'encoder[*]'. "
            f"Received: {quoted(path)}."
        )
    return match[1], None if match[2] == "*" else int(match[2])


def blocks_of(design: Design, stage: str) -> tuple[Any, ...]:
    """List the blocks of a stage in their order."""
    return design.blocks_of(stage)


def path_of(blocks: "nx.DiGraph[str]", name: str) -> str | None:
    """Tell the path of a block of a block graph: "head" is a lone head's, None stands for no path."""
    data = blocks.nodes[name]
    if data["stage"] in STAGES:
        return f"{data['stage']}[{data['index']}]"
    if data["stage"] != "head":
        return None
    beside = [
        other
        for other, its in blocks.nodes(data=True)
        if (its["stage"], its["stack"]) == ("head", data["stack"])
    ]
    return head_path(beside, data["index"])


def nodes_at(blocks: "nx.DiGraph[str]", path: str | None) -> tuple[str, ...]:
    """Find the names of the blocks that a path means in a block graph: one in each stack, or all of a stage."""
    paths = {name: path_of(blocks, name) for name in blocks}
    whole = (path or "").removesuffix("[*]")
    return tuple(
        name for name, at in paths.items() if at is not None and (at == path or at.partition("[")[0] == whole)
    )


def paths_of(design: Design) -> tuple[str, ...]:
    """List all paths of blocks of a design: every stage as a whole, followed by each of its blocks."""
    return tuple(
        f"{stage}[{index}]" for stage in STAGES for index in ("*", *range(len(blocks_of(design, stage))))
    )


def can_be_edited(design: Design) -> bool:
    """Tell whether blocks can be edited one by one: not if the architecture's class does more than connect them."""
    try:
        CustomEncoderDecoder.of(design.architecture)
    except FieldError:
        return False
    return True


def block_kinds(stage: str) -> dict[str, type[Any]]:
    """Find the classes of blocks that can stand in a stage, by name: the seed's first, then the other shipped ones.

    They are well written, need no arguments and have a ``make_block`` of their own. Of several classes of one name, the
    newest counts.
    """
    base = DecoderBlock if stage == "decoder" else EncoderBlock
    kinds = {
        name: cls
        for name, cls in newest_by_name(base).items()
        if cls.make_block is not base.make_block
        and is_well_written(cls)
        and all(field.default is not attrs.NOTHING for field in attrs.fields(cls) if field.init)
    }
    seeds = (SimpleConvBlock, SimpleUpsamplingBlock)
    return dict(sorted(kinds.items(), key=lambda item: ("." in item[0], item[1] not in seeds)))


def add(design: Design, path: str) -> BlockEdit:
    """Add two convolutions after the block at ``path``, or at the end of a stage; they leave the stride as it is.

    They are as wide as the block before them, if that has a field for its width.
    """
    stage, index = _existing(design, path)
    blocks = blocks_of(design, stage)
    at = len(blocks) if index is None else index + 1
    width = _width(blocks[at - 1]) if at else None
    block: Any = SimpleConvBlock(pool=False)
    if stage == "decoder":
        block = SimpleUpsamplingBlock(upsampling_stride=1, refine_convs_batch_norm=False)
    if width is not None:
        block = attrs.evolve(block, **{block.output_width_field: width})
    return _edited(stage, (*blocks[:at], block, *blocks[at:]), f"add {block_name(stage, at)}", at)


def duplicate(design: Design, path: str) -> BlockEdit:
    """Put a second block like the one at ``path`` after it."""
    stage, index = _of_one_block(design, path)
    blocks = blocks_of(design, stage)
    # A copy, so that it can be told which of the two is the new one.
    doubled = (*blocks[: index + 1], copy.copy(blocks[index]), *blocks[index + 1 :])
    return _edited(stage, doubled, f"duplicate {named(path)}", index + 1)


def remove(design: Design, path: str) -> BlockEdit:
    """Take the block at ``path`` out of its stage."""
    stage, index = _of_one_block(design, path)
    blocks = blocks_of(design, stage)
    left = (*blocks[:index], *blocks[index + 1 :])
    return _edited(stage, left, f"remove {named(path)}", min(index, len(left) - 1) if left else None)


def move(design: Design, path: str, by: int) -> BlockEdit:
    """Move the block at ``path`` earlier (``by=-1``) or later (``by=1``) in its stage."""
    stage, index = _of_one_block(design, path)
    blocks = list(blocks_of(design, stage))
    to = min(max(index + by, 0), len(blocks) - 1)
    blocks.insert(to, blocks.pop(index))
    return _edited(stage, blocks, f"move {named(path)} {'earlier' if by < 0 else 'later'}", to)


def change_kind(design: Design, path: str, kind: type[Any]) -> BlockEdit:
    """Replace a block, or all of a stage, by blocks of another class; fields of the same name keep their values."""
    stage, index = _existing(design, path)
    blocks = [
        _of_kind(block, kind) if index in (None, i) else block
        for i, block in enumerate(blocks_of(design, stage))
    ]
    return BlockEdit({f"{stage}[:]": tuple(blocks)}, f"{path_words(path)} to {kind.__name__}", path)


def _existing(design: Design, path: str) -> tuple[str, int | None]:
    stage, index = parts(path)
    if path not in paths_of(design):
        raise ValueError(
            f"There is no such block. Received: {quoted(path)}. There are: {', '.join(paths_of(design))}."
        )
    return stage, index


def _of_one_block(design: Design, path: str) -> tuple[str, int]:
    stage, index = _existing(design, path)
    if index is None:
        raise ValueError(f"One block is needed, such as '{stage}[0]'. Received: {quoted(path)}.")
    return stage, index


def _edited(stage: str, blocks: Sequence[Any], words: str, index: int | None) -> BlockEdit:
    path = None if index is None else f"{stage}[{index}]"
    return BlockEdit({f"{stage}[:]": tuple(blocks)}, words, path)


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
