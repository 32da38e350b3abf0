"""A session that shows what a test wants, without an edit on the way there."""

from typing import Any

import attrs

from encdec_widgets import Design
from encdec_widgets.backbone import Backbone
from encdec_widgets.session import Session
from encdec_widgets.session.editor import Editor
from encdec_widgets.session.kept_weights import KeptWeights
from encdec_widgets.session.shown import Shown
from encdec_widgets.session.steps import Selection, Step


def put(session: Session, what: Backbone | Design, selected: str | None = None, **more: Any) -> Backbone:
    """Have a session want and show a network, in which ``selected`` is selected.

    Args:
        session: The session.
        what: The network, or the design that it is to be built from.
        selected: The path of what is selected.
        **more: What else is said of it, by the names of :class:`Shown`.
    """
    backbone = what.build() if isinstance(what, Design) else what
    editor = Editor.at(backbone.design)
    shown = attrs.evolve(
        Shown.of(backbone, Step(editor, editor), KeptWeights()), **{"selected": selected, **more}
    )
    session._set(editor=editor, shown=shown, selection=Selection(selected), steps=())
    return backbone


def begin(session: Session) -> None:
    """Have an edit be on its way, whose network is not built yet."""
    session._set(steps=(Step(session.editor, session.editor),))
