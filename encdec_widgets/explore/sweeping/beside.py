"""A sweep beside what a person does: it never holds up an edit, and can be stopped at any moment."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence

from encdec_widgets.background import (
    Background,
    Priority,
    Task,
    on_this_loop,
    running_loop,
    shared_background,
)
from encdec_widgets.explore.sweep import Sweep
from encdec_widgets.explore.sweeping.asking import asks_processes
from encdec_widgets.explore.sweeping.rows import Row

OnRows = Callable[[Sequence[Row]], object]
OnEnd = Callable[[Exception | None], object]


class SweepBeside:
    """Runs one sweep at a time where an event loop runs; without one, before :meth:`begin` returns.

    Where there are processes, a thread of its own waits for them. Elsewhere each design is told of in a step of the
    background, in spare time: an edit waits for one network at most.
    """

    def __init__(self, on_rows: OnRows, on_end: OnEnd, background: Background | None = None) -> None:
        """Run nothing yet.

        Args:
            on_rows: Is called with rows that are done, several at once where they come fast, on the event loop on which
                the sweep was begun.
            on_end: Is called on that loop when a sweep has ended, also one that was stopped, with the error that ended
                it, if one did.
            background: Where to work; the one that all share if left out.
        """
        self._on_rows, self._on_end = on_rows, on_end
        self._background = background or shared_background()
        self._sweep: Sweep | None = None
        self._left = threading.Event()
        """Set once the thread that was last begun has left its sweep, which may go on then."""
        self._left.set()

    @property
    def busy(self) -> bool:
        """Whether a sweep is under way."""
        return self._sweep is not None

    @property
    def remaining_s(self) -> float | None:
        """How long the rest will take at the pace so far (an estimate), in seconds; None where that is not known."""
        return None if self._sweep is None else self._sweep.remaining_s

    def begin(self, sweep: Sweep) -> None:
        """Do the rows of a sweep that are missing; another one that is under way is stopped."""
        self.stop()
        self._sweep = sweep
        if running_loop() is not None and asks_processes() and self._background.has_threads:
            self._in_a_thread(sweep)
        else:
            self._background.begin(lambda task: self._steps(sweep, task), key=self, priority=Priority.SPARE)

    def stop(self) -> None:
        """End the sweep at once: nothing more of it is told, and what is done stays in it."""
        sweep, self._sweep = self._sweep, None
        if sweep is not None:
            sweep.stop()
            self._background.drop(self)
            self._on_end(None)

    def _in_a_thread(self, sweep: Sweep) -> None:
        came: deque[Row] = deque()
        told = threading.Event()  # set while the loop is about to take what came
        before, left = self._left, threading.Event()
        self._left = left

        def wanted() -> bool:
            return self._sweep is sweep and self._left is left

        def take() -> None:
            told.clear()
            rows = [came.popleft() for _ in range(len(came))]
            if rows and wanted():
                self._on_rows(rows)

        def end(error: Exception | None) -> None:
            take()
            if wanted():
                self._ended(sweep, error)

        take_on_loop, end_on_loop = on_this_loop(take), on_this_loop(end)

        def work() -> None:
            error: Exception | None = None
            before.wait()  # It may be the same sweep, whose processes are just being ended.
            rows = iter(sweep)
            try:
                while wanted() and (row := next(rows, None)) is not None:
                    came.append(row)
                    if not told.is_set():
                        told.set()
                        take_on_loop()
                rows.close()
            except Exception as fault:  # noqa: BLE001 - it is told
                error = fault
            finally:
                left.set()
            end_on_loop(error)

        self._background.aside(work)

    def _steps(self, sweep: Sweep, task: "Task[None]") -> Generator[None, None, None]:
        rows = iter(sweep)
        try:
            while (row := next(rows, None)) is not None:
                if not task.tell(self._one_more, sweep, row):
                    return  # The event loop has been closed.
                yield
                task.check()
        except Exception as error:  # noqa: BLE001 - it is told
            task.tell(self._ended, sweep, error)
        else:
            task.tell(self._ended, sweep, None)
        finally:
            rows.close()

    def _one_more(self, sweep: Sweep, row: Row) -> None:
        if self._sweep is sweep:
            self._on_rows([row])

    def _ended(self, sweep: Sweep, error: Exception | None) -> None:
        if self._sweep is sweep:
            self._sweep = None
            self._on_end(error)
