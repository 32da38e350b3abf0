"""What is known of one field: its words, its bounds, and whether it has any effect now."""

import difflib
import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import attrs

Kind = Literal["integer", "real", "flag", "choice", "text", "counts"]


class FieldError(ValueError):
    """A value that a field cannot take.

    Attributes:
        field: Path of the field, such as ``filters`` or ``encoder[2].num_convs``.
        value: What was received.
        allowed: What is allowed, as the rest of a sentence that starts with the field.
        suggestions: The nearest values that would work, best first; may be empty.
        place: The block at which it goes wrong, such as ``encoder[2]``, where that is not the field's own; else empty.
    """

    def __init__(
        self, field: str, value: object, allowed: str, suggestions: Iterable[Any] = (), place: str = ""
    ) -> None:
        """Keep the parts, so that a caller can show them apart."""
        self.place = place
        self.field = field
        self.value = value
        self.allowed = allowed
        self.suggestions = tuple(suggestions)
        super().__init__(field, value, allowed, self.suggestions, place)

    def __str__(self) -> str:
        """Say what is allowed, what was received and what would work."""
        text = f"{self.field} {self.allowed}. Received: {self.field}={self.value!r}."
        if self.suggestions:
            text += f" Would work: {' or '.join(repr(value) for value in self.suggestions)}."
        return text

    def suggesting(self, values: Iterable[Any]) -> "FieldError":
        """The same error with other suggestions."""
        return FieldError(self.field, self.value, self.allowed, values, self.place)

    def inside(self, owner: str) -> "FieldError":
        """The same error, its field named from ``owner``: ``filters`` becomes ``encoder[2].filters``."""
        return FieldError(f"{owner}.{self.field}", self.value, self.allowed, self.suggestions)


def field_words(field: str) -> str:
    """A field's name as a person reads it: ``refine_convs`` is "refine convs"; a unit at its end is left out."""
    return field.removesuffix("_s").replace("_", " ")


@attrs.frozen
class Need:
    """What another field of the same owner must be for a field to have any effect.

    Attributes:
        field: Name of the other field.
        on: If True, it must be true: a flag that is on, a number other than 0. If False, the opposite.
    """

    field: str
    on: bool = True

    def unmet(self, owner: Any) -> str | None:
        """What the other field of ``owner`` is, in words, where it is not what it must be; else None."""
        value = getattr(owner, self.field)
        if bool(value) is self.on:
            return None
        if isinstance(value, bool):
            state = "on" if value else "off"
        else:
            state = str(value) if value or value == 0 else "empty"
        return f"{field_words(self.field)} is {state}"


@attrs.frozen(kw_only=True)
class FieldInfo:
    """What a person and a control need to know about a field.

    Attributes:
        kind: What sort of value it takes.
        help: One sentence that says what the value does.
        default: The value when none is given.
        minimum: Smallest number allowed; of counts, for each of them.
        maximum: Largest number allowed; of counts, for each of them.
        usual: The range that a slider shows; values outside it, but within the bounds, can be typed.
        unit: Unit of a number ("px", "channels", ...), short enough to stand beside it; empty for none.
        choices: The values a choice can take.
        optional: Whether None is allowed.
        lengths: How few and how many counts there can be.
        group: Heading that the field stands under, such as "Upsampling"; empty for none.
        folded: Whether it is rarely needed, so that its control starts folded away.
        needs: What other fields must be for this one to have any effect.
    """

    kind: Kind
    help: str
    default: Any
    minimum: float = -math.inf
    maximum: float = math.inf
    usual: tuple[float, float] | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False
    lengths: tuple[int, int] = (0, 0)
    group: str = ""
    folded: bool = False
    needs: tuple[Need, ...] = ()

    def inert(self, owner: Any) -> str | None:
        """Why the field has no effect now, as one sentence that names the first need that is unmet.

        Args:
            owner: The block or architecture that has the field.

        Returns:
            A sentence such as "No effect while transposed conv is off.", or None if the field has an effect.
        """
        states = (need.unmet(owner) for need in self.needs)
        return next((f"No effect while {state}." for state in states if state), None)

    def accept(self, field: str, value: Any) -> Any:
        """Return ``value`` as this field keeps it.

        Raises:
            FieldError: If the value is of another type or out of bounds.
        """
        received = value
        if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
            value = value.item()  # NumPy scalars are numbers too
        if value is None and self.optional:
            return None
        accepted = _ACCEPT[self.kind](self, value)
        if accepted is None:
            raise FieldError(field, received, f"must be {self.allowed()}", self._suggestions(value))
        return accepted

    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.kind in ("integer", "real"):
            number = "a whole number" if self.kind == "integer" else "a number"
            words = f"{number} from {self.minimum:g} to {self.maximum:g}"
        elif self.kind == "flag":
            words = "True or False"
        elif self.kind == "choice":
            words = "one of " + ", ".join(repr(choice) for choice in self.choices)
        elif self.kind == "counts":
            words = f"{self.lengths[0]} to {self.lengths[1]} whole numbers from {self.minimum:g} to {self.maximum:g}"
        else:
            words = 'a text without "/"'
        return f"{words}, or None" if self.optional else words

    def _suggestions(self, value: Any) -> tuple[Any, ...]:
        if self.kind in ("integer", "real"):
            number = _as_number(value)
            if number is not None:
                inside = min(max(number, self.minimum), self.maximum)
                if self.kind == "real":
                    return (inside,)
                return tuple(dict.fromkeys((math.floor(inside), math.ceil(inside))))
        if self.kind == "counts":
            return (self._nearest_counts(value) or self.default,)
        if self.kind == "choice" and isinstance(value, str):
            alike = [choice for choice in self.choices if choice.lower() == value.lower()]
            close = difflib.get_close_matches(value, self.choices, n=2, cutoff=0.4)
            return tuple(alike or close or self._usual_values())
        return self._usual_values()

    def _usual_values(self) -> tuple[Any, ...]:
        return self.choices if self.default is None and self.choices else (self.default,)

    def _nearest_counts(self, value: Any) -> tuple[int, ...] | None:
        numbers = [_as_number(item) for item in _as_items(value) or ()][: self.lengths[1]]
        inside = [min(max(number, self.minimum), self.maximum) for number in numbers if number is not None]
        if not inside or len(inside) < len(numbers):
            return None
        inside += inside[-1:] * (self.lengths[0] - len(inside))
        return tuple(math.floor(number) for number in inside)


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (numbers.Real, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _as_items(value: Any) -> Sequence[Any] | None:
    if hasattr(value, "tolist"):
        value = value.tolist()  # NumPy arrays are lists of numbers too
    return value if isinstance(value, (list, tuple)) else None


def is_number(value: Any) -> bool:
    """Whether it is a number other than NaN and infinity."""
    number: Any = value
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and bool(abs(number) < math.inf)


def _in_bounds(info: FieldInfo, value: Any) -> bool:
    return is_number(value) and bool(info.minimum <= value <= info.maximum)


def _accept_integer(info: FieldInfo, value: Any) -> int | None:
    if _in_bounds(info, value) and value == int(value):
        return int(value)
    return None


def _accept_real(info: FieldInfo, value: Any) -> float | None:
    if _in_bounds(info, value):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    return None


def _accept_flag(info: FieldInfo, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _accept_choice(info: FieldInfo, value: Any) -> str | None:
    return value if isinstance(value, str) and value in info.choices else None


def _accept_text(info: FieldInfo, value: Any) -> str | None:
    # A slash would make Keras refuse the names of the layers.
    return value if isinstance(value, str) and "/" not in value else None


def _accept_counts(info: FieldInfo, value: Any) -> tuple[int, ...] | None:
    items = _as_items(value)
    if items is None or not info.lengths[0] <= len(items) <= info.lengths[1]:
        return None
    accepted = tuple(count for item in items if (count := _accept_integer(info, item)) is not None)
    return accepted if len(accepted) == len(items) else None


_ACCEPT = {
    "integer": _accept_integer,
    "real": _accept_real,
    "flag": _accept_flag,
    "choice": _accept_choice,
    "text": _accept_text,
    "counts": _accept_counts,
}
