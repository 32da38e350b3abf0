"""The page *Learn*: what the network learns, and what its layers see."""

from collections.abc import Callable
from typing import Any

import traitlets

from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
from encdec_widgets.widgets.pages.learn_panel import LearnPanel
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.training import Trained


class LearnPage(widgets.VBox):
    """The parts of the page, one below the other.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is drawn or found out.
        learning: What is trained.
        panel: The training.
        maps: What the layers see.
    """

    visible = traitlets.Bool(False)

    def __init__(
        self, session: Session, worker: Worker | None = None, say: Callable[[str], None] = unheard
    ) -> None:
        """Make the page of the network that ``session`` shows.

        Args:
            session: The session.
            worker: The process to train in; the one of this kernel if left out.
            say: Is called with what is to be read aloud.
        """
        self.learning = Learning(session, worker)
        self.panel = LearnPanel(session, self.learning, say)
        self.maps = FeatureMapsPanel(session, worker, say)
        super().__init__([self.panel, self.maps])
        self.learning.observe(session.guarded(self._trained), "state")
        self.observe(session.guarded(self._seen), "visible")

    def close(self) -> None:
        """Stop what is trained, and close."""
        self.learning.close()
        self.maps.close()
        super().close()

    def _seen(self, _: Any) -> None:
        self.panel.visible = self.maps.visible = self.visible

    def _trained(self, change: Any) -> None:
        """Offer what was learnt to be looked at."""
        learning, trained = self.learning, self.learning.trained
        if isinstance(trained, Trained) and change["old"].running and not change["new"].running:
            self.maps.offer_training(trained, learning.tasks.get(trained.task, learning.task))
