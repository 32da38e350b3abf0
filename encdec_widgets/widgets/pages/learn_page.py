"""The page *Learn*: what the network learns, and what its layers see."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.base.reading import unheard
from encdec_widgets.workers.client import Worker

if TYPE_CHECKING:
    from encdec_widgets.session.learning import Learning
    from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
    from encdec_widgets.widgets.pages.learn_panel import LearnPanel


class LearnPage(widgets.VBox):
    """The parts of the page, one below the other; they are made when they are first asked for.

    Many designers are never turned to this page: without its parts a designer is on screen sooner.

    Attributes:
        visible: Whether it is seen (a trait); while it is False, nothing is drawn or found out.
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
        self._session, self._worker, self._say = session, worker, say
        super().__init__()
        self.observe(session.guarded(self._seen), "visible")

    @cached_property
    def learning(self) -> "Learning":
        """What is trained."""
        from encdec_widgets.session.learning import Learning

        learning = Learning(self._session, self._worker)
        learning.observe(self._session.guarded(self._trained), "state")
        return learning

    @cached_property
    def panel(self) -> "LearnPanel":
        """The training."""
        from encdec_widgets.widgets.pages.learn_panel import LearnPanel

        return LearnPanel(self._session, self.learning, self._say)

    @cached_property
    def maps(self) -> "FeatureMapsPanel":
        """What the layers see."""
        from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel

        return FeatureMapsPanel(self._session, self._worker, self._say)

    def close(self) -> None:
        """Stop what is trained, and close."""
        for part in ("learning", "panel", "maps"):
            if part in vars(self):
                getattr(self, part).close()
        super().close()

    def _seen(self, _: Any) -> None:
        parts = (self.panel, self.maps)
        self.children = parts
        for part in parts:
            part.visible = self.visible

    def _trained(self, change: Any) -> None:
        """Offer what was learnt to be looked at."""
        from encdec_widgets.workers.training import Trained

        trained = self.learning.trained
        if isinstance(trained, Trained) and change["old"].running and not change["new"].running:
            self.maps.offer_training(trained, self.learning.tasks.get(trained.task, self.learning.task))
