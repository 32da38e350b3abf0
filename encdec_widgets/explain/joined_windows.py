"""Windows one after the other and side by side: what a map depends on through several layers (exact).

The receptive field of a map is a :class:`Window` too, from the map to the image. Its ends count: they are the box of
the image that a position depends on, with or without gaps in it. Numbers are Python's integers, so that none is too
large.
"""

from itertools import pairwise
from math import gcd, lcm

from encdec_widgets.networks.windows import POINT, Window

LONGEST_PERIOD = 2**16
"""A window with a longer period is given up: it would take longer than it helps."""

_NOTHING = (0, -1)


def through(window: Window, seen: Window) -> Window | None:
    """What the output of a layer sees.

    Args:
        window: How it depends on its input; not :data:`encdec_widgets.networks.windows.WHOLE`.
        seen: What its input sees.

    Returns:
        The window from the output to what ``seen`` leads to; None where it would have more positions than
        :data:`LONGEST_PERIOD`.
    """
    if window is POINT:
        return seen
    common = gcd(seen.period, window.step)
    turns = seen.period // common
    if window.period * turns > LONGEST_PERIOD:
        return None
    box = _box_of_ends if _goes_forward(seen) else _box_of_all
    boxes = [
        box(seen, turn * window.step + first, turn * window.step + last, window.spacing)
        if first <= last
        else _NOTHING
        for turn in range(turns)
        for first, last in zip(window.first, window.last, strict=True)
    ]
    return _window(seen.step * (window.step // common), boxes)


def either(one: Window, other: Window) -> Window | None:
    """What a merge of two maps sees: the box around what both see.

    Returns:
        The window; None where the two move along the image at different paces, or where it would have more positions
        than :data:`LONGEST_PERIOD`.
    """
    if one is other:
        return one
    period = lcm(one.period, other.period)
    if one.step * other.period != other.step * one.period or period > LONGEST_PERIOD:
        return None
    pairs = zip(_repeated(one, period), _repeated(other, period), strict=True)
    return _window(one.step * (period // one.period), [_around(*pair) for pair in pairs])


def _window(step: int, boxes: list[tuple[int, int]]) -> Window:
    firsts, lasts = zip(*boxes, strict=True)
    return Window(period=len(boxes), step=step, first=firsts, last=lasts)


def _goes_forward(seen: Window) -> bool:
    """Whether both ends never go back from one position to the next, and no position sees nothing."""
    first, last = seen.first, seen.last
    if seen.period == 1:
        return first[0] <= last[0]
    return (
        all(a <= b for a, b in zip(first, last, strict=True))
        and all(a <= b for ends in (first, last) for a, b in pairwise(ends))
        and first[-1] <= first[0] + seen.step
        and last[-1] <= last[0] + seen.step
    )


def _box_of_ends(seen: Window, start: int, end: int, spacing: int) -> tuple[int, int]:
    """What positions from ``start`` to ``end`` see, where the first sees furthest back and the last furthest ahead."""
    turns, place = divmod(start, seen.period)
    later_turns, later_place = divmod(end, seen.period)
    return seen.first[place] + turns * seen.step, seen.last[later_place] + later_turns * seen.step


def _box_of_all(seen: Window, start: int, end: int, spacing: int) -> tuple[int, int]:
    """What every ``spacing``-th position from ``start`` to ``end`` sees, where any of them may see furthest."""
    box = _NOTHING
    for position in range(start, end + 1, spacing):
        turns, place = divmod(position, seen.period)
        first, last, by = seen.first[place], seen.last[place], turns * seen.step
        if first <= last:
            box = _around(box, (first + by, last + by))
    return box


def _around(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one[0] > one[1]:
        return other
    if other[0] > other[1]:
        return one
    return min(one[0], other[0]), max(one[1], other[1])


def _repeated(seen: Window, period: int) -> list[tuple[int, int]]:
    """The boxes of a longer period; those that are of nothing stay so, as both ends move alike."""
    return [
        (first + turn * seen.step, last + turn * seen.step)
        for turn in range(period // seen.period)
        for first, last in zip(seen.first, seen.last, strict=True)
    ]
