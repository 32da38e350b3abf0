"""The panel of training: a copy of the network on screen learns a task, and goes on after edits."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import traitlets

from encdec_widgets.designs.mends import Mend
from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.buttons import button, row_of
from encdec_widgets.widgets.base.closing import close_all
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.base.texts import heading
from encdec_widgets.widgets.pages.learn_controls import LearnControls
from encdec_widgets.widgets.pages.learn_view import LearnView
from encdec_widgets.widgets.pages.learn_words import (
    marks_html,
    pinned_html,
    refused_html,
    status_html,
    what_html,
)


class LearnPanel(widgets.VBox):
    """The task, buttons, and what is learnt: score, pictures, losses; then what is trained, and how.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is drawn.
        learning: What it shows.
    """

    visible = traitlets.Bool(False)

    def __init__(self, session: Session, learning: Learning, say: Callable[[str], None] = unheard) -> None:
        """Make the panel.

        Args:
            session: The session whose network is trained.
            learning: What is trained of it.
            say: Is called with what is to be read aloud.
        """
        self.learning = learning
        self._session, self._say = session, say
        self._mends: tuple[Mend, ...] = ()
        guarded = session.guarded
        self.task = LearnControls(learning, guarded, only=("task",))
        self.how = LearnControls(learning, guarded, without=("task",))
        self.start = button(
            session, "Train", "Trains a copy of this network in a process of its own", self._start, "primary"
        )
        self.stop = button(session, "Stop", "Ends the training; what was learnt is kept", learning.stop)
        self.pin = button(
            session, "Pin as A", "Keeps this network, to train another one beside it", learning.pin
        )
        self.race = button(
            session,
            "Train A and B",
            "Trains A and B, which is on screen, in turns, from random weights",
            learning.race,
        )
        self.anew = widgets.Checkbox(description="from random weights", indent=False)
        self.view = LearnView()
        self._refused, self._status, self._marks, self._what, self._pinned = (
            widgets.HTML() for _ in range(5)
        )
        self._mending = widgets.HBox()
        self._mending.add_class("encdec-mends")
        super().__init__(
            [
                widgets.HTML(heading("Learn", 3)),
                self.task,
                row_of(self.start, self.stop, self.pin, self.race),
                self.anew,
                self._pinned,
                self._refused,
                self._mending,
                self._status,
                self.view,
                self._marks,
                self._what,
                self.how,
            ]
        )
        self.add_class("encdec-group")
        self.add_class("encdec-learn")
        self._draw()
        self.observe(guarded(self._seen), "visible")
        learning.observe(guarded(self._draw), ["state", "subject", "pinned"])
        learning.observe(guarded(self._read_aloud), "sentence")
        session.observe(self._network_changed, "shown")
        session.observe(self._draw, "focus")

    @property
    def text(self) -> str:
        """What the panel says, as HTML."""
        parts = (self._pinned, self._refused, self._status, self._marks, self._what)
        return self.task.refusal + "".join(part.value for part in parts) + self.how.refusal

    def close(self) -> None:
        """Close it, with the buttons that are not shown just now."""
        for one in self._mending.children:
            close_all(one)
        super().close()

    def _seen(self, _: Any) -> None:
        self.learning.looked_at = self.visible
        self._draw()

    def _start(self) -> None:
        self.learning.start(anew=self.anew.value)

    def _read_aloud(self, change: Mapping[str, Any]) -> None:
        self._say(change["new"][1])

    def _network_changed(self, _: Any) -> None:
        """Say what depends on the network on screen; every step of a slider comes here."""
        if self.visible:
            self._draw_buttons()

    def _draw(self, _: Any = None) -> None:
        if not self.visible:
            return
        state, subject = self.learning.state, self.learning.subject
        self._draw_buttons()
        self._refused.value = refused_html(subject)
        self._offer(self._session.focus.offered(subject.mends if subject is not None else ()))
        self._marks.value = marks_html(state)
        self._what.value = what_html(subject)
        self.view.show(state)

    def _draw_buttons(self) -> None:
        """Draw what can be done, and whether what is shown is of the network on screen."""
        learning, state, shown = self.learning, self.learning.state, self._session.shown
        # One that is disabled while it has the keyboard hands it on: see keepFocus in the page's script.
        self.start.disabled = shown is None
        self.start.description = "Training …" if state.running else "Train"
        self.stop.disabled = not state.running
        self.stop.description = "Stop at once" if state.stopping else "Stop"
        self.pin.disabled = shown is None
        pinned = learning.pinned
        same = pinned is not None and shown is not None and pinned.design == shown.backbone.design
        self.race.disabled = shown is None
        self.race.layout.display = "none" if pinned is None or same else ""
        self.anew.layout.display = "" if not state.running and learning.has_weights else "none"
        raced = state.running and len(state.runs) > 1  # what A is stands above its pictures then
        self._pinned.value = pinned_html(None if raced else pinned, same=same)
        self._status.value = status_html(state, up_to_date=learning.up_to_date)

    def _offer(self, mends: tuple[Mend, ...]) -> None:
        """A button for each mend; the keyboard stays on one that stays."""
        if mends == self._mends:
            return
        self._mends = mends
        before = self._mending.children
        self._mending.children = tuple(
            button(self._session, mend.label, f"Mend this: {mend.label}", partial(self.learning.mend, mend))
            for mend in mends
        )
        for old in before:
            close_all(old)
