"""Who tells of the designs of a sweep: processes of this machine, any executor, or this process itself."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from encdec_widgets.background import shared_background
from encdec_widgets.designs.classes import users_classes
from encdec_widgets.designs.design import Design
from encdec_widgets.explore.sweeping.pool import Processes, processes_that_fit
from encdec_widgets.explore.tell import told_of
from encdec_widgets.workers.errors import NotAvailableError, TimingError
from encdec_widgets.workers.process import require_processes
from encdec_widgets.workers.sent_classes import require_importable

Request = Mapping[str, Any]
"""The arguments of :func:`encdec_widgets.explore.tell.told_of`, by name."""

MOST_ASKED = 1000
"""So many designs are with an executor at once, whose number of workers is not known."""
_ASKED_A_PROCESS = 4


class Asking(Protocol):
    """Takes requests, and gives a future for each.

    Attributes:
        room: How many requests it takes before one of them is answered.
        here: Whether they are answered in this process, which knows the classes that a person defined in it.
    """

    room: int
    here: bool

    def ask(self, request: Request) -> "Future[Any]":
        """Put a request."""

    def end(self) -> None:
        """Let go of what is not answered."""


class AskProcesses:
    """Asks processes of this machine, which end with it."""

    here = False

    def __init__(self, count: int, *, times: bool) -> None:
        """Start nothing yet; see :class:`Processes`."""
        self.processes = Processes(count, times=times)
        self.room = _ASKED_A_PROCESS * count

    def ask(self, request: Request) -> "Future[Any]":
        """Put a request."""
        return self.processes.ask(request)

    def end(self) -> None:
        """Kill the processes."""
        self.processes.end()


class AskExecutor:
    """Asks an executor, which goes on when the sweep has ended; what it refuses is the outcome of the request."""

    room = MOST_ASKED

    def __init__(self, executor: Executor) -> None:
        """Take the executor."""
        self.here = isinstance(executor, ThreadPoolExecutor)
        self._executor = executor
        self._asked: set[Future[Any]] = set()

    def ask(self, request: Request) -> "Future[Any]":
        """Put a request."""
        try:
            future = self._executor.submit(told_of, **request)
        except Exception as error:  # noqa: BLE001 - one that is broken or shut down raises what it likes
            return _failed(error)
        self._asked.add(future)
        future.add_done_callback(self._asked.discard)
        return future

    def end(self) -> None:
        """Cancel what has not begun."""
        for future in list(self._asked):
            future.cancel()


class AskHere:
    """Tells of the designs itself, one at a time, where there are no processes or no threads to wait for them."""

    room = 1
    here = True

    def ask(self, request: Request) -> "Future[Any]":
        """Answer a request."""
        future: Future[Any] = Future()
        try:
            future.set_result(told_of(**request))
        except Exception as error:  # noqa: BLE001 - it is the outcome
            future.set_exception(error)
        return future

    def end(self) -> None:
        """Do nothing: what was asked was answered."""


def _failed(error: Exception) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def asks_processes() -> bool:
    """Whether this machine has processes that tell of designs, and threads that wait for them."""
    with suppress(NotAvailableError):
        require_processes()
        return shared_background().has_threads
    return False


def asking_of(executor: Any, processes: int | None, *, times: bool) -> Callable[[], Asking]:
    """How to begin asking.

    Args:
        executor: Any executor; None for processes of this machine.
        processes: How many of these; as many as fit if None.
        times: Whether networks are timed, which is done one at a time.

    Raises:
        TypeError: If the executor is none.
        ValueError: If there cannot be so many processes.
    """
    if executor is not None and not (hasattr(executor, "submit") and hasattr(executor, "shutdown")):
        raise TypeError(
            "An executor is one of concurrent.futures, such as ThreadPoolExecutor(1), or what Client.get_executor() of "
            f"Dask gives. Received: {executor!r:.200}."
        )
    if processes is not None and (type(processes) is not int or processes < 1):
        raise ValueError(f"There is one process at least. Received: processes={processes!r:.200}.")
    if executor is not None:
        if processes is not None:
            raise ValueError("processes are those of this machine: give it, or an executor.")
        return lambda: AskExecutor(executor)
    if asks_processes():
        # Each would wait for the others' times.
        count = processes or (1 if times else processes_that_fit())
        return lambda: AskProcesses(count, times=times)
    return AskHere


def modules_of(design: Design, *, here: bool) -> tuple[str, ...]:
    """The modules that hold the classes of a design that a person wrote: another process imports them.

    Args:
        design: The design.
        here: Whether it is told of in this process, which has them.

    Raises:
        TimingError: If another process cannot import one of them.
    """
    classes = () if here else users_classes(design)
    for cls in classes:
        try:
            require_importable(cls, "a part of it is")
        except TimingError as error:
            raise TimingError(
                f"{error}; or have it built in this process: executor=concurrent.futures.ThreadPoolExecutor(1)"
            ) from None
    return tuple(sorted({cls.__module__ for cls in classes}))
