"""The kinds of values that a field can take: what each accepts, how it is written, and which control shows it.

A kind is one class and one line at the end. A user's own is registered in the same way, and a control for it in
:mod:`encdec_widgets.widgets.controls.inputs`, if none of the present ones suits it.
"""

import difflib
import math
import numbers
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from encdec_widgets.architectures.fields.layer_names import (
    LONGEST_LAYER_NAME,
    as_part_of_layer_name,
    is_part_of_layer_name,
)
from encdec_widgets.architectures.fields.numeric import (
    as_items,
    as_number,
    is_number,
    is_whole,
    real_numbers,
    whole_numbers,
)
from encdec_widgets.formatting import printable

if TYPE_CHECKING:
    from encdec_widgets.architectures.fields.info import FieldInfo

# The largest whole number up to which a page, whose numbers are all floats, can tell every one from the next.
_EXACT = 2**53


class Kind:
    """What all fields of one kind have in common. The bounds of a single field are in its ``FieldInfo``.

    Attributes:
        name: The word that stands in ``FieldInfo.kind``.
    """

    name: ClassVar[str]

    def accept(self, info: "FieldInfo", value: Any) -> Any:
        """The value as the field keeps it; None if the field does not take it."""
        raise NotImplementedError(f"{type(self).__name__} must define accept.")

    def allowed(self, info: "FieldInfo") -> str:
        """What is allowed, in words that end a sentence such as "filters must be ..."."""
        raise NotImplementedError(f"{type(self).__name__} must define allowed.")

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """Values that the field takes in place of one that it does not, the nearest first."""
        return (info.default,)

    def nearest_working(self, info: "FieldInfo", near: Any, works: Callable[[Any], bool]) -> Any:
        """The value next to ``near`` that goes with all other fields, as ``works`` tells; None where none is found."""
        return next(filter(works, self.others(info, near)), None)

    def others(self, info: "FieldInfo", near: Any) -> Iterable[Any]:
        """Some values within the bounds, those that are most like ``near`` first."""
        return self.values_to_try(info)

    @property
    def can_be_tried(self) -> bool:
        """Whether other values can be tried one after the other: where the kind defines ``values_to_try``."""
        return type(self).values_to_try is not Kind.values_to_try

    def values_to_try(self, info: "FieldInfo") -> tuple[Any, ...]:
        """Values across the range of the field, to see what they lead to."""
        return ()

    def control(self, info: "FieldInfo") -> str:
        """The control that shows the field: "slider", "checkbox", "dropdown", "text" or a registered one."""
        return "text"

    def hint(self) -> str:
        """What stands in an empty text box of such a field; empty for nothing."""
        return ""

    def text(self, value: Any) -> str:
        """A value as a person types it; one that the field does not take is written as it is."""
        return "" if value is None else str(value)

    def read(self, text: str) -> Any:
        """What a typed text stands for; what cannot be read stays a text, which the field then refuses by name."""
        return text

    def bounds_of(self, default: Any) -> dict[str, Any] | None:
        """The bounds of a field of which only a default is known; None if the default is not of this kind."""
        return None


class Flag(Kind):
    """True or False."""

    name = "flag"

    def accept(self, info: "FieldInfo", value: Any) -> bool | None:
        """True and False alone: 1 and 0 are numbers."""
        return value if isinstance(value, bool) else None

    def allowed(self, info: "FieldInfo") -> str:
        """Both values."""
        return "True or False"

    def values_to_try(self, info: "FieldInfo") -> tuple[Any, ...]:
        """Both values."""
        return (False, True)

    def control(self, info: "FieldInfo") -> str:
        """A box to tick."""
        return "checkbox"

    def bounds_of(self, default: Any) -> dict[str, Any] | None:
        """It has none."""
        return {} if isinstance(default, bool) else None


def _bound_text(bound: float) -> str:
    """A bound with all its digits, where it is a whole number that a person would write so."""
    return f"{bound:g}" if abs(bound) < 1e6 or abs(bound) >= 1e16 else f"{bound:,.16g}"


class _Number(Kind):
    """What whole numbers and numbers with a fraction have in common."""

    words: ClassVar[str]

    def allowed(self, info: "FieldInfo") -> str:
        """The bounds."""
        return f"{self.words} from {_bound_text(info.minimum)} to {_bound_text(info.maximum)}"

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """The nearest number within the bounds."""
        number = as_number(value)
        return (
            (info.default,) if number is None else self.nearest(min(max(number, info.minimum), info.maximum))
        )

    def nearest(self, number: float) -> tuple[float, ...]:
        """Numbers of this kind next to one within the bounds."""
        return (number,)

    def values_to_try(self, info: "FieldInfo") -> tuple[Any, ...]:
        """Numbers across the usual range, or else the default alone."""
        low, high = info.usual or (info.minimum, info.maximum)
        return self.across(low, high) if is_number(low) and is_number(high) else (info.default,)

    def others(self, info: "FieldInfo", near: Any) -> Iterable[Any]:
        """Numbers across the usual range, and across all that is allowed, the nearest first."""
        numbers = set(self.values_to_try(info))
        if is_number(info.minimum) and is_number(info.maximum):
            numbers.update(self.across(info.minimum, info.maximum))
        start = near if is_number(near) else info.minimum
        return sorted(filter(is_number, numbers), key=lambda number: abs(number - start))

    def across(self, low: float, high: float) -> tuple[float, ...]:
        """Numbers of this kind from ``low`` to ``high``."""
        raise NotImplementedError(f"{type(self).__name__} must define across.")

    def control(self, info: "FieldInfo") -> str:
        """A slider, or a text box where the number can be left out: no slider could show that."""
        return "text" if info.default is None else "slider"

    def hint(self) -> str:
        """An empty box is None."""
        return "none"

    def of_type(self, default: Any) -> bool:
        """Whether a bare default is a number of this kind."""
        raise NotImplementedError(f"{type(self).__name__} must define of_type.")

    def bounds_of(self, default: Any) -> dict[str, Any] | None:
        """Wide bounds, and a usual range around the default."""
        if not self.of_type(default) or not abs(default) <= _EXACT:  # NaN is not
            return None
        bound = max(1e9, abs(default))
        usual = (max(min(0, 2 * default), -bound), min(max(10, 4 * default), bound))
        return {"minimum": -bound, "maximum": bound, "usual": usual}


class Integer(_Number):
    """A whole number, such as a count of layers."""

    name, words = "integer", "a whole number"

    def accept(self, info: "FieldInfo", value: Any) -> int | None:
        """A whole number within the bounds, however it is written: 3, 3.0 or NumPy's 3."""
        return int(value) if is_whole(value) and info.minimum <= value <= info.maximum else None

    def nearest(self, number: float) -> tuple[float, ...]:
        """The whole numbers just below and just above."""
        return tuple(dict.fromkeys((math.floor(number), math.ceil(number))))

    def nearest_working(self, info: "FieldInfo", near: Any, works: Callable[[Any], bool]) -> Any:
        """Of the numbers between one that works and ``near``, found by halves."""
        found = super().nearest_working(info, near, works)
        while found is not None and is_number(near) and abs(near - found) > 1:
            middle = int(found + near) // 2
            found, near = (middle, near) if works(middle) else (found, middle)
        return found

    def across(self, low: float, high: float) -> tuple[float, ...]:
        """Whole numbers."""
        return whole_numbers(low, high)

    def read(self, text: str) -> Any:
        """A whole number, or None of an empty text."""
        try:
            return int(text) if text.strip() else None
        except ValueError:
            return text

    def of_type(self, default: Any) -> bool:
        """An int."""
        return isinstance(default, int)


class Real(_Number):
    """A number that may have a fraction, such as a growth rate."""

    name, words = "real", "a number"

    def accept(self, info: "FieldInfo", value: Any) -> float | None:
        """A number within the bounds."""
        if not (is_number(value) and info.minimum <= value <= info.maximum):
            return None
        return int(value) if isinstance(value, numbers.Integral) else float(value)

    def across(self, low: float, high: float) -> tuple[float, ...]:
        """Numbers in even steps."""
        return real_numbers(low, high)

    def text(self, value: Any) -> str:
        """A number as a person types it: 60, not 60.0."""
        return super().text(value).removesuffix(".0") if isinstance(value, float) else super().text(value)

    def read(self, text: str) -> Any:
        """A number, or None of an empty text."""
        try:
            return float(text) if text.strip() else None
        except ValueError:
            return text

    def of_type(self, default: Any) -> bool:
        """A float."""
        return isinstance(default, float)


class Choice(Kind):
    """One of a few names."""

    name = "choice"

    def accept(self, info: "FieldInfo", value: Any) -> str | None:
        """One of the names, letter for letter."""
        return value if isinstance(value, str) and value in info.choices else None

    def allowed(self, info: "FieldInfo") -> str:
        """All names."""
        return "one of " + ", ".join(repr(choice) for choice in info.choices)

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """Names that are spelt alike, or else the default, or else all."""
        usual = info.choices if info.default is None and info.choices else (info.default,)
        if not isinstance(value, str):
            return usual
        alike = [choice for choice in info.choices if choice.lower() == value.lower()]
        return tuple(alike or difflib.get_close_matches(value, info.choices, n=2, cutoff=0.4) or usual)

    def values_to_try(self, info: "FieldInfo") -> tuple[Any, ...]:
        """All names."""
        return info.choices

    def control(self, info: "FieldInfo") -> str:
        """A list to choose from."""
        return "dropdown"


class Text(Kind):
    """Any text."""

    name = "text"

    def accept(self, info: "FieldInfo", value: Any) -> str | None:
        """A text that can be saved and sent."""
        return value if isinstance(value, str) and printable(value) == value else None

    def allowed(self, info: "FieldInfo") -> str:
        """It is no half of a character."""
        return "a text that can be written as UTF-8"

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """The same text, with escapes in place of what cannot be written."""
        return (printable(value),) if isinstance(value, str) else (info.default,)

    def bounds_of(self, default: Any) -> dict[str, Any] | None:
        """It has none."""
        return {} if isinstance(default, str) else None


class LayerName(Kind):
    """A text that becomes part of layer names."""

    name = "layer name"

    def accept(self, info: "FieldInfo", value: Any) -> str | None:
        """A text of the signs with which layers can be run on every backend, and in every way."""
        return value if isinstance(value, str) and is_part_of_layer_name(value) else None

    def allowed(self, info: "FieldInfo") -> str:
        """The signs that it may contain."""
        return f'at most {LONGEST_LAYER_NAME} letters (A to Z), digits, "_" and "-"'

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """The same text, with "_" in place of what it must not contain."""
        return (as_part_of_layer_name(value),) if isinstance(value, str) else (info.default,)


class Counts(Kind):
    """A tuple of whole numbers, such as the number of layers of every block."""

    name = "counts"

    def accept(self, info: "FieldInfo", value: Any) -> tuple[int, ...] | None:
        """As many whole numbers as the field can have, each within the bounds."""
        items = as_items(value)
        if items is None or not info.lengths[0] <= len(items) <= info.lengths[1]:
            return None
        within = [item for item in items if is_whole(item) and info.minimum <= item <= info.maximum]
        return tuple(map(int, within)) if len(within) == len(items) else None

    def allowed(self, info: "FieldInfo") -> str:
        """How many numbers, and their bounds."""
        fewest, most = info.lengths
        return f"{fewest} to {most} whole numbers from {_bound_text(info.minimum)} to {_bound_text(info.maximum)}"

    def suggestions(self, info: "FieldInfo", value: Any) -> tuple[Any, ...]:
        """The same numbers within the bounds, as many as there can be; the default of what is no list of numbers."""
        received = [as_number(item) for item in as_items(value) or ()][: info.lengths[1]]
        inside = [min(max(item, info.minimum), info.maximum) for item in received if item is not None]
        if not inside or len(inside) < len(received):
            return (info.default,)
        inside += inside[-1:] * (info.lengths[0] - len(inside))
        return (tuple(map(math.floor, inside)),)

    def others(self, info: "FieldInfo", near: Any) -> Iterable[Any]:
        """The same numbers, with the last ones left out or the last one repeated; or all equal to the first."""
        fewest, most = info.lengths
        lengths = sorted(range(fewest, most + 1), key=lambda length: abs(length - len(near)))
        yield from ((*near[:length], *near[-1:] * (length - len(near))) for length in lengths if near)
        first = (*near, *info.default, int(info.minimum))[:1]
        yield from (first * length for length in lengths)

    def hint(self) -> str:
        """An example."""
        return "such as 4, 5, 7"

    def text(self, value: Any) -> str:
        """The numbers with commas between."""
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else super().text(value)

    def read(self, text: str) -> Any:
        """The numbers, with commas or spaces between."""
        try:
            return tuple(int(number) for number in text.replace(",", " ").split())
        except ValueError:
            return text


KINDS: dict[str, Kind] = {}
"""The kinds by name. Of a bare default, the first kind that it is of counts: True is a flag, and an int as well."""


def register(kind: Kind) -> Kind:
    """Let fields be of a further kind: ``FieldInfo(kind=kind.name, ...)``."""
    KINDS[kind.name] = kind
    return kind


for _kind in (Flag(), Integer(), Real(), Choice(), Text(), LayerName(), Counts()):
    register(_kind)
