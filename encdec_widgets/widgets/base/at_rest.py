"""Work that waits until the hand rests: no step of a slider pays for it."""

import asyncio
from collections.abc import Callable


class AtRest:
    """Does something once nobody has asked for it again for a while; at once where no event loop runs."""

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        """Wait for ``seconds`` before each ``action``."""
        self._seconds = seconds
        self._action = action
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Do it when the hand rests from now on."""
        self.forget()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._action()
        else:
            self._timer = loop.call_later(self._seconds, self._do)

    def forget(self) -> None:
        """Do not do it, unless asked again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do(self) -> None:
        self._timer = None
        self._action()
