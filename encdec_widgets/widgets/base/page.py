"""What a designer needs of the page: its style sheet, a picture that keeps to its place, and the hand on a control."""

from pathlib import Path

import anywidget
import traitlets

_FOLDER = Path(__file__).parent


class Page(anywidget.AnyWidget):
    """An invisible widget that brings the style sheet and watches the size of the picture, pointer and keys.

    Attributes:
        held: Whether a pointer is down on a control (a trait): what changes meanwhile is one drag.
        help: A sentence for each box to tick, by its label (a trait): ipywidgets shows the label again as its tooltip.
    """

    _esm = _FOLDER / "page.js"
    _css = _FOLDER / "page.css"
    held = traitlets.Bool(False).tag(sync=True)
    help = traitlets.Dict().tag(sync=True)
