"""ipywidgets' own widgets as they are used here: gone when nothing holds them."""

import ipywidgets
from ipywidgets import Widget as Widget

from encdec_widgets.widgets.base.ipywidgets_private import Collected


class Button(Collected, ipywidgets.Button):
    """A button."""


class Checkbox(Collected, ipywidgets.Checkbox):
    """A box to tick."""


class Combobox(Collected, ipywidgets.Combobox):
    """A box of text that offers a list to choose from."""


class Dropdown(Collected, ipywidgets.Dropdown):
    """A list to choose from."""


class FloatProgress(Collected, ipywidgets.FloatProgress):
    """A bar that says how far something is."""


class FloatSlider(Collected, ipywidgets.FloatSlider):
    """A slider of real numbers."""


class FloatText(Collected, ipywidgets.FloatText):
    """A box for a number."""


class HBox(Collected, ipywidgets.HBox):
    """Widgets in a row."""


class HTML(Collected, ipywidgets.HTML):
    """A text."""


class IntSlider(Collected, ipywidgets.IntSlider):
    """A slider of whole numbers."""


class Text(Collected, ipywidgets.Text):
    """A box of text."""


class ToggleButtons(Collected, ipywidgets.ToggleButtons):
    """Buttons, one of which is chosen."""


class VBox(Collected, ipywidgets.VBox):
    """Widgets one below the other."""
