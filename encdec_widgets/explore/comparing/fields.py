"""The fields in which designs differ, by path and as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import head_paths, words_at
from encdec_widgets.designs.paths import STAGES, text_at
from encdec_widgets.designs.presets import family_name

NOT_THERE = "–"
"""Stands for a field that a design does not have."""
_FAMILY = "architecture"


@attrs.frozen(kw_only=True)
class Difference:
    """A field in which designs differ.

    Attributes:
        path: Its path, as ``Design.replace`` takes it.
        words: What a person calls it.
        values: Its value in each design, as text.
    """

    path: str
    words: str
    values: tuple[str, ...]


def differences(designs: Sequence[Design]) -> tuple[Difference, ...]:
    """Find the fields in which some designs differ.

    The family comes first, then its fields, the shape of the input and the heads. A field that some designs lack is
    told as well. Blocks are compared one by one where a design is made of free blocks; a field of these that some lack
    is told where it differs among the others.

    Args:
        designs: The designs.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(), (256, 256, 1))
        >>> [one.path for one in differences([design, design.replace_all({"filters": 8, "input_shape": (64, 64, 1)})])]
        ['filters', 'input_shape']
    """
    by_blocks = any(design.architecture.has_free_blocks for design in designs)
    fields = [_fields(design, by_blocks) for design in designs]
    found = []
    for path in dict.fromkeys(path for one in fields for path in one):
        values = [one.get(path, NOT_THERE) for one in fields]
        there = [one[path] for one in fields if path in one]
        lacking = len(there) < len(fields) and not path.startswith(STAGES)
        if lacking or not all(same(value, there[0]) for value in there):
            owner = designs[next(i for i, one in enumerate(fields) if path in one)]
            words = "family" if path == _FAMILY else words_at(owner, path)
            found.append(
                Difference(path=path, words=words, values=tuple(text_at(path, value) for value in values))
            )
    return tuple(found)


def _fields(design: Design, by_blocks: bool) -> Mapping[str, Any]:
    architecture = design.architecture
    found: dict[str, Any] = {_FAMILY: family_name(design)}
    if by_blocks:
        found["stacks"] = architecture.stacks
        for stage in STAGES:
            for i, block in enumerate(design.blocks_of(stage)):
                found[f"{stage}[{i}]"] = type(block).__name__
                found |= {f"{stage}[{i}].{name}": getattr(block, name) for name in described_fields(block)}
    else:
        found |= {name: getattr(architecture, name) for name in described_fields(architecture)}
    found["input_shape"] = design.input_shape
    for path, head in zip(head_paths(design), design.heads, strict=True):
        found |= {f"{path}.{name}": getattr(head, name) for name in described_fields(head)}
    return found
