"""What is known of one field: its words, its bounds, and whether it has any effect now."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from encdec_widgets.architectures.fields.kinds import KINDS, Kind


class FieldError(ValueError):
    """A value that a field cannot take.

    Attributes:
        field: Path of the field, such as ``filters`` or ``encoder[2].num_convs``.
        value: What was received.
        allowed: What is allowed, as the rest of a sentence that starts with the field.
        suggestions: The nearest values that would work, best first; may be empty.
        block: Path of the block at which it goes wrong, such as ``encoder[2]``, where that is not the field's own.
    """

    def __init__(
        self, field: str, value: object, allowed: str, suggestions: Iterable[Any] = (), block: str = ""
    ) -> None:
        """Keep the parts, so that a caller can show them apart."""
        self.block = block
        self.field = field
        self.value = value
        self.allowed = allowed
        self.suggestions = tuple(suggestions)
        super().__init__(field, value, allowed, self.suggestions, block)

    def __str__(self) -> str:
        """Say what is allowed, what was received and what would work."""
        text = f"{self.field} {self.allowed}. Received: {self.field}={self.value!r}."
        if self.suggestions:
            text += f" Would work: {' or '.join(repr(value) for value in self.suggestions)}."
        return text

    def suggesting(self, values: Iterable[Any]) -> "FieldError":
        """The same error with other suggestions."""
        return type(self)(self.field, self.value, self.allowed, values, self.block)

    def inside(self, owner: str) -> "FieldError":
        """The same error, its field named from ``owner``: ``filters`` becomes ``encoder[2].filters``."""
        return type(self)(f"{owner}.{self.field}", self.value, self.allowed, self.suggestions)


class NoFieldError(FieldError):
    """There is no field of that name; what is suggested are names that are much like it, not values."""


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


def _known_kind(_: Any, __: Any, kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(
            f"There is no kind of field of that name. Received: kind={kind!r}. Would work: {', '.join(KINDS)}."
        )


@attrs.frozen(kw_only=True)
class FieldInfo:
    """What a person and a control need to know about a field.

    Attributes:
        kind: What sort of value it takes: "integer", "real", "flag", "choice", "text", "counts", or a kind that was
            registered (see :mod:`~encdec_widgets.architectures.fields.kinds`).
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

    kind: str = attrs.field(validator=_known_kind)
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

    @property
    def of_kind(self) -> Kind:
        """What all fields of its kind have in common."""
        return KINDS[self.kind]

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
        accepted = KINDS[self.kind].accept(self, value)
        if accepted is None:
            raise FieldError(field, received, f"must be {self.allowed()}", self.suggestions(value))
        return accepted

    def allowed(self) -> str:
        """What is allowed, in words."""
        words = self.of_kind.allowed(self)
        return f"{words}, or None" if self.optional else words

    def suggestions(self, value: Any) -> tuple[Any, ...]:
        """Values that this field takes in place of one that it does not, the nearest first."""
        return self.of_kind.suggestions(self, value)

    def nearest_working(self, near: Any, works: Callable[[Any], bool]) -> Any:
        """The value next to one that does not go with other fields that does; None where none is found.

        Args:
            near: The value, which is within the bounds.
            works: Tells whether a value goes with all other fields.
        """
        return self.of_kind.nearest_working(self, near, works)
