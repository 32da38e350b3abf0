"""Designs as points, as plain values that any drawing reads."""

from collections.abc import Iterable

import attrs

from encdec_widgets.figures.colour_scale import STEPS
from encdec_widgets.figures.designs.axis import Axis, Quantity, axis_of

SMALLEST, USUAL, LARGEST = 9.0, 11.0, 18.0
"""Sides of points, in px."""
_DOMINATED = 0.75
"""A point that is dominated is so much smaller."""


@attrs.frozen(kw_only=True)
class Dot:
    """One design.

    Attributes:
        name: What it is known by.
        label: What distinguishes it from the others, such as "filters 16, up interpolate on".
        short: The same for where there is less room, such as "16 · on".
        x: Its figures.
        y: See ``x``.
        third: The figure that gives it colour and size; None where it has none.
        on_front: Whether no other one dominates it.
        words: All that is known of it, a line each.
        current: Whether it is the one that is being edited.
    """

    name: str
    label: str
    short: str = ""
    x: float
    y: float
    third: float | None = None
    on_front: bool = False
    words: tuple[str, ...] = ()
    current: bool = False

    @property
    def said(self) -> str:
        """It in one line, as it is read aloud."""
        stands = "on the Pareto front" if self.on_front else "dominated"
        return ", ".join(
            (self.label, *self.words, stands, *(("the present design",) if self.current else ()))
        )


@attrs.frozen(kw_only=True)
class Cloud:
    """Designs, two of their figures against each other.

    Attributes:
        dots: The designs, in any order.
        x: What goes to the right.
        y: What goes up.
        third: What gives colour and size, if anything.
        notes: What to know of them: how many are on the front, and which are not drawn; a sentence each.
    """

    dots: tuple[Dot, ...]
    x: Quantity
    y: Quantity
    third: Quantity | None = None
    notes: tuple[str, ...] = ()

    @property
    def front(self) -> list[Dot]:
        """Those on the front, from left to right."""
        return sorted((dot for dot in self.dots if dot.on_front), key=lambda dot: (dot.x, dot.y))

    @property
    def x_axis(self) -> Axis:
        """The axis below."""
        return axis_of(self.x, (dot.x for dot in self.dots))

    @property
    def y_axis(self) -> Axis:
        """The axis at the left."""
        return axis_of(self.y, (dot.y for dot in self.dots))

    @property
    def shades(self) -> "Shades":
        """Colours and sizes of the points."""
        return Shades(self.third, self.dots)


class Shades:
    """Colour and size of points: by a third figure, the larger the larger; without one, by where they stand."""

    def __init__(self, third: Quantity | None, dots: Iterable[Dot]) -> None:
        """Read the numbers of all ``dots``."""
        values = [dot.third for dot in dots if dot.third is not None]
        self._axis = axis_of(third, values) if third is not None and values else None
        shares = [self._axis.share(value) for value in values] if self._axis else []
        self._least, self._most = min(shares, default=0.0), max(shares, default=1.0)
        places = [self._axis.place(value) for value in values] if self._axis else []
        self.ends = (values[places.index(min(places))], values[places.index(max(places))]) if places else None
        """The numbers at the two ends of the scale; None where nothing is coloured."""

    def share(self, dot: Dot) -> float | None:
        """Where the number of a point is between the least, 0, and the most, 1; None where it has none."""
        if self._axis is None or dot.third is None:
            return None
        return (self._axis.share(dot.third) - self._least) / ((self._most - self._least) or 1.0)

    def fill(self, dot: Dot) -> str:
        """The colour, as :mod:`encdec_widgets.figures.parts` names it."""
        share = self.share(dot)
        if self._axis is None:
            return "encoder" if dot.on_front else "input"
        return "no value" if share is None else f"value {min(int(STEPS * share), STEPS - 1)}"

    def side(self, dot: Dot) -> float:
        """The side of a point, in px."""
        share = self.share(dot)
        side = USUAL if share is None else SMALLEST + share * (LARGEST - SMALLEST)
        return side if dot.on_front else side * _DOMINATED
