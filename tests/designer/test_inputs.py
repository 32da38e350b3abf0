"""What shows a field is registered by the word that the field's kind says."""

from typing import Any

import ipywidgets as widgets
import pytest

from encdec_widgets.architectures.fields.described import FieldInfo
from encdec_widgets.architectures.fields.kinds import KINDS
from encdec_widgets.widgets.controls import inputs
from encdec_widgets.widgets.controls.controls import FieldControl
from tests.library.test_kinds import Odd


class Steps(inputs.Inputs):
    """A user's own input."""

    css = "integer"

    def made(self, common: dict[str, Any]) -> tuple[Any, ...]:
        return (widgets.BoundedIntText(step=2, min=1, max=self.info.maximum, **common),)


def test_a_kind_of_a_users_own_has_a_control_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "odd", Odd())
    monkeypatch.setattr(inputs, "INPUTS", dict(inputs.INPUTS))
    info = FieldInfo(kind="odd", default=3, maximum=7, help="Help.")
    edits: list[Any] = []

    def row() -> Any:
        return FieldControl("size", info, 3, lambda *edit: edits.append(edit))

    assert isinstance(row().children[0], widgets.Text), "as long as it says nothing else"
    monkeypatch.setattr(Odd, "control", lambda *_: "steps")
    with pytest.raises(ValueError, match=r"Nothing shows fields of the kind 'odd'.*'steps'.* 'slider'"):
        row()
    inputs.register("steps", Steps)
    row().children[0].value = 5
    assert edits == [("size", 5)]
