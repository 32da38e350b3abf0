"""The charts of what-if: each point can be read, and chosen to set its value."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from encdec_widgets.widgets.base.ipywidgets_private import Collected

_FOLDER = Path(__file__).parent


class WhatIfView(Collected, anywidget.AnyWidget):
    """The charts, in which a pointer or the arrow keys go from value to value; a click or Enter chooses one.

    Attributes:
        value: The charts as HTML (a trait).
        places: Where the values lie, in px of the drawing (a trait).
        readings: What is to be read at each of them (a trait).
        current: Index of the value that the field has now (a trait).
        chosen: How often a value was chosen, and the index of the last one (a trait).
    """

    # As texts: anywidget never lets go of a widget whose script is a file.
    _esm = (_FOLDER / "what_if_view.js").read_text(encoding="utf-8")
    _css = (_FOLDER / "what_if_view.css").read_text(encoding="utf-8")

    value = traitlets.Unicode().tag(sync=True)
    places = traitlets.List(traitlets.Float()).tag(sync=True)
    readings = traitlets.List(traitlets.Unicode()).tag(sync=True)
    current = traitlets.Int().tag(sync=True)
    chosen = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0)).tag(sync=True)

    def show(self, value: str, places: Any = (), readings: Any = (), current: int = 0) -> None:
        """Show other charts, in one message."""
        with self.hold_sync():
            self.value, self.places = str(value), list(places)
            self.readings, self.current = list(readings), current
