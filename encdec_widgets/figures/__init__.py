"""Graphs drawn as plotly figures."""

from encdec_widgets.figures.block_figure import block_figure
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes

__all__ = ["block_figure", "layers_as_boxes"]
