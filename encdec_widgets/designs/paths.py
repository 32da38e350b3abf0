"""Paths of fields inside an architecture, and the architecture with another value there.

A path is a field of the architecture (``filters``), the list of blocks of a stage (``encoder[:]``), one block
(``encoder[2]``), a field of it (``encoder[2].num_convs``), all blocks of a stage, each replaced by the same one
(``encoder[*]``), or a field of all those that have it (``decoder[*].skip_add``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, field_words, info_of
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.formatting import printable, quoted, sizes_text, value_text

STAGES = ("stem", "encoder", "decoder")
_SHORT = {"stem": "stem", "encoder": "enc", "decoder": "dec"}
_INDEXED = re.compile(rf"\b({'|'.join(STAGES)})\[([0-9]+)\]")
_A_HEAD = re.compile(r"\bheads\[([0-9]{1,9})\]")
_HEAD = re.compile(r"head|heads\[([0-9]+)\]")
_BLOCK_PATH = re.compile(rf"({'|'.join(STAGES)})\[([0-9]{{1,9}}|\*|:)\](?:\.(\w+))?")


def text_at(path: str, value: Any) -> str:
    """Write a value that stands at a path: the sizes of an input shape, or the value of a field.

    >>> text_at("input_shape", (64, None, 1)), text_at("up_interpolate", True)
    ('64 × any × 1', 'on')
    """
    return sizes_text(value) if path == "input_shape" else value_text(value)


def path_words(path: str) -> str:
    """Write a path as a person reads it: a block has the name that it has in the picture.

    >>> path_words("encoder[2].num_convs"), path_words("decoder[0]"), path_words("up_blocks")
    ('enc2 num convs', 'dec0', 'up blocks')
    >>> path_words("encoder[*].filters"), path_words("decoder[:]")
    ('filters of all encoder blocks', 'decoder blocks')
    """
    owner, _, name = path.rpartition(".")
    if owner.endswith("[*]"):
        return f"{field_words(name)} of all {owner.removesuffix('[*]')} blocks"
    stage, bracket, which = path.partition("[")
    if which in ("*]", ":]"):
        return f"{stage} blocks"
    return f"{named(owner)} {field_words(named(name))}".strip() if owner or bracket else field_words(path)


def named(text: str) -> str:
    """A text in which each block that is named by its path has the name that it has in the picture.

    A head, whose name no path says, is counted: "head 2". ``encdec_widgets.designs.heads.words_at`` knows its name.

    >>> named("75 px, which encoder[3] cannot divide by 2")
    '75 px, which enc3 cannot divide by 2'
    """
    in_heads = _A_HEAD.sub(lambda match: f"head {int(match[1]) + 1}", text)
    return _INDEXED.sub(lambda match: f"{_SHORT[match[1]]}{match[2]}", in_heads)


def block_name(stage: str, index: int) -> str:
    """The name of a block in the picture, as in the names of its layers: ``("encoder", 2)`` is "enc2"."""
    return f"{_SHORT[stage]}{index}"


def no_field(path: Any, value: Any) -> FieldError:
    """The error that names what was given in place of a path, which is a text."""
    return NoFieldError(quoted(path), value, "is no field: fields are named by texts such as 'filters'")


def evolve(value: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of a value with other fields.

    Raises:
        FieldError: If there is no such field, or a value is not possible.
    """
    arguments = {attribute.name: attribute.alias for attribute in attrs.fields(type(value))}
    names = list(arguments)
    for name in changes:
        if name not in names:
            raise NoFieldError(
                name,
                changes[name],
                f"is no field of {type(value).__name__}, which has {', '.join(names)}",
                difflib.get_close_matches(name, names, n=1),
            )
    evolved = attrs.evolve(value, **{arguments[name] or name: new for name, new in changes.items()})
    for name, new in changes.items():
        if not _can_be_written(new):  # in a field that nothing describes
            raise FieldError(name, new, "must hold text that can be written as UTF-8")
    return evolved


def _can_be_written(value: Any) -> bool:
    """Whether no text in a value holds half a character (a lone surrogate), which no page and no file takes."""
    pending, seen = [value], set[int]()  # A list may hold itself.
    while pending:
        held = pending.pop()
        if isinstance(held, str) and printable(held) != held:
            return False
        if isinstance(held, (list, tuple)) and id(held) not in seen:
            seen.add(id(held))
            pending.extend(held)
    return True


def replace_in(architecture: EncoderDecoder, changes: Mapping[str, Any]) -> EncoderDecoder:
    """``architecture`` with other values at some paths: own fields are set first, then lists of blocks, then blocks.

    Raises:
        FieldError: If there is no such field, or a value is not possible.
    """
    in_blocks = {path: value for path, value in changes.items() if "[" in path or "." in path}
    own = {path: value for path, value in changes.items() if path not in in_blocks}
    if own:
        architecture = evolve(architecture, own)
    if not in_blocks:
        return architecture
    for path, value in in_blocks.items():
        if _BLOCK_PATH.fullmatch(path) is None:
            raise NoFieldError(path, value, "is no field: blocks are named as in encoder[2].num_convs")
    custom = changed = CustomEncoderDecoder.of(architecture)
    for path in sorted(in_blocks, key=lambda path: "[:]" not in path):
        changed = _replace_in_blocks(changed, path, in_blocks[path])
    return architecture if same(changed, custom) else changed


def info_at(architecture: EncoderDecoder, path: str) -> FieldInfo | None:
    """What is known of the field at a path, also of a head; None where there is none, or it is not described."""
    owner, _, name = path.rpartition(".")
    if owner == "" or _HEAD.fullmatch(owner):
        return info_of(Head if owner else architecture, name)
    match = _BLOCK_PATH.fullmatch(path)
    if match is None:
        return None
    blocks: Sequence[Any] = getattr(architecture, f"{match[1]}_stack") or ()
    if match[2].isdigit():
        blocks = blocks[int(match[2]) :][:1]
    return next((info for block in blocks if (info := info_of(block, name))), None)


def _replace_in_blocks(custom: CustomEncoderDecoder, path: str, value: Any) -> CustomEncoderDecoder:
    match = _BLOCK_PATH.fullmatch(path)
    assert match
    stage, index, field = match.groups()
    if index == ":" and field is None:
        return _with_blocks(custom, stage, value)
    blocks: Sequence[Any] = getattr(custom, stage) or ()
    if index == "*":
        indexes = [i for i, block in enumerate(blocks) if field is None or field in _names(block)]
        if not indexes:
            has = ", ".join(sorted({name for block in blocks for name in _names(block)}))
            raise NoFieldError(
                path,
                value,
                f"is no field: no block of the {stage} has it"
                + (f"; they have {has}" if has else ", which has no blocks"),
            )
    elif index != ":" and int(index) < len(blocks):
        indexes = [int(index)]
    else:
        last = f" to {stage}[{len(blocks) - 1}]" if len(blocks) > 1 else ""
        there = f"there is {stage}[0]{last}" if blocks else f"the {stage} has no blocks"
        raise NoFieldError(path, value, f"is no field: {there}")
    kind = DecoderBlock if stage == "decoder" else EncoderBlock
    if field is None and not isinstance(value, kind):
        raise FieldError(path, value, f"must be an instance of {kind.__name__}, a block")
    changed = list(blocks)
    for i in indexes:
        changed[i] = value if field is None else _evolved(blocks[i], field, value, f"{stage}[{index}]")
    return _with_blocks(custom, stage, tuple(changed))


def _with_blocks(custom: CustomEncoderDecoder, stage: str, blocks: Any) -> CustomEncoderDecoder:
    changes: dict[str, Any] = {stage: blocks}
    return attrs.evolve(custom, **changes)


def _names(block: Any) -> list[str]:
    return [attribute.name for attribute in attrs.fields(type(block))]


def _evolved(block: Any, field: str, value: Any, path: str) -> Any:
    try:
        return evolve(block, {field: value})
    except FieldError as error:
        raise error.inside(path) from None
