"""Outlines of the boxes that are selected."""

from collections.abc import Collection, Mapping
from typing import Any

from encdec_widgets.figures.geometry import Box

# A light line and a dark one on it, both under the box, which leaves of each what is outside: seen on any page.
_LINES = (("#ffffff", 9), ("#000000", 5))


def outlines(places: Mapping[str, Box], selected: Collection[str]) -> list[dict[str, Any]]:
    """Rectangles around the boxes that are selected, as plotly's shapes; neighbours in one row have one together.

    Args:
        places: The boxes, by name.
        selected: Names of those that are selected; names that have no box are left out.
    """
    runs: list[list[Box]] = []
    for place in sorted((places[name] for name in set(selected) if name in places), key=lambda box: box.x):
        if runs and runs[-1][-1].y == place.y and place.x - runs[-1][-1].x <= 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        {
            "type": "rect",
            "layer": "between",
            "x0": run[0].left,
            "x1": run[-1].right,
            "y0": run[0].bottom,
            "y1": run[0].top,
            "fillcolor": "rgba(0,0,0,0)",
            "line": {"color": colour, "width": width},
        }
        for run in runs
        for colour, width in _LINES
    ]
