"""Colours boxes by a number for each block, such as a measured time."""

import itertools
import math
from collections.abc import Callable, Mapping

import attrs
from plotly.colors import sample_colorscale, unlabel_rgb

from encdec_widgets.figures.palette import SCALE
from encdec_widgets.formatting import percent_text, quantity_text, quoted

STEPS = 12
"""Colours of a scale in the picture."""
_NAMED = 4  # more blocks than this are counted, not listed by name


def _finite(colouring: "Colouring", _: object, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(
                f"{colouring.title} of {quoted(name)} is {value} {colouring.unit}; a block takes a finite number, "
                "or is left out if it has none"
            )


def _copied(values: Mapping[str, float]) -> dict[str, float]:
    return dict(values)


@attrs.frozen
class Colouring:
    """A number for each block, and the colours that show it.

    The scale is linear and begins at 0, so that twice the value is twice as far along the scale. It begins below 0 only
    if a value is negative.

    Attributes:
        title: Name of the number, such as "time".
        unit: Its unit, such as "ms"; empty for a plain count.
        values: The number by the name of the block; a block that is not in it has no value.
        text: Writes a number as text, without its unit.
        adds_up: Whether the numbers of all blocks add up to that of the network.
        without: The words for a block whose value is not known. If empty, blocks without a value have none, and the
            words are "no" and the title.

    Raises:
        ValueError: If a value is not finite.
    """

    title: str
    unit: str
    values: Mapping[str, float] = attrs.field(converter=_copied, validator=_finite)
    text: Callable[[float], str] = quantity_text
    adds_up: bool = False
    without: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """The values at the two ends of the scale."""
        values = [0.0, *self.values.values()]
        return min(values), max(values)

    @property
    def half(self) -> tuple[str, ...]:
        """The largest blocks, which together have half of the whole or more; none if numbers do not add up."""
        total = sum(self.values.values())
        if not self.adds_up or total <= 0:
            return ()
        names = sorted(self.values, key=self.values.__getitem__, reverse=True)
        sums = itertools.accumulate(self.values[name] for name in names)
        last = names[next(place for place, reached in enumerate(sums) if 2 * reached >= total)]
        return tuple(name for name in names if self.values[name] >= self.values[last])

    def step(self, name: str) -> str:
        """The step of the scale that shows the value of a block: ``"value 0"`` to ``"value 11"``, or ``"no value"``."""
        if name not in self.values:
            return "no value"
        least, most = self.ends
        share = (self.values[name] - least) / ((most - least) or 1.0)
        return f"value {min(int(STEPS * share), STEPS - 1)}"

    @property
    def nothing(self) -> str:
        """The words for a block without a value."""
        return self.without or f"no {self.title}"

    def written(self, name: str, *, unit: bool = True) -> str:
        """The value of a block as it is written beside it, such as "4.21 ms"; empty if it has none."""
        if name not in self.values:
            return ""
        number = self.text(self.values[name])
        return f"{number} {self.unit}".rstrip() if unit else number

    def said(self, name: str) -> str:
        """The value of a block in words, such as "time 4.21 ms" or "no time"."""
        return f"{self.title} {self.written(name)}" if name in self.values else self.nothing


def luminance(colour: str) -> float:
    """The relative luminance of a colour ``#rrggbb``, from 0 to 1, as WCAG 2.2 defines it."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def half_text(colouring: Colouring, labels: Mapping[str, str]) -> str:
    """Where most of it is: "54 % of it in enc5, enc6"; empty where that is not known.

    Args:
        colouring: What the colours show.
        labels: Labels of the blocks, by name.
    """
    names = [labels[name] for name in colouring.half if name in labels]
    unknown = colouring.without and labels.keys() - colouring.values.keys()
    if not names or unknown:  # If a value is unknown, so is half of the whole.
        return ""
    many = len(names) > _NAMED
    where = f"{len(names)} of {len(colouring.values)} blocks" if many else ", ".join(names)
    share = sum(colouring.values[name] for name in colouring.half) / sum(colouring.values.values())
    return f"{percent_text(share)} of it in {where}"


def scale_colour(fill: str, least: float = 0.0) -> str:
    """The colour of a step that :meth:`Colouring.step` names, as ``#rrggbb``.

    Args:
        fill: The step.
        least: Where the first step is on the scale, from 0 to 1: on a dark page its dark end can't be seen.

    >>> scale_colour("value 0"), scale_colour("value 11"), scale_colour("value 0", 0.37)
    ('#440154', '#fde725', '#2f6c8e')
    """
    return _at(least + (1 - least) * int(fill.removeprefix("value ")) / (STEPS - 1))


def _at(share: float) -> str:
    """The colour at a share of the scale, as ``#rrggbb``."""
    red, green, blue = unlabel_rgb(sample_colorscale(SCALE, [share])[0])
    return f"#{round(red):02x}{round(green):02x}{round(blue):02x}"
