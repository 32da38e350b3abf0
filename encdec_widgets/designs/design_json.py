"""Designs as JSON: plain, versioned data that names classes but never carries code."""

import json
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.encoder_decoder import DecoderBlock, EncoderBlock, EncoderDecoder
from encdec_widgets.architectures.known_classes import class_name, newest_by_name

VERSION = 1
_VERSION_KEY = "encdec_widgets_design"


def to_json(design: Any) -> str:
    """Write a :class:`~encdec_widgets.designs.design.Design` as JSON text."""
    data = {
        _VERSION_KEY: VERSION,
        "architecture": _encode(design.architecture),
        "input_shape": list(design.input_shape),
        "head": _encode(design.head),
    }
    return json.dumps(data, indent=2)


def from_json(text: str) -> dict[str, Any]:
    """Read the fields of the design that :func:`to_json` wrote, by name.

    Raises:
        ValueError: If the text is no such design, or is of a version that is not known.
    """
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"This is not the JSON of a design: {error}.") from None
    if not isinstance(data, dict) or _VERSION_KEY not in data:
        raise ValueError(f'This is not the JSON of a design: it has no "{_VERSION_KEY}".')
    if data[_VERSION_KEY] != VERSION:
        raise ValueError(
            f"This design is of version {data[_VERSION_KEY]!r}; this release reads version {VERSION}."
        )
    missing = [key for key in ("architecture", "input_shape") if key not in data]
    if missing:
        raise ValueError(f"This design lacks {' and '.join(missing)}.")
    return {
        "architecture": _decode(data["architecture"]),
        "input_shape": data["input_shape"],
        "head": _decode(data.get("head")),
    }


def _encode(value: Any) -> Any:
    if attrs.has(type(value)):
        return {
            "class": class_name(type(value)),
            "fields": {
                attribute.alias: _encode(getattr(value, attribute.name))
                for attribute in attrs.fields(type(value))
                if attribute.init
            },
        }
    if isinstance(value, (tuple, list)):
        return [_encode(item) for item in value]
    return value


def _decode(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(_decode(item) for item in data)
    if not isinstance(data, dict):
        return data
    if set(data) != {"class", "fields"} or not isinstance(data["fields"], dict):
        raise ValueError(f'This design has an entry that is not a "class" with "fields": {data!r}.')
    cls = _class_named(data["class"])
    known = {attribute.alias for attribute in attrs.fields(cls) if attribute.init}
    unknown = set(data["fields"]) - known
    if unknown:
        raise ValueError(f"{cls.__name__} has no field {', '.join(sorted(map(repr, unknown)))}.")
    return cls(**{name: _decode(value) for name, value in data["fields"].items()})


def _class_named(name: Any) -> Any:
    """Find the newest class of that name."""
    known = newest_by_name(EncoderDecoder, EncoderBlock, DecoderBlock, Head)
    if not isinstance(name, str) or name not in known:
        raise ValueError(
            f"This design needs the class {name!r}, which is not known here: if you wrote it, define it first."
        )
    return known[name]
