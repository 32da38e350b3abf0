"""Controls for the head: whether there is one, and its fields."""

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldInfo, described_fields
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls, OnEdit

PRESENT_LABEL = "ends in a head"
PRESENT = FieldInfo(
    kind="flag", default=False, help="One 1x1 convolution that turns features into the maps that are wanted."
)
_FIELDS = {f"head.{name}": info for name, info in described_fields(Head).items()}


class HeadControls(widgets.VBox):
    """A box to tick, and the fields of the head while there is one."""

    def __init__(self, on_edit: OnEdit) -> None:
        """Make the controls; ``on_edit`` is called with ``head`` or the path of one of its fields."""
        self._on_edit = on_edit
        self._present = FieldControl("head", PRESENT, False, self._toggled, PRESENT_LABEL)
        self._fields = FieldControls(on_edit)
        super().__init__([widgets.HTML("<h3>Head</h3>"), self._present, self._fields])
        self.add_class("encdec-group")

    def _toggled(self, field: str, present: bool) -> None:
        self._on_edit(field, Head() if present else None)

    def show(self, head: Head | None, pending: Mapping[str, Any], bad: str | None) -> None:
        """Show a head or none, with what was asked for in vain.

        Args:
            head: The head of the design.
            pending: Values by path that were asked for and are not possible.
            bad: The path of the field with a problem, if there is one.
        """
        self._present.show(head is not None)
        fields = {} if head is None else _FIELDS
        values = {path: getattr(head, path.removeprefix("head.")) for path in fields}
        self._fields.show(fields, {**values, **pending}, bad)
