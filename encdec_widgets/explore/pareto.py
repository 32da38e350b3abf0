"""The Pareto front: the designs that no other design beats in every figure that counts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias

import attrs

from encdec_widgets.explore.several_devices import several_devices
from encdec_widgets.formatting import counted, listed, quoted

Direction: TypeAlias = Literal["low", "high"]
_DIRECTIONS = ("low", "high")
_Point: TypeAlias = tuple[Any, ...]
"""The figures of a row in the order of the aims, each with the sign with which less is better."""
_TIME = "time_ms"


@attrs.frozen(kw_only=True)
class Front:
    """Which rows are on the Pareto front, and what beats the others. Rows go by their numbers, from 0.

    One row dominates another if it is as good in every aim and better in one. The front are the rows that none
    dominates; rows with the same figures are on it together.

    Attributes:
        aims: By figure, whether "low" or "high" is better.
        count: How many rows there are.
        indices: The rows on the front, ordered from the best to the worst in the first aim.
        dominated_by: Of each dominated row, one row on the front that dominates it: see :meth:`dominating` for all.
        not_compared: Why a row was left out, such as a figure that is not known.
        notices: What to know before rows are compared, such as times of different devices; a sentence each.
    """

    aims: Mapping[str, Direction]
    count: int
    indices: tuple[int, ...]
    dominated_by: Mapping[int, int] = attrs.field(repr=False)
    not_compared: Mapping[int, str] = attrs.field(repr=False)
    notices: tuple[str, ...] = ()
    _points: Mapping[int, _Point] = attrs.field(repr=False, eq=False, alias="points")

    def state(self, index: int) -> Literal["front", "dominated", "not compared"]:
        """Where a row stands.

        Raises:
            IndexError: If there is no such row.
        """
        self._require(index)
        if index in self.not_compared:
            return "not compared"
        return "dominated" if index in self.dominated_by else "front"

    def dominating(self, index: int) -> tuple[int, ...]:
        """All rows that dominate a row, in the order of the rows.

        Raises:
            IndexError: If there is no such row.
        """
        self._require(index)
        point = self._points.get(index)
        if point is None:
            return ()
        return tuple(i for i in sorted(self._points) if _dominates(self._points[i], point))

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return {
            "aims": dict(self.aims),
            "count": self.count,
            "indices": list(self.indices),
            "dominated_by": dict(self.dominated_by),
            "not_compared": dict(self.not_compared),
            "notices": list(self.notices),
        }

    def _require(self, index: int) -> None:
        if not 0 <= index < self.count:
            raise IndexError(
                f"There is no such row. Received: {quoted(index)}. Would work: 0 to {self.count - 1}."
            )

    def __str__(self) -> str:
        """How many rows are on it, in one line."""
        aims = listed(f"{name} ({direction})" for name, direction in self.aims.items())
        others = [f"{len(self.dominated_by)} dominated", f"{len(self.not_compared)} not compared"]
        told = ", ".join(text for text in others if not text.startswith("0 "))
        return f"{len(self.indices)} of {counted(self.count, 'row')} on the front of {aims}" + (
            f"; {told}" if told else ""
        )


def pareto(rows: Iterable[Any], aims: Mapping[str, Direction]) -> Front:
    """Find the Pareto front of some rows.

    With two aims it takes n log n steps for n rows; with more of them, each row is held against the front.

    Args:
        rows: Rows of a sweep or of a comparison, anything else that has ``figures``, or plain mappings of figures.
        aims: By the name of a figure, whether "low" or "high" is better.

    Returns:
        The front. A row without one of the figures, or whose figure is no number (NaN), is not compared. An infinite
        figure is: a receptive field of the whole image is larger than any other.

    Raises:
        ValueError: If there are no aims, if an aim is neither "low" nor "high", or if no row has such a figure.
        TypeError: If a row has no figures.

    Example:
        >>> from encdec_widgets import pareto
        >>> rows = [
        ...     {"parameters": 100, "receptive_field": 60},
        ...     {"parameters": 900, "receptive_field": 220},
        ...     {"parameters": 950, "receptive_field": 108},
        ... ]
        >>> front = pareto(rows, {"parameters": "low", "receptive_field": "high"})
        >>> front.indices, front.dominated_by
        ((0, 1), {2: 1})
        >>> print(front)
        2 of 3 rows on the front of parameters (low) and receptive_field (high); 1 dominated
    """
    checked = _aims(aims)
    kept = list(rows)
    of_rows = [_figures(row) for row in kept]
    known = dict.fromkeys(name for figures in of_rows for name in figures)
    for name in checked:
        if kept and name not in known:
            raise ValueError(
                f"No row has this figure. Received: {quoted(name)}. Would work: {', '.join(map(repr, known))}."
            )
    points: dict[int, _Point] = {}
    not_compared: dict[int, str] = {}
    for index, figures in enumerate(of_rows):
        why = next(filter(None, (_unknown(figures, name) for name in checked)), "")
        if why:
            reason = getattr(kept[index], "reason", None)
            not_compared[index] = str(reason) if reason else why
        else:
            points[index] = tuple(_signed(figures[name], direction) for name, direction in checked.items())
    # A row that dominates another comes before it in this order; of equal rows, the first one does.
    ordered = sorted(points, key=points.__getitem__)
    front, dominated_by = (_of_two if len(checked) == 2 else _of_any)(ordered, points)
    return Front(
        aims=checked,
        count=len(kept),
        indices=tuple(front),
        dominated_by=dict(sorted(dominated_by.items())),
        not_compared=not_compared,
        notices=_notices(checked, [kept[index] for index in points]),
        points=points,
    )


def _of_two(ordered: Sequence[int], points: Mapping[int, _Point]) -> tuple[list[int], dict[int, int]]:
    """The front of two aims: in order of the first, a row is on it if its second figure is the best so far."""
    front: list[int] = []
    dominated_by: dict[int, int] = {}
    for index in ordered:
        best = points[front[-1]] if front else None
        if best is None or points[index][1] < best[1] or points[index] == best:
            front.append(index)
        else:
            dominated_by[index] = front[-1]
    return front, dominated_by


def _of_any(ordered: Sequence[int], points: Mapping[int, _Point]) -> tuple[list[int], dict[int, int]]:
    """The front of any number of aims: each row is held against the front so far."""
    front: list[int] = []
    dominated_by: dict[int, int] = {}
    for index in ordered:
        by = next((other for other in front if _dominates(points[other], points[index])), None)
        if by is None:
            front.append(index)
        else:
            dominated_by[index] = by
    return front, dominated_by


def _dominates(one: _Point, other: _Point) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def _aims(aims: Any) -> dict[str, Direction]:
    if not isinstance(aims, Mapping) or not aims:
        raise ValueError(
            'Aims say of figures whether "low" or "high" is better. '
            f'Received: {quoted(aims)}. Would work: {{"parameters": "low", "receptive_field": "high"}}.'
        )
    for name, direction in aims.items():
        if direction not in _DIRECTIONS:
            raise ValueError(
                f'An aim is "low" or "high". Received: {quoted(name)}: {quoted(direction)}. '
                "Would work: 'low' or 'high'."
            )
    return dict(aims)


def _figures(row: Any) -> Mapping[str, Any]:
    found = row if isinstance(row, Mapping) else getattr(row, "figures", None)
    if not isinstance(found, Mapping):
        raise TypeError(
            f"A row has figures, or is a mapping of them. Received: {quoted(row)}. "
            'Would work: rows of a sweep, or {"parameters": 477744, "receptive_field": 108}.'
        )
    return found


def _unknown(figures: Mapping[str, Any], name: str) -> str:
    """Why a figure can't be compared; empty if it can."""
    value = figures.get(name)
    if value is None:
        return f"{name} is not known"
    if isinstance(value, bool) or not isinstance(value, Real):
        return f"{name} is no number: {quoted(value)}"
    return f"{name} is no number (NaN)" if math.isnan(value) else ""


def _signed(value: Any, direction: Direction) -> int | float:
    """A figure with the sign with which less is better; whole numbers stay exact, however large."""
    number = int(value) if isinstance(value, Integral) else float(value)
    return number if direction == "low" else -number


def _notices(aims: Mapping[str, Direction], rows: Sequence[Any]) -> tuple[str, ...]:
    """Times that were measured on different devices are not alike."""
    if _TIME not in aims:
        return ()
    said = several_devices(getattr(row, "device", None) for row in rows)
    return (said,) if said else ()
