"""The controls of the whole network: the fields of its architecture."""

from typing import Any

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.architectures.fields.described import described_fields, other_fields
from encdec_widgets.designs.no_effect import fields_without_effect
from encdec_widgets.designs.paths import STAGES
from encdec_widgets.formatting import quoted
from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.texts import note
from encdec_widgets.widgets.controls.controls import FieldControl, FieldControls

_LISTS = (*STAGES, "wiring")
"""Fields of a network of free blocks that hold its blocks: these have a page of their own."""
_CUSTOM = note(
    "The blocks of this network are edited one by one: choose one in the picture or on the page “Block”. Undo leads "
    "back to the settings of a family."
)


class NetworkControls(widgets.VBox):
    """Controls of what all blocks follow from."""

    def __init__(self, session: Session) -> None:
        """Make the controls for the design that ``session`` wants."""
        self._session = session
        self._note = widgets.HTML()
        self._fields = FieldControls(session.guarded(session.turn))
        super().__init__([self._note, self._fields])
        self.add_class("encdec-group")
        self._show()
        session.observe(self._show, ["editor", "focus"])

    def row(self, path: str) -> FieldControl | None:
        """The row of the field at a path; None where there is none here."""
        return self._fields.rows.get(path)

    def _show(self, _: Any = None) -> None:
        """Show the fields of the architecture, with values that are not possible yet."""
        outcome = self._session.editor.outcome
        architecture = outcome.design.architecture
        self._note.value = _CUSTOM if architecture.has_free_blocks else ""
        shared = described_fields(EncoderDecoder)
        described = described_fields(architecture).items()
        fields = dict(sorted(described, key=lambda field: field[0] in shared))  # the family's own first
        values = {name: outcome.pending.get(name, getattr(architecture, name)) for name in fields}
        others = {
            name: quoted(getattr(architecture, name))
            for name in other_fields(architecture)
            if name not in _LISTS or not architecture.has_free_blocks
        }
        inert = fields_without_effect(outcome.design)
        self._fields.show(fields, values, outcome.bad_field, inert, others, self._session.focus)
