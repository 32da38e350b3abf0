"""An image with receptive fields drawn on it as boxes, and an animal to be dragged to its size."""

import base64
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent
_PARTS = ("receptive_shapes", "receptive_cells", "image_file", "enlarge", "receptive_view")
_SAMPLE = _FOLDER / "sample_image.svg"  # drawn for this package

SAMPLE_SIZE = (640, 640)
"""Height and width of the sample image, in px."""
SAMPLE_ANIMAL_PX = 150
"""Length of the animal on it, from its nose to the base of its tail."""


class ReceptiveView(Collected, anywidget.AnyWidget):
    """The image with the boxes, and a list of them below it.

    All lengths are in px of the image; positions are counted down from its top and to the right from its left edge.

    Attributes:
        image: The image as a data URL (a trait). A person's own image is read in the page, which takes what its browser
            can draw and keeps a copy with no side longer than 1024 px.
        image_size: Height and width of the image as it came (a trait).
        boxes: What :meth:`encdec_widgets.figures.receptive_boxes.ReceptiveBox.to_dict` makes, those that matter most
            first (a trait).
        animal_px: Length of the animal (a trait): the diameter of the circle, which has a handle.
        centre: The point that is looked at, down and right (a trait).
        heat: The effective receptive field (a trait): ``image`` (a data URL), ``size`` (height and width), ``corner``
            (where its upper left one lies, from ``centre``), ``label``, ``text`` and ``words`` as of a box; empty for
            none.
        cells: The cells of the output (a trait), as :func:`encdec_widgets.widgets.pages.receptive_cells.cells_on_image`
            gives them; empty for none.
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = "\n".join((_FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS)
    _css = (_FOLDER / "receptive_view.css").read_text(encoding="utf-8")

    image = traitlets.Unicode().tag(sync=True)
    image_size = traitlets.List(traitlets.Float(), minlen=2, maxlen=2, default_value=[1.0, 1.0]).tag(
        sync=True
    )
    boxes = traitlets.List(traitlets.Dict()).tag(sync=True)
    animal_px = traitlets.Float(float(SAMPLE_ANIMAL_PX)).tag(sync=True)
    centre = traitlets.List(traitlets.Float(), minlen=2, maxlen=2, default_value=[0.0, 0.0]).tag(sync=True)
    heat = traitlets.Dict().tag(sync=True)
    cells = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        """Show the sample image, without boxes."""
        super().__init__(**_sample())
        self.on_msg(self._told)

    def show_sample(self) -> None:
        """Show the sample image, and look at its middle, where the animal is."""
        with self.hold_sync():
            for name, value in _sample().items():
                setattr(self, name, value)

    def _told(self, _: Any, content: Any, __: Any) -> None:
        if isinstance(content, dict) and content.get("show") == "sample":
            self.show_sample()


def _sample() -> dict[str, Any]:
    return {
        "image": f"data:image/svg+xml;base64,{base64.b64encode(_SAMPLE.read_bytes()).decode()}",
        "image_size": [float(side) for side in SAMPLE_SIZE],
        "centre": [side / 2 for side in SAMPLE_SIZE],
    }
