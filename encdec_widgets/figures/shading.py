"""How the parts of a scene look, for every drawing of it: corners and shades of a volume, and dashes of lines."""

from typing import NamedTuple

import attrs

from encdec_widgets.figures.colour_scale import scale_colour
from encdec_widgets.figures.palette import DARK, Palette
from encdec_widgets.figures.parts import Box, Point, Rect

_FRAME = 1.5  # px, of a hollow box
_LEAST_ON_DARK = 0.37
"""From here on, each colour of the scale has a contrast of 3:1 to a dark page."""


class Shade(NamedTuple):
    """A colour that is laid over another."""

    colour: str
    opacity: float


LIGHTER, DARKER = Shade("#FFFFFF", 0.25), Shade("#000000", 0.28)
"""The shades of the top and of the side of a box."""


class Look(NamedTuple):
    """How a line looks; ``role`` names its colour, as in :mod:`encdec_widgets.figures.parts`."""

    role: str
    width: float
    dash: str


DASHES = {
    "flow": Look("muted", 1.5, "solid"),
    "concatenation": Look("concatenation", 2.0, "solid"),
    "addition": Look("addition", 2.0, "dash"),
    "other": Look("head", 2.0, "longdashdot"),
    "possible": Look("border", 1.0, "dot"),
}
"""How lines look, by their kind."""


@attrs.frozen
class Hollow:
    """What makes a face empty: the colour of the page, laid over it inside a frame."""

    opacity: float

    def inside(self, box: Box) -> list[Point]:
        """The corners of the face inside its frame."""
        by = min(_FRAME, (box.right - box.left) / 4)
        return frame(Rect(box.left + by, box.right - by, box.top - by, box.bottom + by))[:4]


EMPTY = Hollow(0.88)


def colour_of(role: str, palette: Palette) -> str:
    """The colour of a role, as ``#rrggbb``.

    >>> from encdec_widgets.figures.palette import LIGHT
    >>> colour_of("encoder", LIGHT), colour_of("value 0", LIGHT), colour_of("no value", LIGHT)
    ('#2A6FB5', '#440154', '#818B98')
    """
    if role.startswith("value "):
        return scale_colour(role, _LEAST_ON_DARK if palette == DARK else 0.0)
    return str(getattr(palette, "border" if role == "no value" else role))


def edge_of(role: str, palette: Palette) -> str:
    """The colour of the line around a fill: of a scale, some colours are as dark or as bright as the page; else "".

    >>> from encdec_widgets.figures.palette import LIGHT
    >>> edge_of("value 11", LIGHT), edge_of("encoder", LIGHT)
    ('#818B98', '')
    """
    return palette.border if role.startswith("value ") else ""


def faces(box: Box) -> list[Point]:
    """The corners of a whole volume, which has the colour of its face."""
    d = box.depth
    return [
        (box.left, box.bottom),
        (box.left, box.top),
        (box.left + d, box.top + d),
        (box.right + d, box.top + d),
        (box.right + d, box.bottom + d),
        (box.right, box.bottom),
    ]


def tops(box: Box) -> list[Point]:
    """The corners of its top."""
    d = box.depth
    return [
        (box.left, box.top),
        (box.left + d, box.top + d),
        (box.right + d, box.top + d),
        (box.right, box.top),
    ]


def sides(box: Box) -> list[Point]:
    """The corners of its side."""
    d = box.depth
    return [
        (box.right, box.top),
        (box.right + d, box.top + d),
        (box.right + d, box.bottom + d),
        (box.right, box.bottom),
    ]


def frame(rect: Rect) -> list[Point]:
    """The path around a rectangle, closed."""
    corner = (rect.left, rect.bottom)
    return [
        corner,
        (rect.left, rect.top),
        (rect.right, rect.top),
        (rect.right, rect.bottom),
        corner,
    ]
