"""The controls of the whole network: its input, the fields of its architecture, and its head."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.fields.described import described_fields
from encdec_widgets.designs.design import Design
from encdec_widgets.widgets.controls.controls import FieldControls, OnEdit
from encdec_widgets.widgets.controls.head_controls import HeadControls
from encdec_widgets.widgets.controls.input_controls import FIELD as INPUT_FIELD
from encdec_widgets.widgets.controls.input_controls import InputControls

_CUSTOM = (
    '<div class="encdec-note">The blocks of this network are edited one by one: choose one in the picture or on the '
    "page “Block”. Undo leads back to the settings of a family.</div>"
)


class NetworkControls(widgets.VBox):
    """Controls of everything that is not one block's."""

    def __init__(self, on_edit: OnEdit) -> None:
        """Make the controls; ``on_edit`` is called with the path of a field and its new value."""
        self._input = InputControls(on_edit)
        self._note = widgets.HTML()
        self._fields = FieldControls(on_edit)
        self._head = HeadControls(on_edit)
        heading = widgets.HTML("<h3>Architecture</h3>")
        super().__init__([self._input, heading, self._note, self._fields, self._head])
        self.add_class("encdec-group")

    def show(self, design: Design, pending: Mapping[str, Any], bad: str | None) -> None:
        """Show a design.

        Args:
            design: The design that is wanted.
            pending: Values by path that were asked for and are not possible.
            bad: The path of the field with a problem, if there is one.
        """
        architecture = design.architecture
        self._note.value = _CUSTOM if isinstance(architecture, CustomEncoderDecoder) else ""
        fields = described_fields(architecture)
        values = {name: pending.get(name, getattr(architecture, name)) for name in fields}
        inert = {name: reason for name, info in fields.items() if (reason := info.inert(architecture))}
        self._fields.show(fields, values, bad, inert)
        self._head.show(design.head, pending, bad)
        self._input.show(design.input_shape, pending.get(INPUT_FIELD), bad == INPUT_FIELD)
