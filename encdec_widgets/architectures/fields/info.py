"""What is known of one field: its words, its bounds, and whether it has any effect now."""

import math
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import attrs

from encdec_widgets.architectures.fields.kinds import KINDS, Kind
from encdec_widgets.architectures.fields.laws import Law
from encdec_widgets.formatting import quoted, shortened, value_text
from encdec_widgets.travelling import Travelling


class FieldError(Travelling, ValueError):
    """A value that a field cannot take.

    Attributes:
        field: Path of the field, such as ``filters`` or ``encoder[2].num_convs``.
        value: What was received.
        allowed: What is allowed, as the rest of a sentence that starts with the field.
        suggestions: The nearest values that would work, best first; may be empty.
        block: Path of the block at which it goes wrong, such as ``encoder[2]``, where that is not the field's own.
        plain: What is wrong in a sentence for whoever sees the field's control, without its path and without what would
            work; empty where ``allowed`` says it well enough.
    """

    def __init__(
        self,
        field: str,
        value: object,
        allowed: str,
        suggestions: Iterable[Any] = (),
        block: str = "",
        plain: str = "",
    ) -> None:
        """Keep the parts, so that a caller can show them apart."""
        self.block = block
        self.plain = plain
        self.field = field
        self.value = value
        self.allowed = allowed
        self.suggestions = tuple(suggestions)
        super().__init__(field, value, allowed, self.suggestions, block, plain)

    def __str__(self) -> str:
        """Say what is allowed, what was received and what would work."""
        field = shortened(self.field)
        text = f"{field} {self.allowed}. Received: {field}={quoted(self.value)}."
        if self.suggestions:
            text += f" Would work: {' or '.join(map(quoted, self.suggestions))}."
        return text

    def suggesting(self, values: Iterable[Any]) -> "FieldError":
        """The same error with other suggestions."""
        return type(self)(self.field, self.value, self.allowed, values, self.block, self.plain)

    def inside(self, owner: str) -> "FieldError":
        """The same error, its field named from ``owner``: ``filters`` becomes ``encoder[2].filters``."""
        return type(self)(
            f"{owner}.{self.field}", self.value, self.allowed, self.suggestions, plain=self.plain
        )


class NoFieldError(FieldError):
    """There is no field of that name; what is suggested are names that are much like it, not values."""


def field_words(field: str) -> str:
    """A field's name as a person reads it: ``refine_convs`` is "refine convs"; a unit at its end is left out."""
    return field.removesuffix("_s").replace("_", " ")


class Condition(Protocol):
    """What must hold for a field to have any effect."""

    def unmet(self, owner: Any) -> str | None:
        """What keeps the field of ``owner`` from having an effect, as the end of "No effect while ..."; else None."""


@attrs.frozen
class Need:
    """What another field of the same owner must be for a field to have any effect.

    Attributes:
        field: Name of the other field.
        on: If True, it must be true: a flag that is on, a number other than 0. If False, the opposite.
        above: If given, it must be a number above this one, and ``on`` does not count.
    """

    field: str
    on: bool = True
    above: float | None = None

    def unmet(self, owner: Any) -> str | None:
        """What the other field of ``owner`` is, in words, where it is not what it must be; else None."""
        value = getattr(owner, self.field)
        if self.above is not None and value is not None and value > self.above:
            return None
        if self.above is None and _is_true(value) is self.on:
            return None
        is_set = isinstance(value, (bool, int, float)) or _is_true(value)
        return f"{field_words(self.field)} is {value_text(value) if is_set else 'empty'}"


def _is_true(value: Any) -> bool:
    """Whether a value counts as true; one that cannot be asked, such as an array, is there and so it does."""
    try:
        return bool(value)
    except Exception:  # noqa: BLE001 - a user's object may raise anything
        return True


@attrs.frozen
class NoEffectWhile:
    """A state of several fields of an owner in which a field has no effect.

    Attributes:
        state: The state in words, as the end of "No effect while ...".
        holds: Whether an owner is in it.
    """

    state: str
    holds: Callable[[Any], bool]

    def unmet(self, owner: Any) -> str | None:
        """The state, where ``owner`` is in it."""
        return self.state if self.holds(owner) else None


@attrs.frozen
class SkipSource:
    """A field of a decoder block has an effect only where there is a feature for the block's skip connection.

    The block alone cannot tell: :func:`encdec_widgets.designs.no_effect.fields_without_effect` knows the network.
    """

    def unmet(self, owner: Any) -> str | None:
        """Nothing that ``owner`` could know."""
        return None


def _known_kind(_: Any, __: Any, kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(
            f"There is no kind of field of that name. Received: kind={quoted(kind)}. Would work: {', '.join(KINDS)}."
        )


@attrs.frozen(kw_only=True)
class FieldInfo:
    """What a person and a control need to know about a field.

    Attributes:
        kind: What sort of value it takes: "integer", "real", "flag", "choice", "text", "layer name", "counts",
            "head name", or a kind that was registered (see :mod:`~encdec_widgets.architectures.fields.kinds`).
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
        needs: What must hold for it to have any effect.
        laws: What explains a change of it, the most telling first.
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
    needs: tuple[Condition, ...] = ()
    laws: tuple[Law, ...] = ()

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

    def waits_for(self, owner: Any) -> str | None:
        """Name of the field of ``owner`` whose change would let this one have an effect, if its first unmet need says.

        >>> from encdec_widgets.encoder_decoder import SimpleConvBlock
        >>> from encdec_widgets.architectures.fields.described import described_fields
        >>> described_fields(SimpleConvBlock)["pooling_stride"].waits_for(SimpleConvBlock(pool=False))
        'pool'
        """
        unmet = next((need for need in self.needs if need.unmet(owner)), None)
        return unmet.field if isinstance(unmet, Need) else None

    def accept(self, field: str, value: Any) -> Any:
        """Return ``value`` as this field keeps it.

        Raises:
            FieldError: If the value is of another type or out of bounds.
        """
        if value is None and self.optional:
            return None
        try:
            plain = value if type(value) in _PLAIN else _plain(value)
            accepted = KINDS[self.kind].accept(self, plain)
        except Exception as error:  # an object that raises when it is looked at is no value of any kind
            raise self._refusal(field, value) from error
        if accepted is None:
            raise self._refusal(field, value)
        return accepted

    def _refusal(self, field: str, value: Any) -> "FieldError":
        try:
            suggestions = self.suggestions(_plain(value))
        except Exception:  # noqa: BLE001 - the same object
            suggestions = (self.default,)
        return FieldError(field, value, f"must be {self.allowed()}", suggestions)

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


_PLAIN = (int, bool, str, float)  # Nearly all values are, and fields are set by the hundred in every edit.


def _plain(value: Any) -> Any:
    """A number of NumPy, or an array of no dimension, as a number of Python; anything else as it is."""
    scalar = getattr(value, "ndim", None) == 0 and hasattr(value, "item")
    # Some durations and dates of NumPy become plain whole numbers, which they are not.
    return value.item() if scalar and getattr(value.dtype, "kind", "") not in ("m", "M") else value
