"""Work that must not block what a person does: the newest of a kind, the most urgent first, step by step.

There are two forms with one interface. :class:`InThreads` works in a thread; :class:`OnLoop` works on the event loop
alone, a slice of time at once, for platforms without threads (Pyodide). Both are a
:class:`concurrent.futures.Executor`.

Example:
    Work is a generator: it yields where it can be interrupted, and returns its result.

    >>> from encdec_widgets.background import shared_background
    >>> def squares(task):
    ...     numbers = []
    ...     for number in range(4):
    ...         numbers.append(number**2)
    ...         yield
    ...     return numbers
    >>> shared_background().begin(squares, key="squares").future.result()
    [0, 1, 4, 9]
"""

import functools
import sys

from encdec_widgets.background.calls import Cancellable, on_this_loop, running_loop
from encdec_widgets.background.executor import Background
from encdec_widgets.background.in_threads import InThreads
from encdec_widgets.background.on_loop import OnLoop
from encdec_widgets.background.task import Dropped, Priority, Task, to_the_end
from encdec_widgets.background.task import Steps as Steps
from encdec_widgets.background.task import Work as Work

__all__ = [
    "Background",
    "Cancellable",
    "Dropped",
    "InThreads",
    "OnLoop",
    "Priority",
    "Task",
    "on_this_loop",
    "running_loop",
    "shared_background",
    "to_the_end",
]


@functools.cache
def shared_background() -> Background:
    """The background of this process: in threads, or on the event loop alone where there are none.

    Example:
        >>> from encdec_widgets.background import shared_background
        >>> shared_background() is shared_background()
        True
    """
    return OnLoop() if sys.platform in ("emscripten", "wasi") else InThreads()
