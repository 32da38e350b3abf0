"""The background in threads."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from encdec_widgets.background.calls import Cancellable
from encdec_widgets.background.executor import Background
from encdec_widgets.background.task import Task


class InThreads(Background):
    """Works in a thread, which ends when there is nothing to do.

    Python waits for that thread when it ends, and the thread ends at the next step: TensorFlow aborts the whole process
    if a thread is killed in the middle of its code. So Python ends only when the block that is being made is made,
    however long that takes. A limit would not be safe: a thread cannot be seen to be outside of TensorFlow's code, and
    what other libraries do at exit would come while it still builds.

    Example:
        >>> from encdec_widgets.background import InThreads
        >>> InThreads().submit(max, 2, 3).result()
        3
    """

    has_threads = True

    def __init__(self) -> None:
        """Start no thread yet."""
        super().__init__()
        self._thread: threading.Thread | None = None

    def aside(self, function: Callable[[], object]) -> None:
        """Call a function in a thread of its own, for which Python does not wait when it ends."""
        threading.Thread(target=function, name="encdec-aside", daemon=True).start()

    def alarm(self, seconds: float, action: Callable[[], object]) -> Cancellable:
        """Call ``action`` in a thread of its own after some seconds."""
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
        return timer

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="encdec-background")
                thread.start()
                self._thread = thread

    def _work(self) -> None:
        try:
            while (task := self._next_turn()) is not None:
                self._step(task)
        except BaseException:
            self._thread = None
            raise

    def _next_turn(self) -> Task[Any] | None:
        with self._lock:
            task = self._most_urgent()
            if task is None:
                self._thread = None
            return task

    def _await(self, task: Task[Any]) -> None:
        self._start(task)
        with contextlib.suppress(CancelledError):
            task.future.exception()

    def _gives_way(self, task: Task[Any]) -> bool:
        return self._more_urgent_than(task)
