"""Which rows of a sweep have a design."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.custom import CustomEncoderDecoder
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.variants import current_value

if TYPE_CHECKING:
    from encdec_widgets.explore.sweep import Row

_ANYTHING = object()


def rows_of_design(rows: "Sequence[Row]", design: Design) -> tuple[int, ...]:
    """The indexes of the rows that have a design: one at most, or none.

    Most rows have other values in their fields, another family or another input, which is found without making a
    design. Those that may have it make theirs once.

    Args:
        rows: The rows of one sweep.
        design: The design.
    """
    held = {path: _value_at(design, path) for row in rows[:1] for path in row.values}
    return tuple(
        row.index
        for row in rows
        if all(held.get(path, _ANYTHING) in (_ANYTHING, value) for path, value in row.values.items())
        and _is_of_its_family_and_input(row, design)
        and row.design == design
    )


def _is_of_its_family_and_input(row: "Row", design: Design) -> bool:
    """Whether a row may have a design, as far as can be told without making its own."""
    # Values in single blocks make a network of free blocks.
    families = (type(row.base.architecture), CustomEncoderDecoder)
    return ("architecture" in row.values or type(design.architecture) in families) and (
        "input_shape" in row.values or row.base.input_shape == design.input_shape
    )


def _value_at(design: Design, path: str) -> Any:
    """The value of a field; what stands for any where the design has no such field, or not one alone."""
    try:
        return design.input_shape if path == "input_shape" else current_value(design, path)
    except (AttributeError, StopIteration, LookupError, TypeError, ValueError):
        return _ANYTHING
