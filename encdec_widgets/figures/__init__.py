"""Graphs drawn as plotly figures."""

from encdec_widgets.figures.block_figure import block_figure

__all__ = ["block_figure"]
