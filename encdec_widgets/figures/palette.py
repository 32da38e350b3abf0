"""Every colour of the pictures, in one place.

The colours of stages and skip connections are Okabe and Ito's, which colour-blind people can tell apart, and never the
only sign of anything. Colours of the page around the picture are JupyterLab's, in ``widgets/base/page.css``.
"""

from typing import NamedTuple

GREY, PALE = "#808080", "#bbbbbb"
BLACK, WHITE = "#000000", "#ffffff"
INK, PAPER = "#222222", "#fcfcfa"
"""Text and background of pictures that do not know the theme of their page."""
CLEAR, SHADE = "rgba(0,0,0,0)", "rgba(128,128,128,0.10)"
"""No background at all; and a faint one, for a light and a dark page alike."""
HATCH = "#777777"

STAGE_COLOURS = {
    "input": PALE,
    "stem": "#cc79a7",
    "encoder": "#56b4e9",
    "decoder": "#e69f00",
    "head": "#009e73",
    "join": "#f0e442",
    "other": PALE,
}
"""The colour of a box, by the stage of its block."""
NO_VALUE = PALE
"""The colour of a block without a value, which is hatched as well."""
SCALE = "Viridis"
"""plotly's scale for boxes that are coloured by a number.

Equal steps look equal, to colour-blind people as well, and it grows lighter all the way.
"""


class MergeStyle(NamedTuple):
    """How skip connections of one kind look."""

    colour: str
    dash: str
    symbol: str
    sign: str


MERGES = {
    "concatenation": MergeStyle("#1f77d0", "dash", "diamond", "C"),
    "addition": MergeStyle("#d55e00", "dot", "circle", "+"),
    "other": MergeStyle("#009e73", "longdashdot", "square", "?"),
}
"""How skip connections look, by how they are joined."""

PAGE_INK = "var(--jp-ui-font-color1, #111)"
PAGE_PAPER = "var(--jp-layout-color1, #fff)"
PAGE_LINE = "var(--jp-brand-color1, #1976d2)"
PAGE_AXIS = "var(--jp-border-color1, #888)"
"""Colours of JupyterLab's theme, for charts that are part of a page."""
