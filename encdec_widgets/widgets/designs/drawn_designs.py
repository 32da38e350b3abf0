"""What the keyboard and a screen reader have of the picture of designs."""

from functools import partial
from typing import Any

import attrs

from encdec_widgets.figures.designs.cloud import Cloud
from encdec_widgets.figures.designs.designs_scene import designs_scene
from encdec_widgets.figures.parts import Scene
from encdec_widgets.widgets.picture.hands.hands import Drawn

_HELP = (
    "Left and right arrow keys go through the designs along the lower axis, up and down along the other one. "
    "Enter opens a design, and undo leads back; I pins it. Plus and minus zoom, 0 fits all, L draws a lasso, "
    "D downloads, P presents, Escape leaves. The table below has the same designs."
)


def drawn_designs(cloud: Cloud, scene: Scene) -> Drawn:
    """The picture of designs, for the layer over it.

    Args:
        cloud: The designs.
        scene: Where each of them stands.
    """
    plain = attrs.evolve(cloud, dots=tuple(attrs.evolve(dot, current=False) for dot in cloud.dots))
    return Drawn(
        scene=scene,
        selected=tuple(dot.name for dot in cloud.dots if dot.current),
        stops=partial(design_stops, cloud, scene),
        plain=partial(designs_scene, plain, scene.width, scene.height),
        what="Designs of the sweep",
        help=_HELP,
        stays="A design of a sweep can't be removed.",
        can_be_pinned=True,
    )


def design_stops(cloud: Cloud, scene: Scene) -> list[dict[str, Any]]:
    """All designs in the order in which the keyboard walks them: from left to right, and from there up and down.

    Args:
        cloud: The designs.
        scene: Where each of them stands.

    Returns:
        What :func:`encdec_widgets.widgets.picture.hands.walk.stops` does. Up goes to the next higher one, wherever it
        is, down to the next lower one.
    """
    dots = sorted(cloud.dots, key=lambda dot: (dot.x, dot.y, dot.name))
    upwards = sorted(range(len(dots)), key=lambda number: (dots[number].y, dots[number].x, dots[number].name))
    height_of = {number: place for place, number in enumerate(upwards)}
    stops = []
    for number, dot in enumerate(dots):
        place, at = height_of[number], scene.boxes[dot.name].whole
        stops.append(
            {
                "name": dot.name,
                "words": dot.said,
                "flagged": False,
                "rect": [at.left, at.right, at.bottom, at.top],
                "up": upwards[place + 1] if place + 1 < len(upwards) else -1,
                "down": upwards[place - 1] if place else -1,
            }
        )
    return stops
