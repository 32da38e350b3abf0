"""Pictures in the boxes of a scene: each fills the face of its box, as much of it as has room."""

import base64
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from encdec_widgets.figures.parts import Scene

NO_PICTURES = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""One px that is not seen: plotly keeps what an image showed before where it is given none."""


def pictures_in(scene: Scene) -> Iterator[str]:
    """An ``<image>`` of SVG for each picture; what does not fit the face is cut off around its middle."""
    for name, url in scene.pictures.items():
        box = scene.boxes[name]
        place = (box.left, -box.top, box.right - box.left, box.top - box.bottom)
        yield (
            '<image x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" '.format(*place)
            + f'preserveAspectRatio="xMidYMid slice" href={quoteattr(url)}/>'
        )


def pictures_url(scene: Scene) -> str:
    """All pictures of a scene as one image of the size of its canvas, as a data URL."""
    if not scene.pictures:
        return NO_PICTURES
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{scene.width:g}" height="{scene.height:g}" '
        f'viewBox="0 0 {scene.width:g} {scene.height:g}">{"".join(pictures_in(scene))}</svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
