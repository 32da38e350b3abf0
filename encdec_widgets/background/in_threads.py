"""The background in threads."""

import contextlib
import os
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from encdec_widgets.background.calls import Cancellable
from encdec_widgets.background.executor import Background
from encdec_widgets.background.task import Task

LEAVE_S = 30.0
"""When Python ends, it waits for so many seconds for the block that is being made."""
_LOOK_S = 1.0


class InThreads(Background):
    """Works in a thread, which ends when there is nothing to do.

    Python waits for that thread when it ends, and the thread ends at the next step: TensorFlow aborts the whole process
    if a thread is killed in the middle of its code. So Python ends when the block that is being made is made, with the
    status that it was ended with. One that takes longer than :data:`LEAVE_S` is taken for hung: the process then ends
    at once, with the status 1, as Python does not tell the other one, and with a line about it on standard error.

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
        _all.add(self)

    def aside(self, function: Callable[[], object], *, awaited: bool = False) -> None:
        """Call a function in a thread of its own, for which Python does not wait when it ends unless ``awaited``."""
        threading.Thread(target=function, name="encdec-aside", daemon=not awaited).start()

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
                threading.Thread(target=_leave, args=(thread,), name="encdec-leaving", daemon=True).start()

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

    def _after_fork(self) -> None:
        """Begin anew in a forked process: it has neither the thread nor the callers of the tasks that there were."""
        self._lock = threading.Lock()
        self._thread = None
        self._tasks = [task for task in self._tasks if task._waiting_thread == threading.get_ident()]


_all: "weakref.WeakSet[InThreads]" = weakref.WeakSet()


def _after_fork() -> None:
    for background in list(_all):
        background._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _leave(thread: threading.Thread) -> None:
    """End the process where Python has ended but for a thread that does not."""
    main = threading.main_thread()
    while main.is_alive():
        thread.join(_LOOK_S)
        if not thread.is_alive():
            return
    thread.join(LEAVE_S)
    if thread.is_alive():
        with contextlib.suppress(Exception):  # Whatever stands for them may be closed, or be no file.
            sys.stdout.flush()
            print(
                f"A block is still being made {LEAVE_S:g} s after the end of Python.",
                file=sys.stderr,
                flush=True,
            )
        os._exit(1)
