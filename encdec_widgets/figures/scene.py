"""One description of the picture: where everything stands, which colours and words it has. It is drawn by plotly and as SVG."""

from encdec_widgets.figures.parts import Box, Line, Mark, Rect, Scene, Swatch, Text

__all__ = ["Box", "Line", "Mark", "Rect", "Scene", "Swatch", "Text"]
