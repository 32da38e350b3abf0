"""The background on the event loop alone, for platforms without threads."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from encdec_widgets.background.calls import Cancellable, running_loop
from encdec_widgets.background.executor import Background
from encdec_widgets.background.task import Task

SLICE_S = 0.02
"""A task yields after so many seconds, so that the page can be used."""
_NO_THREADS = (
    "this needs a thread, and the background works on the event loop alone. Use "
    "encdec_widgets.background.InThreads() where there are threads."
)


class OnLoop(Background):
    """Works on the event loop alone, a slice of time at once: it starts neither threads nor processes.

    Example:
        >>> import asyncio
        >>> from encdec_widgets.background import OnLoop
        >>> async def main():
        ...     return await asyncio.wrap_future(OnLoop().submit(max, 2, 3))
        >>> asyncio.run(main())
        3
    """

    has_threads = False

    def __init__(self) -> None:
        """Schedule nothing yet."""
        super().__init__()
        self._woken: asyncio.AbstractEventLoop | None = None

    def aside(self, function: Callable[[], object], *, awaited: bool = False) -> None:
        """Refuse it: it would block the event loop."""
        raise RuntimeError(_NO_THREADS)

    def alarm(self, seconds: float, action: Callable[[], object]) -> Cancellable:
        """Refuse it, as nothing runs while the event loop waits."""
        raise RuntimeError(_NO_THREADS)

    def _wake(self) -> None:
        loop = running_loop()
        # One that has been closed will not call back any more.
        if loop is not None and self._woken is not loop:
            self._woken = loop
            loop.call_soon(self._take_turn, loop)

    def _take_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        next_turn = loop.call_soon(self._take_turn, loop)  # First: an interrupt must not end the turns.
        with self._lock:
            task = self._most_urgent()
        if task is None:
            self._woken = None
            next_turn.cancel()
            return
        self._step(task)

    def _await(self, task: Task[Any]) -> None:
        self._finish_inline(task)

    def _gives_way(self, task: Task[Any]) -> bool:
        return time.monotonic() - task._step_began >= SLICE_S
