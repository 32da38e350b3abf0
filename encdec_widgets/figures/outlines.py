"""Outlines of the boxes that are selected."""

from collections.abc import Collection, Mapping

from encdec_widgets.figures.geometry import Box, Point
from encdec_widgets.figures.palette import BLACK, WHITE

LINES = {"outline, light": (WHITE, 6.0), "outline": (BLACK, 3.0)}
"""Colour and width in px of a light line and of the dark line on it, which show on any page and on any box."""


def outlines(places: Mapping[str, Box], selected: Collection[str]) -> list[list[Point]]:
    """Paths around the boxes that are selected; neighbours in one row share a path.

    Args:
        places: The boxes, by name.
        selected: Names of the selected boxes; names that have no box are left out.
    """
    runs: list[list[Box]] = []
    for place in sorted((places[name] for name in set(selected) if name in places), key=lambda box: box.x):
        if runs and runs[-1][-1].y == place.y and place.x - runs[-1][-1].x <= 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [_around(run[0].left, run[-1].right, run[0].bottom, run[0].top) for run in runs]


def _around(left: float, right: float, bottom: float, top: float) -> list[Point]:
    corner = (left, bottom)
    # The path goes on to the second corner, so that the line is joined at the first one as at the others.
    return [corner, (left, top), (right, top), (right, bottom), corner, (left, top)]
