"""A field that takes only some of the values of its kind, because the layers would ignore all others."""

from collections.abc import Iterable
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError, FieldInfo, Need, field
from encdec_widgets.architectures.fields.laws import FEWER_PIXELS, Law


@attrs.frozen(kw_only=True)
class FewValuesInfo(FieldInfo):
    """What is known of such a field.

    Attributes:
        values: The values that it takes.
    """

    values: tuple[Any, ...]

    def accept(self, field: str, value: Any) -> Any:
        """Return ``value`` as this field keeps it.

        Raises:
            FieldError: If it is none of the values.
        """
        accepted = super().accept(field, value)
        if accepted not in self.values:
            raise FieldError(field, value, f"must be {self.allowed()}", self.suggestions(value))
        return accepted

    def inert(self, owner: Any) -> str | None:
        """A field with a single value says that it is always that."""
        if len(self.values) == 1:
            value = self.values[0]
            return f"Always {'on' if value is True else value} in this block."
        return super().inert(owner)

    def allowed(self) -> str:
        """All values."""
        *others, last = map(str, self.values)
        return f"{', '.join(others)} or {last}" if others else f"{last}, the only value this block has"

    def suggestions(self, value: Any) -> tuple[Any, ...]:
        """The nearest below and above."""
        near = super().suggestions(value)[0]
        below = [possible for possible in self.values if possible <= near][-1:]
        above = [possible for possible in self.values if possible >= near][:1]
        return tuple(dict.fromkeys(sorted(below + above, key=lambda possible: abs(possible - near))))


def few_values(
    default: Any,
    values: tuple[Any, ...],
    *,
    help: str,
    group: str,
    unit: str = "",
    needs: Iterable[Need] = (),
    laws: Iterable[Law] = (),
) -> Any:
    """A flag or a whole number of which only some values are possible.

    Args:
        default: The value when none is given.
        values: All possible values, the least first.
        help: As of any field (:class:`~encdec_widgets.architectures.fields.info.FieldInfo`); so are the others.
        group: See ``help``.
        unit: See ``help``.
        needs: See ``help``.
        laws: See ``help``.
    """
    numbers = {} if isinstance(default, bool) else {"minimum": values[0], "maximum": values[-1]}
    return field(
        FewValuesInfo(
            kind="flag" if isinstance(default, bool) else "integer",
            default=default,
            values=values,
            usual=(values[0], values[-1]) if numbers else None,
            help=help,
            group=group,
            unit=unit,
            needs=tuple(needs),
            laws=tuple(laws),
            **numbers,
        )
    )


STEM_STRIDES = (1, 2, 4)
"""Strides that the stem of an hourglass can have."""


def stem_stride_field(help: str, *, group: str, needs: Iterable[Need] = ()) -> Any:
    """How many times smaller the stem of an hourglass makes the map: one of ``STEM_STRIDES``."""
    return few_values(4, STEM_STRIDES, help=help, group=group, unit="×", needs=needs, laws=(FEWER_PIXELS,))
