"""The name of an edit, read from the designs before and after it: "filters 16 to 24"."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head, head_path
from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.counterparts import same_heads
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import is_head_path, words_at
from encdec_widgets.designs.paths import STAGES, named, text_at
from encdec_widgets.formatting import value_text

_WHICH_HEAD = "head "
Difference = tuple[str, Any, Any]
"""A path, the value that stood there, and the one that stands there now."""


def same_network(before: Design, after: Design) -> bool:
    """Tell whether two designs have the same blocks, also if one is a family and the other a list of its blocks."""
    if before == after:
        return True
    if not same((before.input_shape, before.heads), (after.input_shape, after.heads)):
        return False
    try:
        return same(CustomEncoderDecoder.of(before.architecture), CustomEncoderDecoder.of(after.architecture))
    except FieldError:
        return False


def differences(before: Design, after: Design) -> list[Difference]:
    """What leads from one design to another; of lists of blocks with other lengths, how long they are."""
    return [
        *_of_architectures(before.architecture, after.architecture),
        *_of_values("input_shape", before.input_shape, after.input_shape),
        *_of_heads(before.heads, after.heads),
    ]


def edit_name(before: Design, after: Design) -> str:
    """Say in a few words what leads from one design to another."""
    found = differences(before, after)
    if not found:
        return "nothing" if same_network(before, after) else "another wiring"
    path, old, new = found[0]
    if len(found) == 1:
        return _words(before, path, old, new)
    alike = {(name.rpartition(".")[2], value_text(old), value_text(new)) for name, old, new in found}
    if len(alike) == 1 and "[" in path:  # the same change of several blocks
        return f"{_words(before, path.rpartition('.')[2], old, new)} in {len(found)} blocks"
    return f"{_words(before, path, old, new)}, and {len(found) - 1} more"


def _words(before: Design, path: str, old: Any, new: Any) -> str:
    if path == "input_shape":
        words = "input size"
    elif is_head_path(path) or path.startswith(_WHICH_HEAD):
        words = words_at(before, path)
    else:
        words = named(path).replace("_", " ").replace(".", " ")
    if isinstance(old, bool) and isinstance(new, bool):
        return f"{words} {'on' if new else 'off'}"
    return f"{words} {text_at(path, old)} to {text_at(path, new)}".strip()


def _of_values(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if not same(old, new):
        yield path, old, new


def _of_fields(prefix: str, old: Any, new: Any) -> Iterator[Difference]:
    for field in attrs.fields(type(old)):
        yield from _of_values(f"{prefix}{field.name}", getattr(old, field.name), getattr(new, field.name))


def _of_heads(old: Sequence[Head], new: Sequence[Head]) -> Iterator[Difference]:
    was = same_heads(old, new)
    alone = len(old) < 2 and len(new) < 2
    for gone, head in enumerate(old):
        if gone not in was:
            yield LONE_HEAD if alone else f"{_WHICH_HEAD}{head.name}", True, False
    for i, head in zip(was, new, strict=True):
        if i is None:
            yield LONE_HEAD if alone else f"{_WHICH_HEAD}{head.name}", False, True
        else:
            yield from _of_fields(f"{head_path(old, i)}.", old[i], head)
    kept = [i for i in was if i is not None]
    if kept != sorted(kept):
        yield "order of heads", ", ".join(head.name for head in old), ", ".join(head.name for head in new)


def _of_architectures(old: EncoderDecoder, new: EncoderDecoder) -> Iterator[Difference]:
    if same(old, new):
        return
    if new.has_free_blocks:
        try:
            old = CustomEncoderDecoder.of(old)
        except FieldError:
            yield "", type(old).__name__, type(new).__name__
            return
        for stage in STAGES:
            yield from _of_blocks(stage, getattr(old, stage) or (), getattr(new, stage) or ())
        if type(old) is type(new):
            others = [
                field.name for field in attrs.fields(type(new)) if field.name not in (*STAGES, "wiring")
            ]
            for name in others:
                yield from _of_values(name, getattr(old, name), getattr(new, name))
    elif type(old) is type(new):
        yield from _of_fields("", old, new)
    else:
        yield "", type(old).__name__, type(new).__name__


def _of_blocks(stage: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Difference]:
    if len(old) != len(new):
        yield f"{stage} blocks", len(old), len(new)
        return
    for i, (one, other) in enumerate(zip(old, new, strict=True)):
        if same(one, other):
            continue
        if type(one) is type(other):
            yield from _of_fields(f"{stage}[{i}].", one, other)
        else:
            yield f"{stage}[{i}]", type(one).__name__, type(other).__name__
