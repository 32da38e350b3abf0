"""What a designer needs of the page: its style sheet, and a picture that keeps to its place."""

from pathlib import Path

import anywidget

_FOLDER = Path(__file__).parent


class Page(anywidget.AnyWidget):
    """An invisible widget that brings the style sheet and watches the size of the picture."""

    _esm = _FOLDER / "page.js"
    _css = _FOLDER / "page.css"
