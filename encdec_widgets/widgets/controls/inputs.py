"""The inputs of a field: a slider with a number, a box to tick, a list, or a box of text.

The kind of a field says by a word which of them shows it (:mod:`encdec_widgets.architectures.fields.kinds`), and
:data:`INPUTS` has the class for each word. A user's own input is registered with :func:`register`.
"""

from collections.abc import Callable
from typing import Any

from encdec_widgets.architectures.fields.described import FieldInfo, is_number
from encdec_widgets.architectures.fields.kinds import Integer
from encdec_widgets.formatting import printable, quoted
from encdec_widgets.widgets.base import stock as widgets

TENTHS = 10
"""Ticks of a slider of real numbers for each whole number."""
_MOST_TICKS = 2**52


class Inputs:
    """The widgets that show one field and take its value.

    Attributes:
        info: The description of the field.
        widgets: The widgets, in order; the last one has the label, and shows any value that the field takes.
    """

    css = "text"
    """The style sheet knows what has the label by this word."""

    def __init__(self, info: FieldInfo, label: str, tooltip: str) -> None:
        """Make the widgets; :meth:`show` gives them a value."""
        self.info = info
        self.widgets = self.made({"description": label, "tooltip": tooltip})
        self.widgets[-1].add_class(f"encdec-{self.css}")

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        """The widgets. ``common`` are the arguments of the one that has the label."""
        raise NotImplementedError(f"{type(self).__name__} must define made.")

    def show(self, value: Any) -> None:
        """Show a value. One that cannot be shown, as code may have tried to set, raises an error of any class."""
        self.widgets[-1].value = value

    def read(self, widget: Any, value: Any) -> Any:
        """What it means for the field that a person has put ``value`` into one of the widgets."""
        return value

    def offer(self, info: FieldInfo) -> None:
        """Show a field that differs in its choices alone."""
        self.info = info


class Checkbox(Inputs):
    """A box to tick."""

    css = "flag"

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        """The box."""
        return (widgets.Checkbox(indent=False, **common),)


class Dropdown(Inputs):
    """A list of names to choose from."""

    css = "choice"

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        """The list."""
        return (widgets.Dropdown(options=self.info.choices, **common),)

    def offer(self, info: FieldInfo) -> None:
        """Let a person choose among the names of another description."""
        super().offer(info)
        self.widgets[-1].options = info.choices


class TextBox(Inputs):
    """A box of text, for counts and for numbers that can be left out as well."""

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        """The box, with what may be typed into it."""
        hint, unit = self.info.of_kind.hint(), self.info.unit
        placeholder = f"{hint} ({unit})" if hint and unit else hint
        return (widgets.Text(continuous_update=False, placeholder=placeholder, **common),)

    def show(self, value: Any) -> None:
        """Show a value as it is typed."""
        try:
            text = self.info.of_kind.text(value)
        except Exception:  # noqa: BLE001 - a user's object may raise anything, and Python writes no huge number
            text = quoted(value)
        super().show(printable(text))

    def read(self, widget: Any, value: Any) -> Any:
        """What the text stands for."""
        return self.info.of_kind.read(value)


class Slider(Inputs):
    """A slider over the usual range, and a box for the number, which also takes numbers outside of that range.

    The slider of real numbers counts in tenths, so that it moves in whole numbers as well. The page puts what a slider
    is shown on the slider's grid, in floating point: 5 becomes 4.999999999999999. It would send that back as if a
    person had moved it; whole numbers stay what they are, and nothing is sent.
    """

    def __init__(self, info: FieldInfo, label: str, tooltip: str) -> None:
        """Make the slider and the box."""
        self.whole = isinstance(info.of_kind, Integer)
        self.css = "integer" if self.whole else "real"
        self._per_unit = 1 if self.whole else TENTHS
        super().__init__(info, label, tooltip)

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        """The slider, then the box."""
        low, high = map(self._tick, self._usual)
        # The handle of a slider has no accessible name, so the label belongs to the number. The slider's own
        # description is free for the unit, which the style sheet puts beside the number.
        unit = "" if self.info.unit == common["description"] else self.info.unit
        slider = widgets.IntSlider(
            min=low, max=high, readout=False, description=unit, tooltip=common["tooltip"]
        )
        if not self.whole:
            slider.add_class("encdec-tenths")
        # Also for whole numbers: an IntText would make 37 of a typed 3.7, where the field says what it takes.
        return slider, widgets.FloatText(step=1 / self._per_unit, **common)

    @property
    def _usual(self) -> tuple[float, float]:
        return self.info.usual or (self.info.minimum, self.info.maximum)

    def _tick(self, number: float) -> int:
        """Where the slider stands for a number: as near as its ticks, which the page can all tell apart, come to it."""
        return round(min(max(number * self._per_unit, -_MOST_TICKS), _MOST_TICKS))

    def show(self, value: Any) -> None:
        """Show a number; the slider grows for as long as it lies outside of its usual range.

        Raises:
            TypeError: If it is no number.
        """
        if not is_number(value):
            raise TypeError(f"A slider shows a number. Received: {quoted(value)}.")
        super().show(value)
        slider, (low, high) = self.widgets[0], map(self._tick, self._usual)
        within = self._tick(min(max(value, self.info.minimum), self.info.maximum))
        # One after the other: of all at once the page takes the value first, cuts it off at the old end, and
        # sends what is left back as if a person had moved the slider.
        slider.min, slider.max = min(slider.min, within), max(slider.max, within)
        slider.value = within
        slider.min, slider.max = min(low, within), max(high, within)

    def read(self, widget: Any, value: Any) -> Any:
        """A whole number as an int; of a slider of real numbers, what its tick stands for within the bounds."""
        if self.whole:
            return int(value) if isinstance(value, float) and value.is_integer() else value
        if widget is self.widgets[0]:
            return min(max(value / TENTHS, self.info.minimum), self.info.maximum)
        return value


INPUTS: dict[str, Callable[[FieldInfo, str, str], Inputs]] = {
    "slider": Slider,
    "checkbox": Checkbox,
    "dropdown": Dropdown,
    "text": TextBox,
}
"""The class of the inputs by the word that a kind of fields says."""


def register(word: str, inputs: Callable[[FieldInfo, str, str], Inputs]) -> None:
    """Show fields whose kind says ``word`` by another class of inputs: one of the words above, or a new one."""
    INPUTS[word] = inputs


def inputs_of(info: FieldInfo, label: str, tooltip: str) -> Inputs:
    """The inputs of a field, yet without a value.

    Raises:
        ValueError: If nothing is registered for the word that the kind of the field says.
    """
    word = info.of_kind.control(info)
    if word not in INPUTS:
        raise ValueError(
            f"Nothing shows fields of the kind {info.kind!r}. Received: control {quoted(word)}. Would work: "
            f"{', '.join(map(repr, INPUTS))}, or register({word!r}, ...) first."
        )
    return INPUTS[word](info, label, tooltip)
