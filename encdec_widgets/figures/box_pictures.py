"""Pictures on the boxes of a scene: a square on the face of each, or as much of one as has room."""

import base64
from collections.abc import Iterator
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from encdec_widgets.figures.parts import Box, Rect, Scene

NO_PICTURES = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""One px that is not seen: plotly keeps what an image showed before where it is given none."""
_APART = 0.8
"""Of the way from one box to the next, what a picture takes at most where it is wider than its box."""


def picture_place(scene: Scene, box: Box) -> Rect:
    """Where the picture of a box lies: on its face, wider where the face is higher than wide and there is room.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.figures.scene import scene
        >>> drawn = scene(preset("SLEAP centroid").build().blocks)
        >>> box = drawn.boxes["stack0_enc0"]
        >>> place = picture_place(drawn, box)
        >>> place.right - place.left > box.right - box.left, place.top <= box.top
        (True, True)
    """
    middles = sorted(other.x for other in scene.boxes.values())
    room = _APART * min((b - a for a, b in pairwise(middles) if b > a), default=scene.width)
    height, face = box.top - box.bottom, box.right - box.left
    width = max(face, min(height, room))
    tall = min(height, width)
    # What is said of a skip connection stands at the left of the box and stays in sight.
    signs = [mark.rect.right for mark in scene.marks if mark.target == box.name and mark.x < box.x]
    left = min(max([box.x - width / 2, *signs]), box.left)
    right = max(min(left + width, scene.width), box.right)
    y = (box.top + box.bottom) / 2
    return Rect(left, right, y + tall / 2, y - tall / 2)


def pictures_in(scene: Scene) -> Iterator[str]:
    """An ``<image>`` of SVG for each picture, in a thin frame; what does not fit is cut off around its middle."""
    for name, url in scene.pictures.items():
        place = picture_place(scene, scene.boxes[name])
        sizes = (place.left, -place.top, place.right - place.left, place.top - place.bottom)
        words = zip(("x", "y", "width", "height"), sizes, strict=True)
        where = " ".join(f'{word}="{size:.1f}"' for word, size in words)
        yield f'<image {where} preserveAspectRatio="xMidYMid slice" href={quoteattr(url)}/>'
        yield f'<rect {where} fill="none" stroke="#808080"/>'


def pictures_url(scene: Scene) -> str:
    """All pictures of a scene as one image of the size of its canvas, as a data URL."""
    if not scene.pictures:
        return NO_PICTURES
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{scene.width:g}" height="{scene.height:g}" '
        f'viewBox="0 0 {scene.width:g} {scene.height:g}">{"".join(pictures_in(scene))}</svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
