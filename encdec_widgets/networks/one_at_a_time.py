"""One builder at a time: Keras's global state is shared by threads."""

import os
import threading
from collections import deque


class OneAtATime:
    """A lock, to be used in a ``with`` by whatever builds networks or fills weights.

    Keras's global state is shared by threads, and so are the layers of a network and of those rebuilt from it.

    Threads get it in the order in which they came: a build in the background that lets go of it between two blocks
    gets it again after those that waited. The thread that has it can enter it again.
    """

    def __init__(self) -> None:
        """Let in the first that comes."""
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._owner: int | None = None
        self._depth = 0

    @property
    def awaited(self) -> bool:
        """Whether another thread waits for it: a build in the background gives way to it, and no other build does."""
        return bool(self._waiting)

    def after_fork(self) -> None:
        """Let in the one thread that a forked process has; where it has the lock, it keeps it."""
        self._changed = threading.Condition()
        self._waiting.clear()
        if self._owner != threading.get_ident():
            self._owner, self._depth = None, 0

    def __enter__(self) -> None:
        thread = threading.get_ident()
        with self._changed:
            if self._owner != thread:
                self._wait_in_line()
                self._owner = thread
            self._depth += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._depth -= 1
            if not self._depth:
                self._owner = None
                self._changed.notify_all()

    def _wait_in_line(self) -> None:
        if self._owner is None and not self._waiting:
            return
        ticket = object()
        self._waiting.append(ticket)
        try:
            self._changed.wait_for(lambda: self._owner is None and self._waiting[0] is ticket)
        finally:
            self._waiting.remove(ticket)
            self._changed.notify_all()  # The next in line may be the first now, after an interrupt.


one_at_a_time = OneAtATime()

if hasattr(os, "register_at_fork"):  # A process of a Pool would wait for a thread that it does not have.
    os.register_at_fork(after_in_child=one_at_a_time.after_fork)
