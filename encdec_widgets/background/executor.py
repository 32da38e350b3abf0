"""The background: tasks, one step at a time, the newest of a key and the most urgent first."""

import abc
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Executor, Future
from typing import Any, ClassVar, TypeVar

from encdec_widgets.background.calls import Cancellable, running_loop
from encdec_widgets.background.task import Dropped, Priority, Steps, Task, Work

Result = TypeVar("Result")

_log = logging.getLogger("encdec_widgets.background")


class Background(Executor, abc.ABC):
    """Does work beside what a person does, one step at a time.

    Of a key, the newest task wins: an older one does not begin, or is dropped at its next step. The most urgent task
    takes the next step. What a task tells is heard on the event loop on which it was begun.

    Without an event loop, the caller has to wait in any case: a task is done before :meth:`begin` returns.

    Example:
        >>> from encdec_widgets.background import OnLoop
        >>> OnLoop().submit(sum, [1, 2, 3]).result()
        6
    """

    has_threads: ClassVar[bool]
    """Whether something can go on while the event loop waits."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self._lock = threading.Lock()
        self._tasks: list[Task[Any]] = []  # in the order in which they were begun
        self._messages: dict[Hashable, deque[tuple[Task[Any], Callable[[], object]]]] = {}
        self._shut_down = False

    def begin(
        self,
        work: Work[Result],
        *,
        key: Hashable,
        priority: Priority = Priority.URGENT,
        finish_s: float = 0.0,
        after_s: float = 0.0,
        now: bool = False,
    ) -> Task[Result]:
        """Begin a task, and return at once where an event loop runs.

        An error that ends it is logged, as "encdec_widgets.background", and is that of its future.

        Args:
            work: Is called with the task, and makes the generator of its steps.
            key: Tasks of the same key that were begun before are overtaken.
            priority: How urgent it is.
            finish_s: If it is overtaken and should be done within so many seconds (:attr:`Task.remaining_s`), it goes
                on to its end.
            after_s: Seconds to wait before the first step.
            now: Do it before returning, on this thread.
        """
        task = Task(self, work, key=key, priority=priority, finish_s=finish_s)
        loop = running_loop()
        task.inline = task._started = now or loop is None
        with self._lock:
            older = [each for each in self._tasks if each.key == key]
            for each in older:
                each._overtaken = True
            self._tasks.append(task)
        self._cancel_what_has_not_begun(older)
        if loop is None or now:
            self._finish_inline(task)
        elif after_s:
            loop.call_later(after_s, self._start, task)
        else:
            self._start(task)
        return task

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Call a function in one step, as each :class:`concurrent.futures.Executor` does.

        Other work waits for that step. What takes long is better begun as a task of many steps.

        Raises:
            RuntimeError: If the background was shut down.
        """
        if self._shut_down:
            raise RuntimeError(
                f"The background was shut down and takes no calls. Received: {fn!r}. Submit it to "
                f"another, {type(self).__name__}() say."
            )
        return self.begin(lambda _: _in_one_step(fn, args, kwargs), key=_Call()).future

    def drop(self, key: Hashable) -> None:
        """Drop the tasks of a key: they end at their next step, and nothing more is told of them."""
        with self._lock:
            tasks = [task for task in self._tasks if task.key == key]
            self._messages.pop(key, None)
        for task in tasks:
            task.future.cancel()
            if task.inline and task._thread is None and task._waiting_thread in (None, threading.get_ident()):
                self._end_dropped(task)  # An interrupt may have ended who took its steps.
        self._cancel_what_has_not_begun(tasks)

    def wait(self, key: Hashable) -> None:
        """Return when no task of a key is under way and all that they told was heard.

        Raises:
            RuntimeError: If it is called by a step of a task, for which others wait in turn.
        """
        while (tasks := self._under_way(key)) or key in self._messages:
            if not tasks:
                self.deliver(key)  # What hears it may begin a new task.
                continue
            if any(task._thread == threading.get_ident() for task in list(self._tasks)):
                raise RuntimeError(
                    "A step of work in the background cannot wait for work in the background. Received: key "
                    f"{key!r}. Wait for it where it was begun."
                )
            task = tasks[0]
            if task._waiting_thread == threading.get_ident():
                self._finish_inline(task)  # An observer waits, between two steps.
            elif task.inline:
                with contextlib.suppress(CancelledError):
                    task.future.exception()  # Another thread takes its steps.
            else:
                self._await(task)

    def deliver(self, key: Hashable) -> None:
        """Make the calls that are due for tasks of a key, on this thread."""
        while (message := self._next_message(key)) is not None:
            task, tell = message
            if not task.future.cancelled():
                tell()

    def later(self, seconds: float, action: Callable[[], object]) -> Cancellable | None:
        """Do something on the event loop of the caller after some seconds; at once where none runs.

        Returns:
            What cancels it; None if it was done.
        """
        loop = running_loop()
        if loop is None:
            action()
            return None
        return loop.call_later(seconds, action)

    @abc.abstractmethod
    def aside(self, function: Callable[[], object], *, awaited: bool = False) -> None:
        """Call a function that mostly waits, for another process say, without holding up any task.

        Args:
            function: The function.
            awaited: Whether Python waits for it when it ends, as it should where a backend computes.

        Raises:
            RuntimeError: If there are no threads.
        """

    @abc.abstractmethod
    def alarm(self, seconds: float, action: Callable[[], object]) -> Cancellable:
        """Call ``action`` after some seconds, whatever else is going on.

        Raises:
            RuntimeError: If there are no threads.
        """

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls, and end what is under way: by dropping it, or by waiting for it."""
        self._shut_down = True
        keys = {task.key for task in list(self._tasks)}
        for key in keys:
            if cancel_futures:
                self.drop(key)
            if wait:
                self.wait(key)

    @abc.abstractmethod
    def _wake(self) -> None:
        """See to it that tasks that are due take their steps."""

    @abc.abstractmethod
    def _await(self, task: Task[Any]) -> None:
        """Return when a task is done."""

    @abc.abstractmethod
    def _gives_way(self, task: Task[Any]) -> bool:
        """Whether a task is to yield to something else."""

    def _start(self, task: Task[Any]) -> None:
        if not task._ended:
            task._due = True
            self._wake()

    def _under_way(self, key: Hashable) -> list[Task[Any]]:
        with self._lock:
            return [task for task in self._tasks if task.key == key and not task.future.done()]

    def _more_urgent_than(self, task: Task[Any]) -> bool:
        return any(
            other.priority < task.priority and other._due and not other.future.done()
            for other in list(self._tasks)
        )

    def _most_urgent(self) -> Task[Any] | None:
        """The task whose turn it is; to be asked with the lock held."""
        due = [task for task in self._tasks if task._due and not task._stepping and not task.inline]
        task = min(due, key=lambda task: task.priority, default=None)
        if task is not None:
            task._started = task._stepping = True
        return task

    def _finish_inline(self, task: Task[Any]) -> None:
        task.inline = task._started = True
        task._waiting_thread = threading.get_ident()
        try:
            while not task._ended:
                self._step(task)
                self.deliver(task.key)
        except BaseException:  # What an observer raises ends the task; its steps would never be taken.
            if not task._ended:
                self._end_dropped(task)
            raise

    def _step(self, task: Task[Any]) -> None:
        """Have a task take a step; if that was the last one, it is done."""
        task._stepping, task._thread = True, threading.get_ident()
        task._step_began = time.monotonic()
        try:
            task.check()
            if task._steps is None:
                assert task._work is not None
                task._steps = task._work(task)
            next(task._steps)
        except StopIteration as end:
            if task.future.set_running_or_notify_cancel():
                task.future.set_result(end.value)
            self._forget(task)
        except Dropped:
            self._end_dropped(task)
        except BaseException as error:
            interrupt = (task.inline or not self.has_threads) and not isinstance(error, Exception)
            if interrupt:
                task.future.cancel()
            if task.future.set_running_or_notify_cancel():
                task.future.set_exception(error)
                if not isinstance(task.key, _Call):
                    _log.error("Work in the background failed: %r", task._work, exc_info=error)
            self._forget(task)
            if interrupt:
                raise
        finally:
            task._spent_s = task.spent_s
            task._stepping, task._thread = False, None

    def _end_dropped(self, task: Task[Any]) -> None:
        if task._steps is not None:
            task._steps.close()
        _cancel(task)
        with self._lock:
            messages = self._messages.pop(task.key, deque())
            if heard := deque(message for message in messages if message[0] is not task):
                self._messages[task.key] = heard
        self._forget(task)

    def _forget(self, task: Task[Any]) -> None:
        with self._lock:
            if task in self._tasks:
                self._tasks.remove(task)
        task._ended = True
        task._work = task._steps = None

    def _cancel_what_has_not_begun(self, tasks: list[Task[Any]]) -> None:
        with self._lock:
            tasks = [task for task in tasks if not task._started]
            for task in tasks:
                task._started = True
                self._tasks.remove(task)
        for task in tasks:
            task._ended = True
            task._work = None
            _cancel(task)

    def _post(self, task: Task[Any], tell: Callable[[], object]) -> bool:
        if task.future.cancelled():
            return False
        with self._lock:
            self._messages.setdefault(task.key, deque()).append((task, tell))
        if task.inline or task._loop is None:
            return True
        try:
            task._loop.call_soon_threadsafe(self.deliver, task.key)
        except RuntimeError:  # It is closed, as when the kernel shuts down.
            return False
        return True

    def _next_message(self, key: Hashable) -> tuple[Task[Any], Callable[[], object]] | None:
        with self._lock:
            messages = self._messages.get(key)
            if messages:
                return messages.popleft()
            self._messages.pop(key, None)
            return None


def _cancel(task: Task[Any]) -> None:
    if task.future.cancel() and not task._told_cancelled:
        task._told_cancelled = True
        task.future.set_running_or_notify_cancel()


class _Call:
    """The key of a call that was submitted: its caller has the future, and so the error."""


def _in_one_step(fn: Callable[..., Result], args: Any, kwargs: Any) -> Steps[Result]:
    yield from ()
    return fn(*args, **kwargs)
