"""The receptive fields of a network as boxes on an empty image of its size, as SVG for a page."""

from collections.abc import Sequence

from markupsafe import Markup

from encdec_widgets.figures.palette import on_page
from encdec_widgets.figures.receptive_boxes import ReceptiveBox

_SIDE = 300.0
"""Of the drawing, in px: its longer side."""
_EDGE = 4.0
_OPEN = 256
"""What is drawn where the size of the image is open, in px."""
_FRAME = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="{}"{}/>')


def receptive_map(image: Sequence[int | None], boxes: Sequence[ReceptiveBox]) -> Markup:
    """Draw boxes around the middle of an image.

    Args:
        image: Height and width of the network's input, in px; an open one is drawn as 256.
        boxes: What :func:`encdec_widgets.figures.receptive_boxes.field_boxes` gives; those without a size are left out.

    Returns:
        An ``<svg>`` element. Its colours are those of the page on which it stands.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.figures.receptive_boxes import field_boxes
        >>> backbone = preset("SLEAP centroid").build()
        >>> boxes = field_boxes(backbone.receptive_field(), backbone.blocks)
        >>> receptive_map((256, 256), boxes).count("<rect") == 1 + len([b for b in boxes if b.size])
        True
    """
    height, width = (size or _OPEN for size in image[:2])
    sized = [(box, *box.size) for box in boxes if box.size is not None]
    tallest = max([height, *(down + 2 * abs(box.offset[0]) for box, down, _ in sized)])
    widest = max([width, *(across + 2 * abs(box.offset[1]) for box, _, across in sized)])
    scale = _SIDE / max(tallest, widest)
    middle_x, middle_y = widest * scale / 2 + _EDGE, tallest * scale / 2 + _EDGE

    def drawn(down: float, across: float, offset: tuple[float, float], *look: object) -> Markup:
        x = middle_x + (offset[1] - across / 2) * scale
        y = middle_y + (offset[0] - down / 2) * scale
        places = [f"{number:.1f}" for number in (x, y, across * scale, down * scale)]
        return _FRAME.format(*places, *look)

    parts = [drawn(height, width, (0, 0), on_page("surface"), on_page("border"), 1, "")]
    for box, down, across in reversed(sized):
        dash = Markup(' stroke-dasharray="{}"').format(box.dash) if box.dash else ""
        colour = on_page("decoder" if box is boxes[0] else "encoder" if "stride" in box.label else "muted")
        parts.append(drawn(down, across, box.offset, "none", colour, box.width, dash))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Receptive fields on an image of the size of '
        'the input" width="{w:.0f}" height="{h:.0f}" viewBox="0 0 {w:.0f} {h:.0f}">{parts}</svg>'
    ).format(w=2 * middle_x, h=2 * middle_y, parts=Markup().join(parts))
