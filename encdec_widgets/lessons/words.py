"""A design as words: how it differs from another one, short enough for a chat, or packed where words don't suffice."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable
from typing import Any

from encdec_widgets.architectures.fields.by_content import same
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.architectures.known_classes import class_name
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import fields_of, to_data
from encdec_widgets.designs.paths import STAGES
from encdec_widgets.formatting import quoted, shortened

_PACKED, _FAMILY, _SHAPE = "design", "family", "input_shape"
_LARGEST = 5_000_000
"""Of a packed design in bytes, once unpacked."""
_LONGEST_WORDS = 240
"""So many characters of words are still read by eye; a design that takes more is packed."""
_BARE = re.compile(r"[A-Za-z][\w.-]*")
_SAID = {True: "on", False: "off", None: "none"}
_MEANT = {"on": True, "off": False, "none": None}


def words_of(design: Design, start: Design) -> tuple[str, ...]:
    """What differs from ``start``, a word for each field; one word that holds all of it where there is none shorter.

    Args:
        design: The design.
        start: The design that the lesson starts with.

    Raises:
        FieldError: (a ValueError) If a field of a user's class holds something that JSON has no form for.

    Example:
        >>> from encdec_widgets import preset
        >>> start = preset("SLEAP medium single")
        >>> words = words_of(start.replace_all({"filters": 8, "input_shape": (512, 512, 1)}), start)
        >>> words
        ('filters=8', 'input_shape=512x512x1')
        >>> from_words(words, start).architecture.filters
        8
        >>> words_of(start.replace("decoder[2].skip_connection", False), start)
        ('decoder[2].skip_connection=off',)
    """
    for differences in (_differences, _differences_of_blocks):
        words = differences(design, start)
        if words is not None and len(" ".join(words)) <= _LONGEST_WORDS and _says(words, design, start):
            return words
    text = json.dumps(to_data(design), separators=(",", ":"), allow_nan=False).encode()
    packed = base64.b32encode(zlib.compress(text, 9)).decode().rstrip("=")
    return (f"{_PACKED}={packed}",)


def from_words(words: Iterable[str], start: Design) -> Design:
    """The design that :func:`words_of` wrote as words.

    Raises:
        ValueError: If one of them is no such word, or the design is not possible.
    """
    data, blocks = to_data(start), []
    for word in words:
        path, sign, text = word.partition("=")
        if not sign or not path:
            raise ValueError(f"a design is written as words like filters=8. Received: {quoted(word)}")
        if path == _PACKED:
            data = _unpacked(text)
        elif path == _FAMILY:
            data["architecture"] = {"class": text, "fields": {}}
        elif path == _SHAPE:
            data[_SHAPE] = _sizes(text)
        elif "[" in path:
            blocks.append((path, _value(text)))
        else:
            fields = {**data["architecture"]["fields"], path: _value(text)}
            data["architecture"] = {**data["architecture"], "fields": fields}
    design = Design(**fields_of(data))
    for path, value in blocks:
        design = design.replace(path, value)
    return design


def _says(words: tuple[str, ...], design: Design, start: Design) -> bool:
    try:
        return from_words(words, start) == design
    except ValueError:
        return False


def _differences(design: Design, start: Design) -> tuple[str, ...] | None:
    """The words; None where something differs that has none."""
    architecture, before = design.architecture, start.architecture
    words = []
    if type(architecture) is not type(before):
        words.append(f"{_FAMILY}={class_name(type(architecture))}")
        try:
            before = type(architecture)()
        except (TypeError, ValueError):  # a class whose fields have no defaults
            return None
    try:
        fields = to_data(design)["architecture"]["fields"]
        own = to_data(Design(before, start.input_shape))["architecture"]["fields"]
    except ValueError:
        return None
    for name, value in fields.items():
        if value != own[name] or type(value) is not type(own[name]):
            text = _text(value)
            if text is None:
                return None
            words.append(f"{name}={text}")
    return (*words, *_other_shape(design, start))


def _differences_of_blocks(design: Design, start: Design) -> tuple[str, ...] | None:
    """The words of edits of blocks, such as a skip connection that was taken out; None where they don't say it all."""
    words = []
    for stage in STAGES:
        blocks, before = design.blocks_of(stage), start.blocks_of(stage)
        if list(map(type, blocks)) != list(map(type, before)):
            return None
        for index, (block, was) in enumerate(zip(blocks, before, strict=True)):
            for name in described_fields(block):
                value = getattr(block, name)
                if not same(value, getattr(was, name)):
                    text = _text(value)
                    if text is None:
                        return None
                    words.append(f"{stage}[{index}].{name}={text}")
    return (*words, *_other_shape(design, start))


def _other_shape(design: Design, start: Design) -> tuple[str, ...]:
    if design.input_shape == start.input_shape:
        return ()
    return (f"{_SHAPE}={'x'.join('any' if size is None else str(size) for size in design.input_shape)}",)


def _text(value: Any) -> str | None:
    """A value as part of a word; None where it has no short form."""
    if value is None or isinstance(value, bool):
        return _SAID[value]
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) and value not in _MEANT else None
    if isinstance(value, (int, float)):
        return json.dumps(value)
    if isinstance(value, list) and all(
        isinstance(item, (int, float, bool)) or item is None for item in value
    ):
        return json.dumps(value, separators=(",", ":"))
    return None


def _value(text: str) -> Any:
    if text in _MEANT:
        return _MEANT[text]
    if _BARE.fullmatch(text):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"no field has the value {quoted(text)}") from None


def _sizes(text: str) -> list[int | None]:
    sizes = text.split("x")
    if not all(size == "any" or (size.isascii() and size.isdigit() and len(size) < 10) for size in sizes):
        raise ValueError(f"an input shape is written like 512x512x1. Received: {quoted(text)}")
    return [None if size == "any" else int(size) for size in sizes]


def _unpacked(text: str) -> Any:
    try:
        compressed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        reader = zlib.decompressobj()
        found = reader.decompress(compressed, _LARGEST + 1)
        data = json.loads(found)
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise ValueError(f"the packed design is damaged. Received: {shortened(text, 40)}") from None
    if not reader.eof or not isinstance(data, dict):
        raise ValueError(f"the packed design is damaged. Received: {shortened(text, 40)}")
    return data
