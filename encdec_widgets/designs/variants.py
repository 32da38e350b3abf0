"""Variants of a design that differ in one field: which fields, which values, and the design with each of them."""

from typing import Any

import attrs

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import (
    FieldError,
    FieldInfo,
    described_fields,
    is_number,
)
from encdec_widgets.architectures.known_classes import class_name
from encdec_widgets.designs.block_edits import blocks_of, can_be_edited, parts
from encdec_widgets.designs.design import INPUT_FIELDS, Design
from encdec_widgets.designs.heads import head_at, head_paths, is_head_path
from encdec_widgets.designs.paths import STAGES

INPUT_SIZE = "input size"
"""Height and width of the input together, as one field: its value is the larger of them, in px."""

_SIZE = attrs.evolve(INPUT_FIELDS["height"], optional=False)


def fields_to_try(design: Design, selected: str | None = None) -> dict[str, FieldInfo]:
    """Find the numbers, flags and choices of which other values can be tried, by path.

    Args:
        design: The design.
        selected: What is selected of it: the path of a block or a head, ``encoder[*]`` for all of a stage, or None.

    Returns:
        Fields of the architecture, its family's own first; of the block, or those that are the same in all blocks of
        the stage; of each head; and the size of the input, if it is known.
    """
    owners: dict[str, tuple[Any, ...]] = {"": (design.architecture,)}
    if selected is not None and not is_head_path(selected) and can_be_edited(design):
        owners[f"{selected}."] = _blocks_at(design, selected)
    owners.update((f"{path}.", (head,)) for path, head in zip(head_paths(design), design.heads, strict=True))
    found = {}
    for prefix, values in owners.items():
        infos: dict[str, FieldInfo] = {}
        for value in values:
            infos = {**described_fields(value), **infos}
        for name in sorted(infos, key=lambda name: not prefix and name in described_fields(EncoderDecoder)):
            info = infos[name]
            held = [getattr(value, name) for value in values if name in described_fields(value)]
            alike = all(same(other, held[0]) for other in held)
            # A field that only its default describes may hold anything by now.
            if info.of_kind.can_be_tried and alike and _accepted(info, held[0]):
                found[f"{prefix}{name}"] = info
    if None not in design.input_shape[:2]:
        found[INPUT_SIZE] = _SIZE
    return found


def current_value(design: Design, path: str) -> Any:
    """Give the value that a field has now; ``path`` is one of :func:`fields_to_try`."""
    if path == INPUT_SIZE:
        height, width, _ = design.input_shape
        return max(height or 0, width or 0)
    owner, name = _owner(design, path)
    return getattr(owner, name)


def values_of(design: Design, path: str) -> tuple[Any, ...]:
    """Choose the values of a field to try, with the one that it has now; ``path`` is one of :func:`fields_to_try`."""
    current = current_value(design, path)
    if path != INPUT_SIZE:
        owner, name = _owner(design, path)
        return values_to_try(described_fields(owner)[name], current)
    stride = design.architecture.maximum_stride
    sizes = {stride * max(1, round(size / stride)) for size in values_to_try(_SIZE, current)}
    return tuple(sorted({size for size in sizes if size <= _SIZE.maximum} | {current}))


def with_value(design: Design, path: str, value: Any) -> Design:
    """Give a field of a design another value.

    Args:
        design: The design.
        path: One of :func:`fields_to_try`. With another input size a picture keeps its proportions, as nearly as the
            maximum stride allows.
        value: The value.

    Raises:
        FieldError: (a ValueError) If the value is not possible.
    """
    if path != INPUT_SIZE:
        return design.replace(path, value)
    *sizes, channels = design.input_shape
    stride, larger = design.architecture.maximum_stride, current_value(design, path)

    def scaled(size: int | None) -> int:
        return int(stride * max(1, round((size or 0) / larger * value / stride)))

    if value == larger:
        return design
    return design.replace("input_shape", (*(value if s == larger else scaled(s) for s in sizes), channels))


def all_else(design: Design, path: str) -> tuple[Any, ...]:
    """Collect all that a design has besides one field: designs equal in it have the same variants of the field.

    No design is made for it, which would take longer.

    Args:
        design: The design.
        path: One of :func:`fields_to_try`.
    """
    architecture, owner, name = design.architecture, *path.rpartition(".")[::2]
    if path == INPUT_SIZE:
        height, width, channels = design.input_shape
        # Another shape than a square is rounded, so that the way back may lead elsewhere.
        return (architecture, channels, design.heads, None if height == width else (height, width))
    if not owner:
        return (*_fields_but(architecture, name), design.input_shape, design.heads)
    if (head := head_at(design, owner)) is not None:
        others = [_fields_but(one, name) if one is head else one for one in design.heads]
        return (architecture, design.input_shape, *others)
    stage, index = parts(owner)
    changed = [
        _fields_but(block, name) if index in (None, i) and name in described_fields(block) else block
        for i, block in enumerate(blocks_of(design, stage))
    ]
    return (*_fields_but(architecture, stage), *changed, design.input_shape, design.heads)


def user_classes(design: Design) -> tuple[str, ...]:
    """Name the classes of a design that a user wrote: their code runs when a variant is built."""
    owners = [design.architecture, *(b for stage in STAGES for b in blocks_of(design, stage)), *design.heads]
    classes = dict.fromkeys(map(type, owners))
    return tuple(cls.__name__ for cls in classes if class_name(cls) != cls.__name__)


def values_to_try(info: FieldInfo, current: Any) -> tuple[Any, ...]:
    """Choose values across the usual range of a field: all of a flag or a choice, about 13 of a number.

    Args:
        info: The field.
        current: The value that it has now, which is always among them.
    """
    values = [value for value in info.of_kind.values_to_try(info) if _accepted(info, value)]
    if current is not None and current not in values:
        values.append(current)
    if all(map(is_number, values)):
        values.sort()
    return (None, *values) if info.optional else tuple(values)


def _accepted(info: FieldInfo, value: Any) -> bool:
    try:
        info.accept("value", value)
    except FieldError:
        return False
    return True


def _blocks_at(design: Design, path: str | None) -> tuple[Any, ...]:
    stage, index = parts(path or "")
    blocks = blocks_of(design, stage)
    return blocks if index is None else blocks[index : index + 1]


def _owner(design: Design, path: str) -> tuple[Any, str]:
    """Find what has the field, and the field's name; of several blocks, it is the first that has it."""
    owner, _, name = path.rpartition(".")
    if not owner:
        return design.architecture, name
    if (head := head_at(design, owner)) is not None:
        return head, name
    return next(block for block in _blocks_at(design, owner) if name in described_fields(block)), name


def _fields_but(owner: Any, name: str) -> tuple[Any, ...]:
    """The class and all fields of a block or the like, but for one."""
    names = (field.name for field in attrs.fields(type(owner)))
    return (type(owner), *(getattr(owner, other) for other in names if other != name))
