"""Processes of this machine that tell of designs, each by itself: one that ends takes no other down."""

import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from encdec_widgets._keras import active_backend
from encdec_widgets.explain.machine_memory import free_memory
from encdec_widgets.workers.errors import NotAvailableError, TimingError
from encdec_widgets.workers.process import WorkerProcess
from encdec_widgets.workers.processor_quota import cores_by_quota, cores_here
from encdec_widgets.workers.settings import settings_here

PROCESS_BYTES = 700_000_000
"""What a process takes with TensorFlow loaded, after one network or a thousand (measured: 0.67 GB)."""
TRIES = 2
"""A design in whose hands so many processes end is given up."""
_MODULE = "encdec_widgets.explore.sweeping.inside"
_NOUN = "sweep"
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
_ONE_THREAD = dict.fromkeys(_THREADS, "1")
_NO_CARD = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
"""Networks are described, and nothing is computed: the memory of a card is for those who compute."""


class ProcessEndedError(TimingError):
    """The process that was to tell of a design ended, and so did the next one."""


class NoProcessError(TimingError):
    """No process could be started that tells of designs, or none could load Keras."""


def processes_that_fit(cores: int | None = None, memory_bytes: int | None = None) -> int:
    """How many processes this machine, or this container, has cores and memory for; one at least.

    Args:
        cores: As many cores; those that this process may use if left out.
        memory_bytes: As many bytes of memory; those that are free now if left out.

    Example:
        >>> processes_that_fit(8, 3_000_000_000), processes_that_fit(2, 100_000_000)
        (4, 1)
    """
    cores = cores or cores_by_quota() or cores_here()
    memory = free_memory() if memory_bytes is None else memory_bytes
    fitting = cores if memory is None else min(cores, memory // PROCESS_BYTES)
    return max(fitting, 1)


class Processes:
    """Processes that take requests in turn, each asked by a thread of this process.

    A process that ends in the middle of a request is replaced, and the request is put again; where the next one ends
    with it too, the request fails, and no other.
    """

    def __init__(self, count: int, *, times: bool = False) -> None:
        """Start nothing yet.

        Args:
            count: The most processes that there are at once.
            times: Whether networks are timed from there: the cards and all cores can be used then.
        """
        self.count = count
        self._variables = {} if times else {**_ONE_THREAD, **_NO_CARD}
        self._backend = active_backend()
        self._settings = settings_here().get(self._backend, {}) if times else {}
        self._inbox: queue.SimpleQueue[tuple[Mapping[str, Any], Future[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._processes: dict[int, WorkerProcess] = {}
        self._threads: list[threading.Thread] = []
        self._working = 0
        self._ended = False
        self._fault: NoProcessError | None = None

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the processes that are there."""
        return tuple(process.pid for process in list(self._processes.values()) if process.alive)

    def ask(self, request: Mapping[str, Any]) -> "Future[Any]":
        """Put a request: the arguments of :func:`encdec_widgets.explore.tell.told_of`.

        Its future fails with a :class:`ProcessEndedError` where it ended two processes, with a :class:`NoProcessError`
        where none can be had, and with a :class:`~encdec_widgets.workers.errors.TimingError` where it was refused.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._fault is not None:
                future.set_exception(self._fault)
                return future
            if len(self._threads) < self.count:
                slot = len(self._threads)
                thread = threading.Thread(target=self._serve, args=(slot,), daemon=True, name=f"sweep {slot}")
                self._threads.append(thread)
                self._working += 1
                thread.start()
            self._inbox.put((request, future))
        return future

    def end(self) -> None:
        """Kill the processes, within a second; what they were asked is cancelled."""
        with self._lock:
            self._ended = True
            processes = list(self._processes.values())
        for process in processes:
            process.kill(wait=False)
        self._cancel_all()
        for _ in self._threads:
            self._inbox.put(None)
        for thread in self._threads:
            thread.join(1.0)

    def _cancel_all(self) -> None:
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].cancel()

    def _serve(self, slot: int) -> None:
        """Answer requests by one process, or by its successors."""
        try:
            while (item := self._inbox.get()) is not None:
                request, future = item
                try:
                    reply = self._reply(slot, request)
                except NoProcessError as fault:
                    self._inbox.put(item)  # for the others
                    self._leave(fault)
                    return
                if not future.cancelled():
                    _settle(future, reply)
        finally:
            self._drop(slot)

    def _leave(self, fault: NoProcessError) -> None:
        """Note that there is one process fewer; where it was the last, all requests fail."""
        with self._lock:
            self._working -= 1
            if self._working:
                return
            self._fault = fault
        while True:
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].set_exception(fault)

    def _reply(self, slot: int, request: Mapping[str, Any]) -> dict[str, Any] | TimingError:
        batch_size = request["conditions"].get("batch_size", 1)
        ending: TimingError | None = None
        for _ in range(TRIES):
            process = self._process(slot)
            reply = process.ask("tell", request, batch_size)
            if reply is not None:
                if reply.get("retire"):
                    self._drop(slot)
                return reply
            ending = process.obituary(batch_size, _NOUN)
            self._drop(slot)
            if self._ended:
                break
        assert ending is not None
        return ProcessEndedError(f"{ending}; the next one ended too", ending.details)

    def _process(self, slot: int) -> WorkerProcess:
        """The process of a slot, with Keras loaded; a new one where there is none."""
        process = self._processes.get(slot)
        if process is not None and process.alive:
            return process
        self._drop(slot)
        try:
            process = WorkerProcess(self._backend, _MODULE, self._variables)
        except NotAvailableError as error:
            raise NoProcessError(str(error)) from error
        process.in_use = True
        with self._lock:
            self._processes[slot] = process
        if self._ended:  # while it was started
            process.kill(wait=False)
        reply = process.ask("load", {"settings": self._settings}, 1)
        if reply is None:
            raise NoProcessError(str(process.obituary(1, _NOUN)))
        if "error" in reply:
            raise NoProcessError(f"the {_NOUN} process cannot load Keras: {reply['error']}")
        return process

    def _drop(self, slot: int) -> None:
        with self._lock:
            process = self._processes.pop(slot, None)
        if process is not None:
            process.in_use = False
            process.end()


def _settle(future: "Future[Any]", reply: dict[str, Any] | TimingError) -> None:
    if isinstance(reply, TimingError):
        future.set_exception(reply)
    elif "error" in reply:
        future.set_exception(TimingError(reply["error"]))
    else:
        future.set_result(reply["result"])
