"""Jobs as the notebook's process sees them: they are begun, tell how far they are, and end or are stopped."""

import functools
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import attrs

from encdec_widgets.background import Background, on_this_loop, shared_background
from encdec_widgets.formatting import number_text, quoted
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.errors import (
    BeyondMemoryError,
    NotAvailableError,
    TimingError,
    TimingStopped,
    WorkerBusyError,
)
from encdec_widgets.workers.gpu import WITHOUT_CARDS, may_have_cards
from encdec_widgets.workers.interrupts import HeldInterrupts
from encdec_widgets.workers.job import (
    Job,
    Progress,
    finish_job,
    leaves_cards,
    noun_of_job,
    settings_of_job,
)
from encdec_widgets.workers.process import WorkerProcess, require_processes
from encdec_widgets.workers.settings import Settings, inherited, settings_here, with_quota
from encdec_widgets.workers.step_watch import FAR_LONGER, StepWatch

Result = TypeVar("Result")
OnDone = Callable[[Any], None]
OnProgress = Callable[[Progress], None]

TIMEOUT_S = 30.0
"""A step counts as hung whose process has not computed for so long. One whose time is known also does once it takes so
much longer than it was to last, or five times its run longer. A step that compiles a network does not: that may take
minutes."""

FINISH_S = 3.0
"""So long an interrupted job may take to finish before its processes are killed."""

LOOK_S = 0.1
"""So often a thread that waits looks for an interrupt, in seconds. One that the system gave to another thread of this
process does not wake it, and on Windows none does."""


def _say_nothing(_: Any) -> None:
    pass


@attrs.frozen(eq=False)
class _Run:
    job: "Job[Any]"
    tell: OnProgress
    settings: Settings
    outcome: "Future[Any]" = attrs.field(factory=Future)

    def end(self, outcome: Any) -> None:
        """Tell how it ended: with a result, or with an error."""
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Worker:
    """Times and trains networks in processes of their own, one job at a time.

    A process for a Keras backend starts at the first job that needs it and is kept warm for the next that does. It is
    replaced when it has ended, when it ran out of memory, when something else has been set for its backend here, such
    as another number of threads, and when a module of a person's own that it has imported was edited since; and ended
    by a job that needs other backends. It ends with this process, however that ends.

    Attributes:
        timeout_s: Seconds without computing after which a step of a job is taken for hung and the processes are killed;
            one whose time is known may take so much longer than it was to last, or five times its run longer.

    Example:
        >>> from encdec_widgets.workers.timing import Worker
        >>> worker = Worker(timeout_s=60)
        >>> worker.busy, worker.pids  # a process starts with the first job
        (False, ())
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S, background: Background | None = None) -> None:
        """Start nothing yet.

        Args:
            timeout_s: Seconds after which a step counts as hung.
            background: Where to wait for the processes; the one that all share if left out.
        """
        self.timeout_s = timeout_s
        self._background = background or shared_background()
        self._lock = threading.Lock()
        self._run: _Run | None = None
        self._processes: dict[str, WorkerProcess] = {}
        self._end_with_me: dict[str, weakref.finalize[..., Worker]] = {}

    @property
    def busy(self) -> bool:
        """Whether a job is under way."""
        return self._run is not None

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the processes that are there."""
        return tuple(process.pid for process in list(self._processes.values()) if process.alive)

    def submit(self, job: "Job[Result]", *, on_done: OnDone, on_progress: OnProgress = _say_nothing) -> None:
        """Start a job and return at once.

        Args:
            job: A measurement, a race, a sampling of gradients or a training.
            on_done: Is called once, with the result or with what went wrong (a :class:`TimingStopped` if it was
                stopped): on the event loop on which the job was started; where none ran, from another thread or from
                within ``stop``. The worker is free for the next job by then.
            on_progress: Is called with how far the job is, on that event loop or from another thread.

        Raises:
            WorkerBusyError: (a TimingError) If a job is under way already.
            TimingError: If there are no processes on this platform.
        """
        run, tell_end = _Run(job, on_this_loop(on_progress), settings_here()), on_this_loop(on_done)
        run.outcome.add_done_callback(lambda outcome: tell_end(outcome.exception() or outcome.result()))
        try:
            with HeldInterrupts():
                self._start(run)
        except KeyboardInterrupt:
            if self._run is run:  # Nobody would know of it.
                self.stop()
            raise

    def do(self, job: "Job[Result]", on_progress: OnProgress = _say_nothing) -> Result:
        """Do a job and wait for the result; an interrupt ends the job too.

        A job that can be finished, such as a training, is: its process is kept then. It is killed if that takes longer
        than three seconds, and at a second interrupt.

        Raises:
            TimingError: If it could not be done, or if another is under way already.
        """
        run = _Run(job, on_progress, settings_here())
        with HeldInterrupts() as interrupts:
            self._start(run)
            try:
                while not (run.outcome.done() or interrupts.came):
                    wait([run.outcome], LOOK_S)
            finally:
                self._end_soon(run, interrupts)
        if interrupts.came:  # Whoever handles interrupts here raised nothing.
            raise KeyboardInterrupt
        result: Result = run.outcome.result()
        return result

    def _end_soon(self, run: _Run, interrupts: HeldInterrupts) -> None:
        """Finish a job where it can be, and stop it where that takes too long, or at a further interrupt."""
        came, until = interrupts.came, time.monotonic() + FINISH_S
        if not run.outcome.done() and finish_job(run.job):
            while not run.outcome.done() and interrupts.came == came and time.monotonic() < until:
                wait([run.outcome], LOOK_S)
        if not run.outcome.done():
            self.stop()

    def stop(self) -> None:
        """Kill the processes, within a second; a job that is under way ends with :class:`TimingStopped`."""
        with HeldInterrupts():
            with self._lock:
                run, self._run = self._run, None
                processes = [self._forget(backend) for backend in list(self._processes)]
            for process in processes:
                process.kill(wait=False)  # all of them before any is waited for
            for process in processes:
                process.end()
            if run is not None:
                run.end(TimingStopped())

    def _start(self, run: _Run) -> None:
        require_processes()
        if not self._background.has_threads:
            raise NotAvailableError("the background has no threads to wait for it")
        with self._lock:
            if self._run is not None:
                raise WorkerBusyError(noun_of_job(self._run.job))
            self._run = run
            for backend in set(self._processes) - set(run.job.backends):
                self._forget(backend).end()  # A card's memory is for those that are timed.
        try:
            self._background.aside(functools.partial(self._serve, run))
        except BaseException:  # No thread can be started.
            with self._lock:
                if self._run is run:
                    self._run = None
            raise

    def _serve(self, run: _Run) -> None:
        """Do a job, beside everything else."""
        noun = noun_of_job(run.job)
        asked: dict[str, WorkerProcess] = {}
        told = [Progress(share=0.0, doing="")]
        given_up = threading.Event()

        def hangs(seconds: float) -> None:
            given_up.set()
            said = f"the {noun} process did not answer within {number_text(round(seconds, 1))} s and was given up"
            self._finish(run, TimingError(said), True)

        def takes_long(seconds: float) -> None:
            if self._run is run:
                doing = f"{told[0].doing} ({seconds:.0f} s so far)"
                run.tell(attrs.evolve(told[0], doing=doing, calibration=None, payload={}))

        def ask(backend: str, command: str, batch_size: int, arguments: Mapping[str, Any]) -> dict[str, Any]:
            # A hang is a step without an answer; how many steps there are is for the job to say.
            process = asked.get(backend)
            run_s = None if process is None else process.predicted_s(command, arguments)
            idle_s = max(self.timeout_s, FAR_LONGER * (run_s or 0.0))
            most_s = None
            if run_s is not None and process is not None and not process.may_compile(command, arguments):
                most_s = process.repeats_s(command, arguments) + idle_s
            watch = StepWatch(
                self._background,
                lambda: asked[backend].pid if backend in asked else None,
                idle_s=idle_s,
                most_s=most_s,
                on_hang=hangs,
                on_long=takes_long,
            )
            try:
                # The same one throughout: another would not have the networks on its bench.
                if backend not in asked:
                    self._begin_with(run, backend, batch_size, asked)
                return self._answer(asked[backend], command, batch_size, arguments, noun)
            except TimingError:
                if self._run is not run and not given_up.is_set():
                    raise TimingStopped from None
                raise
            finally:
                watch.close()

        def tell(progress: Progress) -> None:
            told[0] = progress
            if self._run is run:
                run.tell(progress)

        try:
            outcome = run.job.do(ask, tell)
        except Exception as error:  # noqa: BLE001 - it is the outcome
            outcome = error
        except BaseException as error:  # noqa: BLE001 - else the worker would be busy for good
            outcome = TimingError(f"the {noun} was ended by {quoted(error)}")
        for process in asked.values():
            process.in_use = False  # Before the outcome is told: the next job may start at once.
            if not process.alive:
                process.close()
        self._finish(run, outcome, False)

    def _begin_with(self, run: _Run, backend: str, batch_size: int, asked: dict[str, WorkerProcess]) -> None:
        """Note the process to ask, one in which the backend finds what it finds here."""
        here = with_quota(run.settings.get(backend, {}), backend)
        settings = {**here, **settings_of_job(run.job, backend)}
        process = asked[backend] = self._process_for(run, backend)
        if not process.sees_cards:
            settings = backend_named(backend).without_cards(settings)
        arguments = {"settings": settings, "fresh": process.fresh}
        process.fresh = False
        noun = noun_of_job(run.job)
        if self._answer(process, "begin", batch_size, arguments, noun)["too_late"]:
            process.in_use = False
            with self._lock:
                if self._processes.get(backend) is process:
                    self._forget(backend)
            process.end()
            self._begin_with(run, backend, batch_size, asked)

    def _answer(
        self,
        process: WorkerProcess,
        command: str,
        batch_size: int,
        arguments: Mapping[str, Any],
        noun: str,
    ) -> dict[str, Any]:
        reply = process.ask(command, arguments, batch_size)
        if reply is None:
            raise process.obituary(batch_size, noun)
        if "error" in reply:
            if reply["retire"]:
                process.retire(reply["error"])
            if "beyond_memory" in reply:
                raise BeyondMemoryError(**reply["beyond_memory"])
            raise TimingError(reply["error"])
        result: dict[str, Any] = reply["result"]
        process.note(command, arguments, result)
        return result

    def _process_for(self, run: _Run, backend: str) -> WorkerProcess:
        """The process for a backend, which may have to be started."""
        sees_cards = not (leaves_cards(run.job, backend) and may_have_cards())
        with self._lock:
            if self._run is not run:
                raise TimingStopped
            process = self._processes.get(backend)
            kept = process is not None and process.alive and process.inherited == inherited()
            if process is not None and not (kept and process.sees_cards == sees_cards):
                self._forget(backend).end()
                process = None
            if process is None:
                process = self._processes[backend] = WorkerProcess(
                    backend, variables={} if sees_cards else WITHOUT_CARDS
                )
                process.sees_cards = sees_cards
                # It also runs when Python exits.
                self._end_with_me[backend] = weakref.finalize(self, process.end)
            process.in_use = True
            return process

    def _forget(self, backend: str) -> WorkerProcess:
        self._end_with_me.pop(backend).detach()
        return self._processes.pop(backend)

    def _finish(self, run: _Run, outcome: Any, kill: bool) -> None:
        with self._lock:
            if self._run is not run:
                return  # It was stopped or given up, and that was its outcome.
            self._run = None
            processes = [self._forget(backend) for backend in list(self._processes)] if kill else []
        for process in processes:
            process.end()
        run.end(outcome)


@functools.cache
def shared_worker() -> Worker:
    """The worker of ``encdec_widgets.measure``, one for this process.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> from encdec_widgets.workers.timing import Measurement, Options, network_of, shared_worker
        >>> job = Measurement(network=network_of(design), options=Options(budget_s=0.05).resolved())
        >>> progress = []
        >>> timing = shared_worker().do(job, progress.append)
        >>> progress[-1].share
        1.0
    """
    return Worker()
