"""Controls that are generated from the descriptions of fields."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets as widgets

from encdec_widgets.fields import FieldInfo

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
        elif info.kind == "text":
            inputs = (widgets.Text(continuous_update=False, **common),)
        else:
            low, high = info.usual or (info.minimum, info.maximum)
            whole = info.kind == "integer"
            slider_class = widgets.IntSlider if whole else widgets.FloatSlider
            number_class = widgets.IntText if whole else widgets.FloatText
            step = 1 if whole else 0.1
            # The handle of a slider has no accessible name, so the label belongs to the number.
            inputs = (
                slider_class(min=low, max=high, step=step, readout=False, tooltip=tooltip),
                number_class(step=step, **common),
            )
        inputs[-1].add_class(f"encdec-{info.kind}")
        return inputs

    @contextmanager
    def _showing_only(self) -> Iterator[None]:
        self._showing = True
        try:
            yield
        finally:
            self._showing = False

    def _edited(self, change: Mapping[str, Any]) -> None:
        if not self._showing:
            self.show(change["new"])
            self._on_edit(self.field, change["new"])

    def show(self, value: Any) -> None:
        """Show ``value``; a slider grows if it lies outside of its range."""
        with self._showing_only():
            for widget in self._inputs:
                if isinstance(widget, (widgets.IntSlider, widgets.FloatSlider)) and self.info.usual:
                    within = min(max(value, self.info.minimum), self.info.maximum)
                    if within > widget.max:
                        widget.max = within
                    if within < widget.min:
                        widget.min = within
                    widget.value = within
                else:
                    widget.value = value

    def mark(self, bad: bool) -> None:
        """Mark the row as the one with a problem, or no longer."""
        (self.add_class if bad else self.remove_class)("encdec-bad")


class FieldControls(widgets.VBox):
    """A row for each of several fields, under a heading."""

    def __init__(self, heading: str, on_edit: OnEdit) -> None:
        """Make an empty group; :meth:`show` fills it."""
        super().__init__()
        self.add_class("encdec-group")
        self._heading = widgets.HTML(f"<h3>{heading}</h3>")
        self._on_edit = on_edit
        self.rows: dict[str, FieldControl] = {}

    def show(self, fields: Mapping[str, FieldInfo], values: Mapping[str, Any], bad: str | None) -> None:
        """Show the fields with their values; new rows are made only when the fields are others than before."""
        if {name: row.info for name, row in self.rows.items()} != dict(fields):
            for row in self.rows.values():
                row.close()
            self.rows = {
                name: FieldControl(name, info, values[name], self._on_edit) for name, info in fields.items()
            }
            self.children = (self._heading, *self.rows.values())
        for name, row in self.rows.items():
            row.show(values[name])
            row.mark(name == bad)
