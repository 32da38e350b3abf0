"""Work that waits for a pause in the edits, so that no step of a slider takes longer for it."""

from collections.abc import Callable

from encdec_widgets.background import Background, Cancellable, shared_background


class AtRest:
    """Does something after a pause in which it was not asked for again; at once where no event loop runs."""

    def __init__(
        self, seconds: float, action: Callable[[], None], background: Background | None = None
    ) -> None:
        """Wait for ``seconds`` before each ``action``, in the background that all share unless another is given."""
        self._seconds = seconds
        self._action = action
        self._background = background or shared_background()
        self._timer: Cancellable | None = None

    @property
    def waits(self) -> bool:
        """Whether it was asked for and is not done yet."""
        return self._timer is not None

    def soon(self) -> None:
        """Do it after the pause, which begins now."""
        self.forget()
        self._timer = self._background.later(self._seconds, self._do)

    def forget(self) -> None:
        """Do not do it until it is asked for again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do(self) -> None:
        self._timer = None
        self._action()
