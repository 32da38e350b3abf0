"""What a session holds as traits of the widget that shows it, to be read and observed."""

from collections.abc import Callable
from typing import Any

import traitlets

from encdec_widgets.session import Session
from encdec_widgets.session.telling import Telling, observes
from encdec_widgets.session.waiting import Waiting

_OF_SESSION = ("design", "backbone", "problem", "model")


class SessionTraits(Telling):
    """The design, backbone, model and problem of a session as traits of a widget.

    Attributes:
        session: The session.
        design: The newest valid design.
        backbone: What was built from it.
        model: The Keras model of the backbone; its weights are filled when it is read or observed.
        problem: Why the last change was not possible, an exception, or None.
    """

    session: Session
    design = Waiting(lambda widget: widget.session.design)
    backbone = Waiting(lambda widget: widget.session.backbone)
    model = Waiting(lambda widget: widget.session.model)
    problem = Waiting(lambda widget: widget.session.problem)

    _model_is_observed = False  # A subclass may observe it by a decorator, which counts before __init__ runs.

    def _follow_session(self) -> None:
        """Tell observers of what changes in ``session`` from now on."""
        self.session.observe(self._pass_on, _OF_SESSION if self._model_is_observed else _OF_SESSION[:-1])

    def observe(self, handler: Callable[..., Any], names: Any = traitlets.All, type: Any = "change") -> None:
        """Have ``handler`` called when a trait changes; ``model`` is filled where it is observed."""
        super().observe(handler, names, type)
        if observes(names, "model"):
            self._model_is_observed = True
            if "session" in vars(self):
                self.session.observe(self._pass_on, "model")

    def _pass_on(self, change: Any) -> None:
        """Tell observers what changed in the session."""
        self.notify_change(traitlets.Bunch({**change, "owner": self}))

    def _tell(self, handler: Callable[..., Any], change: Any) -> None:
        if change["name"] not in _OF_SESSION:
            handler(change)
        elif self.session.is_newest(change) and not self.session.closed:
            self.session.guarded(handler)(change)
