"""A design as one short line that fits a chat message, such as ``unet#972c90 filters=16 up_blocks=3 input=256x256x1``.

The first word is the family with a checksum of the rest; then come the fields whose values are not their defaults, the
size of the input and the head. What no such line can say, as a network of free blocks, is packed instead.
"""

import difflib
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures.blocks.head import Head, head_path
from encdec_widgets.architectures.families import FAMILIES
from encdec_widgets.designs.design import Design
from encdec_widgets.export.found import Found
from encdec_widgets.export.packed import LONGEST, packed, unpacked
from encdec_widgets.formatting import quoted

if TYPE_CHECKING:
    from encdec_widgets.export.texts import Text

NAME = "text of a design"
PACKED = "encdec"
"""What a packed design begins with, before its ``=``."""
_FAMILIES = {family.of.__name__.lower(): family.of for family in FAMILIES}
_WORDS: Mapping[str, Any] = {"none": None, "true": True, "false": False}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[+-]?\d{1,100}")
_REAL = re.compile(r"[+-]?(\d{1,100}\.\d{0,100}|\.?\d{1,100})([eE][+-]?\d{1,100})?")
_HEAD = re.compile(r"head(?:s\[(\d{1,3})\])?\.(\w+)")
_INPUT = "input"
_OPEN = "?"
"""A height or width of the input that is open."""


def to_text(design: Design) -> str:
    """Write a design as a line of text for a chat message; nothing is lost.

    Raises:
        ValueError: If a field of a user's class holds something that JSON has no form for.

    Example:
        >>> from encdec_widgets import preset
        >>> print(to_text(preset("SLEAP centroid")))
        unet#972c90 filters=16 up_blocks=3 up_interpolate=true input=256x256x1
        >>> from_text(to_text(preset("SLEAP centroid"))) == preset("SLEAP centroid")
        True
        >>> from_text("unet filters=24 input=256x256x1").architecture.filters  # written by hand
        24
    """
    whole = packed(design)  # which says what JSON has no form for
    line = _line(design)
    if line is not None:
        try:
            if packed(from_text(line)) == whole:
                return line
        except ValueError:
            pass  # a text in a field looks like a number, say
    return f"{PACKED}={whole}"


def from_text(text: str) -> Design:
    """The design that :func:`to_text` wrote, or a person by hand: then without a checksum.

    Args:
        text: The line; where it was wrapped, or has more spaces, does not matter.

    Raises:
        ValueError: If it was damaged or is too long, or names what is unknown here.
    """
    if len(text) > LONGEST:
        raise ValueError(f"A design's text has at most {LONGEST:,} characters. Received: {len(text):,}.")
    words = text.split()
    if not words:
        raise ValueError("This text of a design is empty.")
    if words[0].startswith(f"{PACKED}="):
        return unpacked("".join(words).removeprefix(f"{PACKED}="))
    family, sign, checksum = words[0].partition("#")
    if sign and checksum != _checksum(family, words[1:]):
        raise ValueError(
            f"This text was damaged on its way, or changed: it is not what its checksum #{checksum} stands for. Copy "
            f"all of it again. If you changed it yourself, begin it with {quoted(family)} alone."
        )
    return _design(_family(family), words[1:])


def recognises(text: "Text") -> bool:
    """Tell whether a text is meant as a design's line: it begins with a family, or says that it is packed."""
    word = text.text[:1000].split(maxsplit=1)[:1]
    return bool(word) and (word[0].startswith(f"{PACKED}=") or word[0].partition("#")[0].lower() in _FAMILIES)


def read(text: "Text") -> Found:
    """Read the design that a line holds.

    Raises:
        ValueError: As :func:`from_text`.
    """
    return Found(from_text(text.text), NAME)


def _line(design: Design) -> str | None:
    """The short line; None where a field or the architecture can't be said in it."""
    name = type(design.architecture).__name__.lower()
    if _FAMILIES.get(name) is not type(design.architecture):
        return None
    size = "x".join(_OPEN if size is None else str(size) for size in design.input_shape)
    words = [*_written(design.architecture, ""), f"{_INPUT}={size}"]
    for index, head in enumerate(design.heads):
        words += _written(head, f"{head_path(design.heads, index)}.", always="channels")
    said = [word for word in words if word is not None]
    return " ".join([f"{name}#{_checksum(name, said)}", *said]) if len(said) == len(words) else None


def _written(owner: Any, prefix: str, always: str = "") -> Iterator[str | None]:
    """The fields that are not at their default, and one that is always written; None for what a line can't say."""
    for field in attrs.fields(type(owner)):
        value = getattr(owner, field.name)
        if field.init and (
            field.name == always or type(value) is not type(field.default) or value != field.default
        ):
            text = _value(value)
            yield None if text is None else f"{prefix}{field.alias}={text}"


def _value(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if type(value) in (int, float):
        return repr(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    if isinstance(value, tuple) and value:
        texts = [None if isinstance(item, tuple) else _value(item) for item in value]
        return None if None in texts else ",".join(map(str, [*texts, *([""] if len(value) == 1 else [])]))
    return None


def _read(text: str) -> Any:
    if "," in text:
        return tuple(_read(item) for item in text.removesuffix(",").split(","))
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return int(text)
    return float(text) if _REAL.fullmatch(text) else text


def _checksum(family: str, words: list[str]) -> str:
    return f"{zlib.crc32(' '.join([family, *words]).encode('utf-8', 'replace')) & 0xFFFFFF:06x}"


def _family(name: str) -> type[Any]:
    if name.lower() in _FAMILIES:
        return _FAMILIES[name.lower()]
    alike = difflib.get_close_matches(name.lower(), _FAMILIES, n=1)
    meant = f"Did you mean {quoted(alike[0])}?" if alike else f"There are: {', '.join(_FAMILIES)}."
    raise ValueError(f"A design's text begins with a family. Received: {quoted(name)}. {meant}")


def _design(family: type[Any], words: list[str]) -> Design:
    fields: dict[str, Any] = {}
    heads: dict[int, dict[str, Any]] = {}
    more: dict[str, Any] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise ValueError(
                f"A design's text has words such as filters=16 after its family. Received: {quoted(word)}."
            )
        match = _HEAD.fullmatch(name)
        if name == _INPUT:
            target, plain = more, "input_shape"
        elif match and match[2] in _names(Head):
            target, plain = heads.setdefault(int(match[1] or 0), {}), match[2]
        elif name in _names(family):
            target, plain = fields, name
        else:
            raise _unknown(name, family)
        if plain in target:
            raise ValueError(f"This text of a design says {quoted(name)} twice. Say it once.")
        target[plain] = _shape(text) if name == _INPUT else _read(text)
    if sorted(heads) != list(range(len(heads))):
        raise ValueError(f"Heads are counted from 0, as heads[0] and heads[1]. Received: {sorted(heads)}.")
    return Design(family(**fields), heads=[Head(**heads[index]) for index in sorted(heads)], **more)


def _shape(text: str) -> tuple[int | None, ...]:
    sizes = text.split("x")
    if len(sizes) != 3 or not all(_NUMBER.fullmatch(size) or size == _OPEN for size in sizes):
        raise ValueError(
            f"{_INPUT} is height x width x channels, such as {_INPUT}=256x256x1, with {_OPEN} for an open size. "
            f"Received: {quoted(text)}."
        )
    return tuple(None if size == _OPEN else int(size) for size in sizes)


def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.alias for field in attrs.fields(cls) if field.init)


def _unknown(name: str, family: type[Any]) -> ValueError:
    known = [*_names(family), _INPUT, *(f"head.{field}" for field in _names(Head))]
    alike = difflib.get_close_matches(name, known, n=1)
    meant = f"Did you mean {quoted(alike[0])}?" if alike else f"There are: {', '.join(known)}."
    return ValueError(f"{family.__name__} has no field of this name. Received: {quoted(name)}. {meant}")
