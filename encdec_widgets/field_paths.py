"""Paths of fields inside an architecture, and the architecture with another value there.

A path is a field of the architecture (``filters``), a whole stage (``encoder``, a list of blocks), one block
(``encoder[2]``), a field of it (``encoder[2].num_convs``), or a field of every block of a stage that has it
(``decoder[*].skip_add``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.encoder_decoder import EncoderDecoder
from encdec_widgets.fields import FieldError

STAGES = ("stem", "encoder", "decoder")
_BLOCK_PATH = re.compile(r"(stem|encoder|decoder)\[(\d+|\*)\](?:\.(\w+))?")


def evolve(value: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of a value with other fields.

    Raises:
        FieldError: If there is no such field, or a value is not possible.
    """
    names = [attribute.name for attribute in attrs.fields(type(value))]
    for name in changes:
        if name not in names:
            raise FieldError(
                name,
                changes[name],
                f"is no field of {type(value).__name__}, which has {', '.join(names)}",
                difflib.get_close_matches(name, names, n=1),
            )
    return attrs.evolve(value, **changes)


def replace_in(architecture: EncoderDecoder, changes: Mapping[str, Any]) -> EncoderDecoder:
    """``architecture`` with other values at some paths; its own fields are set first, then stages, then blocks.

    Raises:
        FieldError: If there is no such field, or a value is not possible.
    """
    names = [attribute.name for attribute in attrs.fields(type(architecture))]
    blocks = {path: value for path, value in changes.items() if "[" in path or "." in path}
    stages = {path: value for path, value in changes.items() if path in STAGES and path not in names}
    own = {path: value for path, value in changes.items() if path not in blocks and path not in stages}
    if own:
        architecture = evolve(architecture, own)
    if stages:
        architecture = attrs.evolve(CustomEncoderDecoder.of(architecture), **stages)
    for path, value in blocks.items():
        architecture = _replace_in_blocks(architecture, path, value)
    return architecture


def _replace_in_blocks(architecture: EncoderDecoder, path: str, value: Any) -> EncoderDecoder:
    match = _BLOCK_PATH.fullmatch(path)
    if match is None:
        raise FieldError(path, value, "is no field: blocks are named as in encoder[2].num_convs")
    stage, index, field = match.groups()
    custom = CustomEncoderDecoder.of(architecture)
    blocks: Sequence[Any] = getattr(custom, stage) or ()
    if index == "*":
        places = [i for i, block in enumerate(blocks) if field is None or hasattr(block, field)]
        if not places:
            raise FieldError(path, value, f"is no field: no block of the {stage} has it")
    elif int(index) < len(blocks):
        places = [int(index)]
    else:
        raise FieldError(path, value, f"is no field: the {stage} has {len(blocks)} blocks, counted from 0")
    changed = list(blocks)
    for place in places:
        changed[place] = (
            value if field is None else _evolved(blocks[place], field, value, f"{stage}[{index}]")
        )
    changes: dict[str, Any] = {stage: tuple(changed)}
    return attrs.evolve(custom, **changes)


def _evolved(block: Any, field: str, value: Any, path: str) -> Any:
    try:
        return evolve(block, {field: value})
    except FieldError as error:
        raise error.inside(path) from None
