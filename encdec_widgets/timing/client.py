"""The parent's side of timing: ask, be told, stop."""

import functools
import queue
import threading
import weakref
from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets.timing.errors import TimingError, TimingStopped
from encdec_widgets.timing.process import WorkerProcess
from encdec_widgets.timing.request import Request, request_for
from encdec_widgets.timing.result import Timing

OnDone = Callable[[Timing | TimingError], None]

TIMEOUT_S = 300.0
"""A run that has not answered this long after its budget counts as hung. It has to hold loading the backend, building
and compiling the network, the warm-up and the few runs that are made whatever they cost."""


@attrs.frozen(eq=False)
class _Run:
    process: WorkerProcess
    on_done: OnDone


class Worker:
    """Times networks in a process of its own, one at a time.

    The process starts at the first timing and is kept warm for the next. It is replaced when it has ended, when it ran
    out of memory and when the active Keras backend is another one. It ends with this process, however that ends.

    Attributes:
        timeout_s: Seconds, beyond the budget, after which a run is taken for hung and the process is killed.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        """Start nothing yet."""
        self.timeout_s = timeout_s
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._process: WorkerProcess | None = None
        self._end_with_me: weakref.finalize[..., Worker] | None = None

    @property
    def busy(self) -> bool:
        """Whether a timing is under way."""
        return self._run is not None

    @property
    def pid(self) -> int | None:
        """Process id of the worker process; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def submit(self, model: Any, *, on_done: OnDone, batch_size: Any = 1, budget_s: Any = 2.0) -> None:
        """Start timing a network and return at once.

        Args:
            model: A ``keras.Model`` whose input size is fixed. It is only read, in this call.
            on_done: Is called once, with the timing or with what went wrong (a :class:`TimingStopped` if it was
                stopped): from another thread, or from within ``stop``. The worker is free for the next timing by then.
            batch_size: Images that go through the network at once.
            budget_s: Seconds that the timed runs may take, in all.

        Raises:
            FieldError: (a ValueError) If ``batch_size``, ``budget_s`` or the model's input size cannot be timed.
            TimingError: If a timing is under way already.
        """
        request = request_for(model, batch_size, budget_s)
        with self._lock:
            if self._run is not None:
                raise TimingError("a timing is under way already; wait for it or stop it")
            run = self._run = _Run(self._process_for(request.backend), on_done)
            run.process.in_use = True
        threading.Thread(target=self._serve, args=(run, request), name="encdec-timing", daemon=True).start()

    def measure(self, model: Any, *, batch_size: Any = 1, budget_s: Any = 2.0) -> Timing:
        """Time a network and wait for the result; an interrupt stops the timing too.

        Args:
            model: A ``keras.Model`` whose input size is fixed.
            batch_size: Images that go through the network at once.
            budget_s: Seconds that the timed runs may take, in all.

        Raises:
            FieldError: (a ValueError) If ``batch_size``, ``budget_s`` or the model's input size cannot be timed.
            TimingError: If the network could not be timed, or if a timing is under way already.
        """
        outcomes: queue.SimpleQueue[Timing | TimingError] = queue.SimpleQueue()
        self.submit(model, on_done=outcomes.put, batch_size=batch_size, budget_s=budget_s)
        try:
            outcome = outcomes.get()
        except BaseException:
            self.stop()
            raise
        if isinstance(outcome, TimingError):
            raise outcome
        return outcome

    def stop(self) -> None:
        """Kill the process, within a second; a timing that is under way ends with :class:`TimingStopped`."""
        with self._lock:
            run, self._run = self._run, None
            process = self._forget_process()
        if process is not None:
            process.end()
        if run is not None:
            run.on_done(TimingStopped())

    def _process_for(self, backend: str) -> WorkerProcess:
        if self._process is not None and not (self._process.alive and self._process.backend == backend):
            process = self._process
            self._forget_process()
            process.end()
        if self._process is None:
            self._process = WorkerProcess(backend)
            self._end_with_me = weakref.finalize(self, self._process.end)  # It also runs when Python exits.
        return self._process

    def _forget_process(self) -> WorkerProcess | None:
        process, self._process = self._process, None
        if self._end_with_me is not None:
            self._end_with_me.detach()
        return process

    def _serve(self, run: _Run, request: Request) -> None:
        """Wait for the answer, in a thread of its own."""
        limit_s = self.timeout_s + request.budget_s
        hung = TimingError(f"the timing did not end within {limit_s:g} s and was given up")
        alarm = threading.Timer(limit_s, self._finish, (run, hung, False))
        alarm.daemon = True
        alarm.start()
        reply = run.process.ask(request)
        alarm.cancel()
        outcome, fit = _outcome(run.process, request, reply)
        run.process.in_use = False  # Before anybody is told, who may ask again at once.
        if not run.process.alive:
            run.process.close()
        self._finish(run, outcome, fit)

    def _finish(self, run: _Run, outcome: Timing | TimingError, keep_process: bool) -> None:
        with self._lock:
            if self._run is not run:
                return  # It was stopped or given up, and its caller told so.
            self._run = None
            process = None if keep_process else self._forget_process()
        if process is not None:
            process.end()
        run.on_done(outcome)


def _outcome(
    process: WorkerProcess, request: Request, reply: dict[str, Any] | None
) -> tuple[Timing | TimingError, bool]:
    """What the answer says, and whether the process that gave it is fit for another request."""
    if reply is None:
        return process.obituary(request.batch_size), False
    if "timing" in reply:
        return Timing.from_dict(reply["timing"]), True
    return TimingError(reply["error"]), not reply["retire"]


@functools.cache
def shared_worker() -> Worker:
    """The worker of ``encdec_widgets.measure``, one for this process."""
    return Worker()
