"""Pictures: the block graph as plotly's plain data and as a still, and the values that other pictures are drawn from.

``block_figure.py`` is the one plotly figure, ``still.py`` the same as SVG, ``charts/`` the small charts beside it, and
``palette.py`` all their colours.
"""

from encdec_widgets.figures.block_figure import block_figure
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes

__all__ = ["block_figure", "layers_as_boxes"]
