"""The grid of a sweep: every combination of values of some fields, each with its index."""

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.fields.info import NoFieldError
from encdec_widgets.architectures.fields.working import trying
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.paths import info_at, no_field
from encdec_widgets.formatting import exact_text, quoted

MOST_ROWS = 1_000_000
"""A grid with more combinations than this is taken for a mistake."""


@attrs.frozen
class Grid:
    """Combinations of values, counted as nested loops would: the values of the last field change fastest.

    Attributes:
        values: The values of each field, by its path.

    Example:
        >>> grid = Grid({"filters": (8, 16), "up_interpolate": (True, False)})
        >>> len(grid), grid.at(2)
        (4, {'filters': 16, 'up_interpolate': True})
    """

    values: Mapping[str, tuple[Any, ...]]

    def __len__(self) -> int:
        return math.prod(map(len, self.values.values()))

    def at(self, index: int) -> dict[str, Any]:
        """The combination of an index: a value by the path of each field."""
        found = {}
        for path, values in reversed(list(self.values.items())):
            index, place = divmod(index, len(values))
            found[path] = values[place]
        return {path: found[path] for path in self.values}


def grid_of(design: Design, asked: Any) -> Grid:
    """The grid that was asked for.

    Args:
        design: The design in which values are replaced.
        asked: Values by path: a range, a list, an array or anything else with an end that gives them in order.

    Raises:
        FieldError: (a ValueError) If there is no such field, or none of its values can ever be one of it.
        TypeError: If it is no mapping, or values are not given in order.
        ValueError: If there are no fields or no values, or more than :data:`MOST_ROWS` combinations.
    """
    if not isinstance(asked, Mapping):
        raise TypeError(
            f"A grid has values by field, such as {{'filters': [8, 16]}}. Received: {quoted(asked)}."
        )
    if not asked:
        raise ValueError("A grid has one field at least, such as {'filters': [8, 16]}. Received: {}.")
    for path in asked:
        if not isinstance(path, str):
            raise no_field(path, asked[path])
    grid = Grid({path: _values(path, values) for path, values in asked.items()})
    count = math.prod(map(len, grid.values.values()))  # len() of an object takes no number this large
    if count > MOST_ROWS:
        raise ValueError(
            f"A grid has at most {exact_text(MOST_ROWS)} combinations. Received: {exact_text(count)}; leave out "
            "values, or sweep some of the fields first."
        )
    for path, of_field in grid.values.items():
        _require_possible(design, path, of_field, alone=len(grid.values) == 1)
    return grid


def _values(path: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes, Mapping, set, frozenset)) or not isinstance(values, Iterable):
        raise TypeError(
            f"A grid has several values of {quoted(path)} in order: a list or a range, [{quoted(values)}] for a single "
            f"one. Received: {quoted(values)}."
        )
    # One that never ends is noticed here.
    found = tuple(map(_plain, itertools.islice(values, MOST_ROWS + 1)))
    if not found:
        raise ValueError(f"A grid has one value of {quoted(path)} at least. Received none: {quoted(values)}.")
    return found


def _plain(value: Any) -> Any:
    """A number of NumPy's as Python has it, so that it can be written down."""
    return value.item() if isinstance(value, np.generic) else value


def _require_possible(design: Design, path: str, values: tuple[Any, ...], *, alone: bool) -> None:
    """Refuse what is a mistake and no impossible combination: a field that is not there, values that it never takes."""
    try:
        with trying():
            design.replace(path, values[0])
    except NoFieldError:
        # Another field may lead to it: four levels more have an encoder[7].
        if alone or "[" not in path:
            raise
    except Exception:  # noqa: BLE001 - a user's class may raise anything; that is for the row to say
        pass
    info = info_at(design.architecture, path)
    if info is None:
        return
    refusals = []
    for value in values:
        try:
            info.accept(path, value)
        except FieldError as error:
            refusals.append(error)
        else:
            return
    raise refusals[0]
