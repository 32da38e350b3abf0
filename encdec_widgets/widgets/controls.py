"""Controls that are generated from the descriptions of fields."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import ipywidgets as widgets
import traitlets

from encdec_widgets.fields import FieldInfo, is_number
from encdec_widgets.widgets.closing import close_all
from encdec_widgets.widgets.typed_values import as_text, from_text, is_typed, placeholder

OnEdit = Callable[[str, Any], None]


def _words(field: str) -> str:
    return field.replace("_", " ")


class FieldControl(widgets.HBox):
    """A row that shows one field and lets a person change it.

    Attributes:
        field: The path of the field, as in ``Design.replace``.
        info: Its description.
    """

    def __init__(self, field: str, info: FieldInfo, value: Any, on_edit: OnEdit, label: str = "") -> None:
        """Make the row; ``on_edit(field, value)`` is called for changes by a person, not for :meth:`show`."""
        super().__init__()
        self.field = field
        self.info = info
        self._on_edit = on_edit
        self._showing = False
        self._inputs = self._make_inputs(label or _words(field))
        self.add_class("encdec-row")
        self.children = self._inputs
        self.show(value)
        for widget in self._inputs:
            widget.observe(self._edited, "value")

    def _make_inputs(self, label: str) -> tuple[Any, ...]:
        info = self.info
        tooltip = f"{info.help} ({info.allowed()}{', ' + info.unit if info.unit else ''})"
        common: dict[str, Any] = {"description": label, "tooltip": tooltip}
        if info.kind == "flag":
            inputs: tuple[Any, ...] = (widgets.Checkbox(indent=False, **common),)
        elif info.kind == "choice":
            inputs = (widgets.Dropdown(options=info.choices, **common),)
        elif is_typed(info):
            inputs = (widgets.Text(continuous_update=False, placeholder=placeholder(info), **common),)
        else:
            low, high = info.usual or (info.minimum, info.maximum)
            whole = info.kind == "integer"
            slider_class = widgets.IntSlider if whole else widgets.FloatSlider
            step = 1 if whole else 0.1
            # The handle of a slider has no accessible name, so the label belongs to the number.
            inputs = (
                slider_class(min=low, max=high, step=step, readout=False, tooltip=tooltip),
                # Also for whole numbers: an IntText would make 37 of a typed 3.7, where the field says what it takes.
                widgets.FloatText(step=step, **common),
            )
        inputs[-1].add_class(f"encdec-{'text' if is_typed(info) else info.kind}")
        return inputs

    @contextmanager
    def _showing_only(self) -> Iterator[None]:
        self._showing = True
        try:
            yield
        finally:
            self._showing = False

    def _edited(self, change: Mapping[str, Any]) -> None:
        if self._showing:
            return
        value = change["new"]
        if is_typed(self.info):
            value = from_text(self.info, value)
        elif isinstance(value, float) and value.is_integer() and self.info.kind == "integer":
            value = int(value)
        self.show(value)
        self._on_edit(self.field, value)

    def show(self, value: Any) -> None:
        """Show ``value``; the slider grows for as long as it lies outside of its usual range.

        A value of another type, as code may have tried to set, leaves the control as it was.
        """
        if is_typed(self.info):
            value = as_text(self.info, value)
        elif self.info.kind in ("integer", "real") and not is_number(value):
            return
        with self._showing_only(), suppress(traitlets.TraitError):
            self._inputs[-1].value = value
            for slider in self._inputs[:-1]:
                low, high = self.info.usual or (self.info.minimum, self.info.maximum)
                within = min(max(value, self.info.minimum), self.info.maximum)
                with slider.hold_sync():
                    slider.min, slider.max = min(slider.min, within), max(slider.max, within)
                    slider.value = within
                    slider.min, slider.max = min(low, within), max(high, within)

    def mark(self, bad: bool) -> None:
        """Mark the row as the one with a problem, or no longer."""
        (self.add_class if bad else self.remove_class)("encdec-bad")


class FieldControls(widgets.VBox):
    """A row for each of several fields."""

    def __init__(self, on_edit: OnEdit) -> None:
        """Make an empty group; :meth:`show` fills it."""
        super().__init__()
        self.add_class("encdec-group")
        self._on_edit = on_edit
        self.rows: dict[str, FieldControl] = {}

    def show(self, fields: Mapping[str, FieldInfo], values: Mapping[str, Any], bad: str | None) -> None:
        """Show the fields with their values; new rows are made only when the fields are others than before.

        Args:
            fields: Descriptions by the path of the field.
            values: Values by the path of the field.
            bad: The path of the field with a problem, if there is one.
        """
        if {name: row.info for name, row in self.rows.items()} != dict(fields):
            for row in self.rows.values():
                close_all(row)
            self.rows = {
                name: FieldControl(name, info, values[name], self._on_edit, _words(name.rpartition(".")[2]))
                for name, info in fields.items()
            }
            self.children = tuple(self.rows.values())
        for name, row in self.rows.items():
            row.show(values[name])
            row.mark(name == bad)
