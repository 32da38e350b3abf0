"""What a session holds and does, as traits and methods of the widget that shows it."""

from collections.abc import Callable
from typing import Any

import traitlets

from encdec_widgets.architectures.encoder_decoder import EncoderDecoder
from encdec_widgets.designs.design import Design
from encdec_widgets.session import Session
from encdec_widgets.session.telling import Telling, observes
from encdec_widgets.session.waiting import Waiting

_OF_SESSION = ("design", "backbone", "problem", "model")


class SessionFace(Telling):
    """A session's design, backbone, model and problem as traits, and its edits as methods.

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

    def set(self, field: str, value: Any) -> None:
        """Change one field, as its control does, and return when the network is built and drawn.

        A value that is not possible does not raise: it is shown, kept in ``problem``, and the design stays.

        Args:
            field: Path of the field, as in :meth:`Design.replace`: ``filters``, ``encoder[1].filters`` or
                ``input_shape``.
            value: The new value.
        """
        self.session.change(field, value, now=True)
        self.wait()

    def load(self, design: Design | EncoderDecoder | str) -> None:
        """Take another design, architecture or preset in place of the present design, with weights of its own."""
        self.session.load(design, now=True)

    def undo(self) -> None:
        """Take back the last edit, and return when the network before it stands; nothing happens if there is none."""
        self.session.undo(now=True)

    def redo(self) -> None:
        """Make the edit again that was last undone, and return when its network stands."""
        self.session.redo(now=True)

    @property
    def selected(self) -> str | None:
        """Path of the block that is selected, ``encoder[*]`` for all of a stage, ``head``; None for nothing."""
        return self.session.selected

    def select(self, path: str | None) -> None:
        """Select a block, as a click on it does: mark it in the picture and show its controls.

        Args:
            path: As :attr:`selected`.

        Raises:
            ValueError: If there is no such block.
        """
        self.session.select(path)

    def wait(self) -> None:
        """Return when everything that was changed is built and drawn."""
        self.session.wait()

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
