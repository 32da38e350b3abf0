"""Designs as JSON: plain, versioned data that names classes but never carries code.

:mod:`encdec_widgets.designs.strict_json` reads the text; here it becomes the fields of a design, each checked at its
path, so that an error names it: ``encoder[2].num_convs``.
"""

import difflib
import json
import math
import numbers
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.head import LONE_HEAD, Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.known_classes import class_name, newest_by_name
from encdec_widgets.designs.strict_json import data_of
from encdec_widgets.formatting import error_text, printable, quoted, shortened

VERSION = 2
"""Of designs with several heads, or with a name for one. All others are written as version 1, which 0.1.0 reads."""
VERSION_KEY = "encdec_widgets_design"
_ENDS_IN = {1: "head", 2: "heads"}
"""The key of what the network ends in, by version."""
_DEEPEST = 20
"""So deep lists and blocks may stand in each other; those of shipped classes are 4 deep."""


def to_json(design: Any) -> str:
    """Write a :class:`~encdec_widgets.designs.design.Design` as JSON text: of version 1 wherever 0.1.0 can read it.

    A list in a field of a user's class comes back as a tuple.

    Raises:
        FieldError: (a ValueError) If a field holds something that JSON has no form for, such as a function; it names
            the block and the field.
    """
    return json.dumps(to_data(design), indent=2, allow_nan=False)


def to_data(design: Any) -> dict[str, Any]:
    """What :func:`to_json` writes, as data.

    Raises:
        FieldError: As :func:`to_json`.
    """
    heads = design.heads
    version = 1 if not heads or (len(heads) == 1 and heads[0].name == LONE_HEAD) else VERSION
    key = _ENDS_IN[version]
    ends_in = _encode(heads if version > 1 else design.head, key)
    if version == 1 and heads:
        del ends_in["fields"]["name"]  # Heads of version 1 have none.
    return {
        VERSION_KEY: version,
        "architecture": _encode(design.architecture, ""),
        "input_shape": list(design.input_shape),
        key: ends_in,
    }


def as_data(value: Any) -> Any:
    """The value of any field as data that JSON holds; of what has no form there, its text.

    >>> as_data((4, None)), as_data(abs)
    ([4, None], '<built-in function abs>')
    """
    try:
        return _encode(value, "")
    except FieldError:
        return quoted(value)


def from_json(text: str | bytes | bytearray) -> dict[str, Any]:
    """Read the fields of the design that :func:`to_json` wrote, by name.

    Raises:
        ValueError: If the text is no such design, is of a version that is not known, has a key that is not known, or a
            value that is not possible. It names the block and the field.
    """
    return fields_of(data_of(text))


def fields_of(data: Any) -> dict[str, Any]:
    """What :func:`from_json` reads, of data.

    Raises:
        ValueError: As :func:`from_json`.
    """
    if not isinstance(data, dict) or VERSION_KEY not in data:
        raise ValueError(f'This is not the JSON of a design: it has no "{VERSION_KEY}".')
    version = data[VERSION_KEY]
    if type(version) is not int or version not in _ENDS_IN:
        raise ValueError(
            f"This design is of version {quoted(version)}; this release reads versions "
            f"{' and '.join(map(str, _ENDS_IN))}, numbers."
        )
    key = _ENDS_IN[version]
    known = (VERSION_KEY, "architecture", "input_shape", key)
    _require_known(data, known, f"A design in JSON, of version {version}, has no key")
    missing = [key for key in ("architecture", "input_shape") if key not in data]
    if missing:
        raise ValueError(f"This design lacks {' and '.join(missing)}.")
    ends_in = _decode(data.get(key), key)
    if isinstance(ends_in, tuple) != (version > 1) and ends_in is not None:
        form = "a list of heads" if version > 1 else "a Head or null"
        raise ValueError(
            f"{key} of a design of version {version} must be {form}. Received: {quoted(data[key])}."
        )
    return {
        "architecture": _decode(data["architecture"], ""),
        "input_shape": data["input_shape"],
        key: ends_in,
    }


def _encode(value: Any, path: str, depth: int = 0) -> Any:
    """A value as JSON has it; ``path`` is where it stands, empty for the architecture."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and printable(value) == value:
        return value
    if isinstance(value, (tuple, list)) and depth < _DEEPEST:
        return [_encode(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
    if _is_known(type(value)) and depth < _DEEPEST:
        return {
            "class": class_name(type(value)),
            "fields": {
                field.alias: _encode(getattr(value, field.name), _inside(path, field.name), depth + 1)
                for field in attrs.fields(type(value))
                if field.init
            },
        }
    number = _as_number(value)
    if number is None:
        raise FieldError(
            path or "architecture",
            value,
            "has no form in JSON, which holds numbers, texts, flags, None, blocks, architectures and lists of these, "
            f"at most {_DEEPEST} deep in each other; this is of the class {shortened(type(value).__name__)}",
        )
    return number


def _as_number(value: Any) -> int | float | None:
    """A number as JSON writes it; None of anything else, and of a number that no JSON can hold."""
    if not isinstance(value, numbers.Real):
        return None
    try:
        number = int(value) if isinstance(value, numbers.Integral) else float(value)
        str(number)  # Python writes no whole number of some thousand digits.
        return number if value == number and math.isfinite(number) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _decode(data: Any, path: str, depth: int = 0) -> Any:
    """The value that :func:`_encode` wrote; ``path`` is where it stands, empty for the architecture."""
    place = path or "architecture"
    if depth > _DEEPEST:
        raise ValueError(
            f"{shortened(place)}: lists and blocks stand more than {_DEEPEST} deep in each other."
        )
    if isinstance(data, str) and printable(data) != data:
        raise ValueError(f"{shortened(place)}: {quoted(data)} holds half a character, a lone surrogate.")
    if isinstance(data, list):
        return tuple(_decode(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(data))
    if not isinstance(data, dict):
        return data
    _require_known(data, ("class", "fields"), f"{place} has no key")
    if "class" not in data or not isinstance(data.get("fields"), dict):
        raise ValueError(f'{shortened(place)} is not a "class" with "fields". Received: {quoted(data)}.')
    cls = _class_named(data["class"], place)
    known = {field.alias: field.name for field in attrs.fields(cls) if field.init}
    _require_known(data["fields"], tuple(known), f"{place}, a {cls.__name__}, has no field")
    values = {
        alias: _decode(value, _inside(path, known[alias]), depth + 1)
        for alias, value in data["fields"].items()
    }
    try:
        return cls(**values)
    except FieldError as error:
        raise error.inside(path) if path else error from None
    except Exception as error:  # a user's class may raise anything
        raise ValueError(
            f"{place}: no {cls.__name__} can be made of these fields. {type(error).__name__}: {error_text(error)}"
        ) from error


def _require_known(data: dict[str, Any], known: tuple[str, ...], what: str) -> None:
    """Refuse keys that would be lost, and say what may have been meant; ``what`` says what has no such key."""
    for key in data:
        if key not in known:
            alike = difflib.get_close_matches(key.lower(), known, n=1)
            meant = f" Did you mean {quoted(alike[0])}?" if alike else f" There are: {', '.join(known)}."
            raise ValueError(f"{shortened(what)} {quoted(key)}.{meant}")


def _is_known(cls: type[Any]) -> bool:
    return issubclass(cls, (EncoderDecoder, EncoderBlock, DecoderBlock, Head)) and attrs.has(cls)


def _inside(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _class_named(name: Any, place: str) -> Any:
    """Find the newest class of that name."""
    known = newest_by_name(EncoderDecoder, EncoderBlock, DecoderBlock, Head)
    if not isinstance(name, str) or name not in known:
        raise ValueError(
            f"{shortened(place)}: this design needs the class {quoted(name)}, which is not known here: if you wrote "
            "it, define it first."
        )
    return known[name]
