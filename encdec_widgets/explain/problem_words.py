"""What is not possible, in a sentence for whoever sees the control: what is wrong, and what would work."""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.architectures.fields.described import FieldError, is_number
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.heads import named_in, words_at
from encdec_widgets.designs.paths import named, path_words, text_at
from encdec_widgets.explain.too_large import TooLargeError
from encdec_widgets.formatting import error_text, printable, quoted, value_text

_MOST_WAYS = 4
_SIDES = ("height", "width", "number of channels")


def problem_sentence(error: Exception, at: str | None = None, design: Design | None = None) -> str:
    """Say what is wrong and what would work, without paths and without code.

    Args:
        error: What was raised. Of one that is no FieldError and no TooLargeError, it is the error's own text.
        at: Path of the field at which it is said; by default that of the error. At another one it does not say what
            would work, which are values of the error's.
        design: The design whose heads have names; without it, one of several is "head 2".

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> try:
        ...     Design(UNet(), input_shape=(300, 300, 1))
        ... except ValueError as error:
        ...     print(problem_sentence(error))
        300 px can't be halved four times (300, 150, 75). Use 288 or 304.
    """
    if isinstance(error, TooLargeError):
        return error.plain
    if not isinstance(error, FieldError):
        return error_text(error)
    said = _wrong(error, design)
    ways = _ways(error) if at in (None, error.field) else ""
    return f"{said} {ways}" if ways else said


def _wrong(error: FieldError, design: Design | None) -> str:
    def in_picture(text: str) -> str:
        return named(text) if design is None else named_in(design, text)

    if isinstance(error, NoFieldError):
        return (
            f"{in_picture(printable(error.field))} {in_picture(error.allowed.partition(', which has')[0])}."
        )
    if error.plain:
        return in_picture(error.plain)
    name = path_words(error.field) if design is None else words_at(design, error.field)
    allowed = in_picture(error.allowed)
    allowed = allowed.replace(", or None", ", or left empty").replace("True or False", "on or off")
    return f"{name[:1].upper()}{name[1:]} {allowed}{_received(error)}."


def _received(error: FieldError) -> str:
    """What was given, where the sentence says what it must be."""
    if not error.allowed.startswith("must be") or ":" in error.allowed:
        return ""
    if isinstance(error.value, str):
        return f", not the text {quoted(error.value)}"
    plain = error.value is None or isinstance(error.value, (bool, tuple, list)) or is_number(error.value)
    return f", not {value_text(error.value) if plain else quoted(error.value)}"


def _ways(error: FieldError) -> str:
    """What would work, as a sentence; empty where nothing is known."""
    if isinstance(error, NoFieldError):
        return f"Do you mean {printable(str(error.suggestions[0]))}?" if error.suggestions else ""
    values = error.suggestions[:_MOST_WAYS]
    if error.field == "input_shape":
        texts = list(dict.fromkeys(_size(error.value, shape) for shape in values))
    else:
        texts = [text_at(error.field, value) for value in values]
    if not texts:
        return ""
    said = " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
    for side in _SIDES:  # once is enough
        start, *rest = said.split(f"a {side} of ")
        said = f"{start}a {side} of {''.join(rest)}" if rest else said
    return f"Use {said}."


def _size(asked: Any, offered: Sequence[Any]) -> str:
    """A shape in short: the one side that is another, or that both sides are."""
    if not isinstance(asked, (tuple, list)) or len(asked) != len(offered):
        return text_at("input_shape", offered)
    height, width, channels = offered
    if channels == asked[2] and height == width and asked[0] == asked[1]:
        return value_text(height) if height is not None else "any size"
    others = [(name, b) for name, a, b in zip(_SIDES, asked, offered, strict=True) if a != b]
    if len(others) == 1:
        name, size = others[0]
        return f"a {name} of {value_text(size)}"
    sides = f"{value_text(height)} × {value_text(width)}"
    return sides if channels == asked[2] else f"{sides} × {value_text(channels)}"
