"""Pieces of one piece of work, done side by side in threads.

The work is to be one in which NumPy lets go of Python's lock, such as drawing and adding up large arrays. The threads
end with the work: a process that was forked has none of them to wait for.
"""

import os
import threading
from collections.abc import Callable

from encdec_widgets.background import shared_background

MOST_THREADS = 8
"""More are kept from their work by the memory that they share."""


def side_by_side(do: Callable[[int], object], count: int) -> None:
    """Call ``do`` with each number below ``count``, in as many threads as this process has processors.

    Args:
        do: Does one piece. What it raises ends the work and is raised here.
        count: How many pieces there are.

    Example:
        >>> done = set()
        >>> side_by_side(done.add, 5)
        >>> sorted(done)
        [0, 1, 2, 3, 4]
    """
    numbers = iter(range(count))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for number in numbers:
                if errors:
                    return
                do(number)
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that asked
            errors.append(error)

    helpers = _started(work, min(_processors(), MOST_THREADS, count) - 1)
    try:
        work()
    finally:
        for helper in helpers:
            helper.join()
    if errors:
        raise errors[0]


def _started(work: Callable[[], None], count: int) -> list[threading.Thread]:
    """So many threads; fewer where no more can be started, and none where the background has none either."""
    helpers: list[threading.Thread] = []
    if not shared_background().has_threads:
        return helpers
    for _ in range(count):
        helper = threading.Thread(target=work, name="encdec-pieces", daemon=True)
        try:
            helper.start()
        except (RuntimeError, OSError):  # the platform says which
            break
        helpers.append(helper)
    return helpers


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
