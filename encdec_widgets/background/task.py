"""A piece of work in the background, which is done in steps."""

import enum
import functools
import math
import threading
import time
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar, TypeVarTuple

from encdec_widgets.background.calls import running_loop

if TYPE_CHECKING:
    from encdec_widgets.background.executor import Background

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
Steps = Generator[None, None, Result]
"""The steps of a task: it yields between two of them, and returns its result."""
Work = Callable[["Task[Result]"], Steps[Result]]
"""Makes the steps of a task."""


class Dropped(BaseException):
    """Ends a task whose result is not wanted any more; no error, so that no ``except Exception`` stops it.

    Example:
        >>> from encdec_widgets.background import Dropped
        >>> issubclass(Dropped, Exception)
        False
    """


class Priority(enum.IntEnum):
    """How urgent a task is; the least number comes first.

    Example:
        >>> from encdec_widgets.background import Priority
        >>> min(Priority.SPARE, Priority.URGENT).name
        'URGENT'
    """

    URGENT = 0
    """A person waits for it."""
    SPARE = 1
    """It is done in spare time, and gives way to what is urgent."""


class Task(Generic[Result]):
    """A piece of work in the background, as the work itself sees it.

    Attributes:
        key: What it is about: a newer task of the same key overtakes it.
        priority: How urgent it is.
        future: Its result. It can be cancelled until it is done, also while the work is under way.
        remaining_s: Seconds until it should be done, which the work may say; a task that has been overtaken is let end
            if that is no more than its ``finish_s``.
        inline: Whether the caller waits while its steps run on the same thread; then it need not yield.
        spent_s: Seconds that its steps have taken so far, without the time between them.

    Example:
        >>> from encdec_widgets.background import shared_background
        >>> def told(task):
        ...     task.tell(print, "halfway")
        ...     yield
        ...     return "done"
        >>> shared_background().begin(told, key="told").future.result()
        halfway
        'done'
    """

    def __init__(
        self,
        background: "Background",
        work: Work[Result],
        *,
        key: Hashable,
        priority: Priority,
        finish_s: float,
    ) -> None:
        """Begin nothing yet."""
        self.key = key
        self.priority = priority
        self.future: Future[Result] = Future()
        self.remaining_s = math.inf
        self.inline = False
        self._background = background
        self._work: Work[Result] | None = work
        self._finish_s = finish_s
        self._loop = running_loop()
        self._steps: Steps[Result] | None = None
        # What the background notes of it:
        self._due = self._started = self._stepping = self._ended = self._overtaken = False
        self._told_cancelled = False
        self._thread: int | None = None  # where a step is being taken
        self._waiting_thread: int | None = None  # that of the caller who waits, where the steps run
        self._step_began = 0.0
        self._spent_s = 0.0

    @property
    def spent_s(self) -> float:
        """Seconds that its steps have taken so far."""
        return self._spent_s + (time.monotonic() - self._step_began if self._stepping else 0.0)

    @property
    def wanted(self) -> bool:
        """Whether it is to go on: it was neither dropped nor overtaken, and Python does not end.

        Where the caller waits for it, Python does not end before: a thread that outlives the main thread can edit.
        """
        if self.future.cancelled() or not (self.inline or threading.main_thread().is_alive()):
            return False
        return not self._overtaken or self.remaining_s <= self._finish_s

    @property
    def over(self) -> bool:
        """Whether the work is to yield as soon as it can: something else is more urgent, or it is not wanted."""
        return not self.inline and (not self.wanted or self._background._gives_way(self))

    def check(self) -> None:
        """End the work if it is not wanted any more.

        Raises:
            Dropped: If that is so; the work is to let it pass.
        """
        if not self.wanted:
            raise Dropped

    def tell(self, callback: Callable[[*Arguments], object], *args: *Arguments) -> bool:
        """Have ``callback`` called on the event loop on which the task was begun, unless the task is dropped before.

        What tasks of the same key tell comes in order. It also comes in :meth:`Background.wait`.

        Returns:
            Whether it can come by itself: the task was not dropped, and the loop not closed. To a loop that was
            closed, it comes in :meth:`Background.wait` alone.
        """
        return self._background._post(self, functools.partial(callback, *args))


def to_the_end(steps: Steps[Result]) -> Result:
    """Take all steps of a generator, and return its result.

    Example:
        >>> from encdec_widgets.background import to_the_end
        >>> def steps():
        ...     yield
        ...     return 7
        >>> to_the_end(steps())
        7
    """
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
