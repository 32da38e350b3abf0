"""Controls for the head: whether there is one, and its fields."""

from typing import Any

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldInfo, described_fields
from encdec_widgets.designs.no_effect import fields_without_effect
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls

PRESENT_LABEL = "ends in a head"
PRESENT = FieldInfo(
    kind="flag",
    default=False,
    help="On: one 1x1 convolution turns features into the maps that are wanted, at few parameters more.",
)
_FIELDS = {f"head.{name}": info for name, info in described_fields(Head).items()}


class HeadControls(widgets.VBox):
    """A box to tick, and the fields of the head while there is one."""

    def __init__(self, session: Session) -> None:
        """Make the controls for the head that ``session`` wants, or for none."""
        self._session = session
        self._present = FieldControl("head", PRESENT, False, session.guarded(self._toggled), PRESENT_LABEL)
        self._fields = FieldControls(session.guarded(session.turn))
        super().__init__([widgets.HTML("<h4>Head</h4>"), self._present, self._fields])
        self.add_class("encdec-group")
        self._show()
        session.observe(self._show, "editor")

    def row(self, path: str) -> FieldControl | None:
        """The row of a field of the head, or of the box that says whether there is one."""
        return self._present if path == "head" else self._fields.rows.get(path)

    def _toggled(self, field: str, present: bool) -> None:
        self._session.turn(field, Head() if present else None)

    def _show(self, _: Any = None) -> None:
        """Show the head or none, with values that are not possible yet."""
        outcome = self._session.editor.outcome
        head = outcome.design.head
        self._present.show(head is not None)
        fields = {} if head is None else _FIELDS
        values = {path: getattr(head, path.removeprefix("head.")) for path in fields}
        inert = fields_without_effect(outcome.design, "head")
        self._fields.show(
            fields,
            {**values, **outcome.pending},
            outcome.bad_field,
            {f"head.{name}": why for name, why in inert.items()},
        )
