"""Fields of blocks and architectures, each described once.

A field carries its default, bounds, unit and one sentence of help in its attrs metadata. Validation, controls,
tooltips, JSON and documentation all read that description, for the shipped classes and for classes that a user
writes in a notebook cell.
"""

import difflib
import math
import numbers
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import attrs

Kind = Literal["integer", "real", "flag", "choice", "text", "counts"]

_INFO = "encdec_widgets.field"

ACTIVATIONS = (
    "relu",
    "linear",
    "leaky_relu",
    "relu6",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "hard_silu",
    "hard_swish",
    "sigmoid",
    "hard_sigmoid",
    "log_sigmoid",
    "softmax",
    "log_softmax",
    "softplus",
    "softsign",
    "soft_shrink",
    "hard_shrink",
    "hard_tanh",
    "squareplus",
    "tanh",
    "tanh_shrink",
    "exponential",
    "sparse_plus",
    "sparsemax",
    "sparse_sigmoid",
)


class FieldError(ValueError):
    """A value that a field cannot take.

    Attributes:
        field: Path of the field, such as ``filters`` or ``encoder[2].num_convs``.
        value: What was received.
        allowed: What is allowed, as the rest of a sentence that starts with the field.
        suggestions: The nearest values that would work, best first; may be empty.
    """

    def __init__(self, field: str, value: object, allowed: str, suggestions: Iterable[Any] = ()) -> None:
        """Keep the parts, so that a caller can show them apart."""
        self.field = field
        self.value = value
        self.allowed = allowed
        self.suggestions = tuple(suggestions)
        super().__init__(field, value, allowed, self.suggestions)

    def __str__(self) -> str:
        """Say what is allowed, what was received and what would work."""
        text = f"{self.field} {self.allowed}. Received: {self.field}={self.value!r}."
        if self.suggestions:
            text += f" Would work: {' or '.join(repr(value) for value in self.suggestions)}."
        return text

    def suggesting(self, values: Iterable[Any]) -> "FieldError":
        """The same error with other suggestions."""
        return FieldError(self.field, self.value, self.allowed, values)

    def inside(self, owner: str) -> "FieldError":
        """The same error, its field named from ``owner``: ``filters`` becomes ``encoder[2].filters``."""
        return FieldError(f"{owner}.{self.field}", self.value, self.allowed, self.suggestions)


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
        unit: Unit of a number ("px", "channels", ...), empty for a bare count.
        choices: The values a choice can take.
        optional: Whether None is allowed.
        lengths: How few and how many counts there can be.
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
            return tuple(difflib.get_close_matches(value, self.choices, n=2, cutoff=0.4)) or (self.default,)
        return (self.default,)

    def _nearest_counts(self, value: Any) -> tuple[int, ...] | None:
        numbers = [_as_number(item) for item in _as_items(value) or ()][: self.lengths[1]]
        inside = [min(max(number, self.minimum), self.maximum) for number in numbers if number is not None]
        if not inside or len(inside) < len(numbers):
            return None
        inside += inside[-1:] * (self.lengths[0] - len(inside))
        return tuple(math.floor(number) for number in inside)


class Described:
    """Base of the classes whose instances are values of described fields."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Refuse an ``__init__`` of a user's own: what it sets would be lost when the value is copied with a change.

        Raises:
            TypeError: If there is one; the message says how to write fields instead.
        """
        # attrs makes slotted classes anew, with the __init__ that it wrote.
        if "__init__" in vars(cls) and "__attrs_attrs__" not in vars(cls):
            raise TypeError(
                f"{cls.__name__} has an __init__ of its own, and blocks and architectures are values of fields. "
                f"Received: __init__ in class {cls.__name__}. Would work: @attrs.frozen above the class, and in it a "
                "line such as filters: int = 16 for every argument."
            )


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


def field(info: FieldInfo) -> Any:
    """An attrs field that is described, converted and validated by ``info``."""

    def convert(value: Any, attribute: Any) -> Any:
        return info.accept(attribute.name, value)

    return attrs.field(
        default=info.default,
        converter=attrs.Converter(convert, takes_field=True),
        metadata={_INFO: info},
    )


def integer(
    default: int | None,
    *,
    minimum: int,
    maximum: int,
    usual: tuple[int, int],
    help: str,
    unit: str = "",
    optional: bool = False,
) -> Any:
    """A whole number, such as a count of layers."""
    return field(
        FieldInfo(
            kind="integer",
            default=default,
            minimum=minimum,
            maximum=maximum,
            usual=usual,
            help=help,
            unit=unit,
            optional=optional,
        )
    )


def real(
    default: float, *, minimum: float, maximum: float, usual: tuple[float, float], help: str, unit: str = ""
) -> Any:
    """A number that may have a fraction, such as a growth rate."""
    return field(
        FieldInfo(
            kind="real", default=default, minimum=minimum, maximum=maximum, usual=usual, help=help, unit=unit
        )
    )


def flag(default: bool, *, help: str) -> Any:
    """True or False."""
    return field(FieldInfo(kind="flag", default=default, help=help))


def choice(default: str, choices: Iterable[str], *, help: str, optional: bool = False) -> Any:
    """One of a few names."""
    return field(
        FieldInfo(kind="choice", default=default, choices=tuple(choices), help=help, optional=optional)
    )


def text(default: str, *, help: str) -> Any:
    """A text that becomes part of layer names."""
    return field(FieldInfo(kind="text", default=default, help=help))


def counts(
    default: tuple[int, ...],
    *,
    minimum: int,
    maximum: int,
    lengths: tuple[int, int],
    help: str,
    unit: str = "",
) -> Any:
    """A tuple of whole numbers, such as the number of layers of every block."""
    return field(
        FieldInfo(
            kind="counts",
            default=default,
            minimum=minimum,
            maximum=maximum,
            lengths=lengths,
            help=help,
            unit=unit,
        )
    )


def info_of(owner: Any, name: str) -> FieldInfo | None:
    """The description of one field of an attrs class or instance, None where it has none."""
    return described_fields(owner).get(name)


def described_fields(owner: Any) -> dict[str, FieldInfo]:
    """The described fields of an attrs class or instance, in order of declaration.

    A field of a user's own class that has a default and no description is described by its default, as far as that
    goes: it gets a control, but no bounds.
    """
    cls = owner if isinstance(owner, type) else type(owner)
    infos = {a.name: a.metadata.get(_INFO) or _inferred(a.default) for a in attrs.fields(cls) if a.init}
    return {name: info for name, info in infos.items() if info is not None}


def _inferred(default: Any) -> FieldInfo | None:
    """What a default tells of a field: whether it is a flag, a number or a text."""
    words = "A field of your own class, described by its default alone."
    if isinstance(default, bool):
        return FieldInfo(kind="flag", default=default, help=words)
    if isinstance(default, (int, float)):
        kind: Kind = "integer" if isinstance(default, int) else "real"
        usual = (min(0, 2 * default), max(10, 4 * default))
        return FieldInfo(kind=kind, default=default, minimum=-1e9, maximum=1e9, usual=usual, help=words)
    return FieldInfo(kind="text", default=default, help=words) if isinstance(default, str) else None
