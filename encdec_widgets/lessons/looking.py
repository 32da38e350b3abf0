"""Looking at what a designer shows, learns and races, for the goals of a lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from encdec_widgets.designs.design import Design
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.learnt import learnt_of
from encdec_widgets.lessons.seen import Learnt, Seen
from encdec_widgets.session.conditions import Conditions

if TYPE_CHECKING:
    from encdec_widgets.session.learning import Learning
    from encdec_widgets.widgets.designer import Designer


class Looking:
    """Observes a designer, and only as much of it as goals ask for: an edit pays for nothing else.

    The page that trains is made when the first goal asks for a figure of a training.
    """

    def __init__(
        self, designer: Designer, start: Design, conditions: Conditions, changed: Callable[[str], None]
    ) -> None:
        """Observe the network on screen.

        Args:
            designer: The designer.
            start: The design that the lesson starts with.
            conditions: What costs and checks are for.
            changed: Is told what changed: "network", "training", "race" or "timing".
        """
        self._designer, self._session = designer, designer.session
        self._start, self._conditions, self._changed = start, conditions, changed
        self._heard: set[str] = {"network"}
        self._learning: Learning | None = None
        self._learnt: Learnt | None = None
        self._told: object = None  # the training that it is of
        self._session.observe(self._network_changed, "shown")

    def hear_of(self, goal: Goal) -> None:
        """Observe what a goal's quantities are read of, beside the network."""
        new = goal.hears_of - self._heard
        self._heard |= new
        if "race" in new:
            self._session.observe(lambda _: self._changed("race"), "race")
        if "timing" in new:
            self._session.observe(lambda _: self._changed("timing"), "time")
        if "training" in new:
            self._learning = learning = self._designer.learning
            self._take_training(learning)
            learning.observe(self._session.guarded(self._learning_changed), "state")

    def seen(self) -> Seen | None:
        """The network on screen, and what is known of it; None as long as there is none."""
        shown, session = self._session.shown, self._session
        if shown is None:
            return None
        return Seen(
            backbone=shown.backbone,
            start=self._start,
            conditions=self._conditions,
            learnt=self._learnt,
            learning=self._learning is not None and self._learning.state.running,
            race=session.race,
            time=session.time,
            found=shown.checks if session.conditions == self._conditions else None,
        )

    def _network_changed(self, change: Mapping[str, Any]) -> None:
        before, shown = change["old"], change["new"]
        if before is None or before.backbone is not shown.backbone:
            self._changed("network")

    def _learning_changed(self, change: Mapping[str, Any]) -> None:
        """Hear that a training begins or ends; of its many slices in between, nothing."""
        if self._learning is None or change["old"].running == change["new"].running:
            return
        if not change["new"].running:
            self._take_training(self._learning)
        self._changed("training")

    def _take_training(self, learning: Learning) -> None:
        """Take what a training has shown; one that failed, or was stopped before its first step, has shown nothing."""
        if learning.trained is not self._told:
            self._told = learning.trained
            self._learnt = learnt_of(learning) or self._learnt
