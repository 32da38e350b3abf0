"""Values that are typed as text: counts, and numbers that may be left out."""

from typing import Any

from encdec_widgets.architectures.fields.described import FieldInfo


def is_typed(info: FieldInfo) -> bool:
    """Whether the field is typed as text: no slider could show all that it takes."""
    return info.kind in ("text", "counts") or (info.kind == "integer" and info.default is None)


def placeholder(info: FieldInfo) -> str:
    """What stands in the empty box: what may be typed there, and its unit."""
    words = {"counts": "such as 4, 5, 7", "integer": "none"}.get(info.kind, "")
    return f"{words} ({info.unit})" if words and info.unit else words


def as_text(info: FieldInfo, value: Any) -> str:
    """How a value is written; one that the field does not take is written as it is."""
    if info.kind == "counts" and isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def from_text(info: FieldInfo, text: str) -> Any:
    """What a text stands for; what cannot be read stays a text, for the field to refuse by name."""
    try:
        if info.kind == "counts":
            return tuple(int(number) for number in text.replace(",", " ").split())
        if info.kind == "integer":
            return int(text) if text.strip() else None
    except ValueError:
        pass
    return text
