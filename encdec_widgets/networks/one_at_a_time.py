"""One builder at a time: Keras's global state is shared by threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class OneAtATime:
    """A lock, to be used in a ``with``, for whoever asks Keras for something.

    Keras's global state is shared by threads, and so are the layers of a network and of those rebuilt from it.
    """

    def __init__(self) -> None:
        """Let in whoever comes first."""
        self._lock = threading.RLock()
        self._waiting: set[object] = set()

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for it, other than in spare time."""
        return bool(self._waiting)

    @contextmanager
    def in_spare_time(self) -> Iterator[None]:
        """The lock, in a ``with``, for work that gives way as soon as it is ``awaited``: it does not hurry its like."""
        with self._lock:
            yield

    def __enter__(self) -> None:
        waiter = object()
        self._waiting.add(waiter)
        try:
            self._lock.acquire()
        finally:
            self._waiting.remove(waiter)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


one_at_a_time = OneAtATime()
