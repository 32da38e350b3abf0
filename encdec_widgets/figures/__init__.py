"""Pictures: one description of the scene, drawn by plotly and as a still, and what other pictures are drawn from.

``scene.py`` says where everything stands, of the parts in ``parts.py``; ``as_plotly.py`` and ``still.py`` draw it.
``charts/`` has the small charts beside it, and ``palette.py`` all their colours.
"""

from encdec_widgets.figures.as_plotly import as_plotly
from encdec_widgets.figures.layers_as_boxes import layers_as_boxes
from encdec_widgets.figures.scene import scene
from encdec_widgets.figures.still import still

__all__ = ["as_plotly", "layers_as_boxes", "scene", "still"]
