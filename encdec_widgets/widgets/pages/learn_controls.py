"""What a training is asked for: the controls of its settings."""

from collections.abc import Callable, Collection
from typing import Any

from encdec_widgets.session.learning import Learning
from encdec_widgets.session.learning_settings import LearningSettings
from encdec_widgets.widgets.controls.controls import FieldControls


class LearnControls(FieldControls):
    """Rows for some of the settings of a training; those that are rarely needed are folded away."""

    def __init__(
        self,
        learning: Learning,
        guarded: Callable[[Callable[..., Any]], Callable[..., None]],
        *,
        only: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        """Make the rows.

        Args:
            learning: Whose settings they are.
            guarded: What a callback is called through.
            only: The names of the settings that have a row; all if left out.
            without: The names of settings that have none.
        """
        super().__init__(learning.ask)
        self._learning, self._only, self._without = learning, only, without
        self._update_settings()
        learning.observe(guarded(self._update_settings), ["settings", "problem", "tasks"])

    def _update_settings(self, _: Any = None) -> None:
        learning, problem = self._learning, self._learning.problem
        fields = {
            name: info
            for name, info in LearningSettings.fields(learning.tasks).items()
            if name not in self._without and (not self._only or name in self._only)
        }
        values = learning.settings.values()
        bad = None
        if problem is not None and problem.field in fields:
            bad = problem.field
            values[bad] = problem.value
        self.show(fields, values, bad)
        self.refuse(bad, problem if bad is not None else None)
