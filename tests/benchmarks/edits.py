"""All fields that a person can edit in a design, and values next to the present one: what the benchmarks edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import attrs

from encdec_widgets import Design
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, described_fields

Scope = Literal["block", "network"]


@attrs.frozen
class Field:
    """A field of a design.

    Attributes:
        path: Its path, as `Design.replace` takes it; of an ``input_shape``, with the name of the size in brackets.
        scope: Whether it belongs to one block (the head is one) or to the whole network.
        values: Values to try in its place, the nearest first; the design may refuse them.
    """

    path: str
    scope: Scope
    values: tuple[Any, ...]

    def neighbours(self, design: Design) -> Iterator[Design]:
        """The designs that differ from ``design`` in this field, as far as they are valid, the nearest first."""
        for value in self.values:
            try:
                edited = design.replace(self.path.partition(" ")[0], value)
            except FieldError:
                continue
            if edited != design:
                yield edited


def fields(design: Design, *, every_block: bool = False) -> list[Field]:
    """Every described field of the architecture, the input, the head and the blocks.

    Args:
        design: The design.
        every_block: If False, the fields of a first, a middle and a last block of every kind alone.
    """
    return [*_family_fields(design), *_input_fields(design), *_head_fields(design)] + [
        Field(f"{place}.{name}", "block", tuple(near(info, getattr(block, name))))
        for place, block in _blocks(design, every_block)
        for name, info in described_fields(block).items()
    ]


def near(info: FieldInfo, value: Any) -> list[Any]:
    """Values that a person would try next: one step up or down, then twice or half as much, the other choices, ..."""
    values: list[Any]
    if info.kind == "flag":
        values = [not value]
    elif info.kind == "choice":
        place = info.choices.index(value) if value in info.choices else -1
        values = [*info.choices[place + 1 :], *info.choices[: max(place, 0)]]
    elif isinstance(value, str):
        values = [f"{value}_b"]
    elif info.kind == "counts":
        values = [(value[0] + 1, *value[1:]), (*value[:-1], value[-1] - 1), (*value, value[-1]), value[:-1]]
    elif value is None:
        values = [round(sum(info.usual) / 2) if info.usual else info.default, 2, 4, 8, 1]
    elif info.kind == "integer":
        values = [value + 1, value - 1, 2 * value, value // 2]
    elif info.kind != "real":
        raise ValueError(f"write here what a person would try next to a {info.kind}, such as {value!r}")
    else:
        step = (info.usual[1] - info.usual[0]) / 20 if info.usual else 0.1
        values = [round(value + step, 6), round(value - step, 6)]
    return [*values, None] if info.optional else values


def _family_fields(design: Design) -> list[Field]:
    architecture = design.architecture
    return [
        Field(name, "network", tuple(near(info, getattr(architecture, name))))
        for name, info in described_fields(architecture).items()
    ]


def _input_fields(design: Design) -> list[Field]:
    """Height and width change by the maximum stride, as any less is refused; channels from grey to colour or back."""
    height, width, channels = design.input_shape
    stride = design.architecture.maximum_stride
    other = 1 if channels == 3 else 3
    taller = height + stride if height else 16 * stride
    wider = width + stride if width else 16 * stride
    shapes = {
        "height": (taller, width, channels),
        "width": (height, wider, channels),
        "channels": (height, width, other),
    }
    return [Field(f"input_shape ({name})", "network", (shape,)) for name, shape in shapes.items()]


def _head_fields(design: Design) -> list[Field]:
    head = design.head
    if head is None:
        return [Field("head", "block", (Head(),))]
    return [
        Field("head", "block", (None,)),
        *(
            Field(f"head.{name}", "block", tuple(near(info, getattr(head, name))))
            for name, info in described_fields(head).items()
        ),
    ]


def _blocks(design: Design, every: bool) -> list[tuple[str, Any]]:
    custom = CustomEncoderDecoder.of(design.architecture)
    stages: dict[str, Sequence[Any]] = {
        "stem": custom.stem or (),
        "encoder": custom.encoder,
        "decoder": custom.decoder,
    }
    blocks = [(f"{stage}[{i}]", block) for stage, stack in stages.items() for i, block in enumerate(stack)]
    if every:
        return blocks
    kinds: dict[type, list[tuple[str, Any]]] = {}
    for place, block in blocks:
        kinds.setdefault(type(block), []).append((place, block))
    return [found[i] for found in kinds.values() for i in sorted({0, len(found) // 2, len(found) - 1})]
