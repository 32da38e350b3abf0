"""Interrupts while a job is begun, waited for and ended: they end it, at whatever line and however often they come."""

import gc
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from encdec_widgets.workers import client, interrupts
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.interrupts import HeldInterrupts
from encdec_widgets.workers.timing import Worker
from tests.amount import full_or

TRACED = (client.__file__, interrupts.__file__)
ENDS = 30.0
"""Seconds that a job without an interrupt has; it is then told to end, and the test fails."""


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LOOK_S", 0.002)


class Lasting:
    """A job that lasts until it is finished, or, where it does not let itself be finished, until it is released."""

    backends, budget_s, noun = ("numpy",), 0.0, "training"

    def __init__(self, *, finishes: bool = True) -> None:
        self._finishes = finishes
        self._released = threading.Event()

    def finish(self) -> None:
        if self._finishes:
            self._released.set()

    def release(self) -> None:
        self._released.set()

    def do(self, ask: Any, tell: Any) -> str:
        tell("it lasts")
        return "interrupted" if self._released.wait(ENDS) else "not interrupted"


class Quick:
    backends, budget_s = ("numpy",), 0.0

    def do(self, ask: Any, tell: Any) -> str:
        return "quick"


class SignalsAt:
    """Sends a real interrupt at some of the lines that the main thread comes to, by their number."""

    def __init__(self, numbers: Collection[int]) -> None:
        self.numbers = numbers
        self.lines = 0
        self.sent = 0

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            self.lines += 1
            if self.lines in self.numbers:
                self.sent += 1
                signal.raise_signal(signal.SIGINT)
        return self.trace

    @contextmanager
    def __call__(self) -> Iterator[None]:
        before = sys.gettrace()
        gc.disable()  # What an interrupt does to the collector's callbacks is not what is tried here.
        sys.settrace(self.trace)
        try:
            yield
        finally:
            sys.settrace(before)
            gc.enable()


def check(worker: Worker) -> None:
    """Nothing runs, and the next job is done."""
    assert not worker.busy
    assert worker.do(Quick()) == "quick"


def lines_of(call: Callable[[], Any], numbers: Collection[int]) -> SignalsAt:
    """Call something with interrupts at some of its lines; if they come to it, one is raised in the end."""
    signals, raised = SignalsAt(numbers), False
    try:
        with signals():
            call()
    except KeyboardInterrupt:
        raised = True
    assert raised is (signals.sent > 0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    return signals


WAITS = 60
"""By so many lines, a job has been waited for a few times."""
PAIRS = [(first, second) for first in (WAITS,) for second in range(first + 1, first + WAITS)]


@pytest.mark.parametrize("numbers", [*((n,) for n in range(1, WAITS)), *full_or(PAIRS, PAIRS[::4])])
@pytest.mark.parametrize("finishes", [True, False])
def test_an_interrupt_at_any_line_of_a_job_ends_it(
    numbers: tuple[int, ...], finishes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FINISH_S", 10.0 if finishes else 0.02)
    worker, job, told = Worker(), Lasting(finishes=finishes), list[Any]()
    signals = lines_of(lambda: worker.do(job, told.append), numbers)  # type: ignore[arg-type]
    job.release()
    assert signals.sent > 0
    check(worker)


@pytest.mark.parametrize("number", range(1, 40))
def test_an_interrupt_at_any_line_of_beginning_a_job_leaves_it_running_or_not_at_all(number: int) -> None:
    worker, job, outcomes = Worker(), Lasting(), list[Any]()
    signals = lines_of(lambda: worker.submit(job, on_done=outcomes.append), (number,))
    assert worker.busy is (signals.sent == 0)
    worker.stop()
    assert len(outcomes) <= 1
    assert all(isinstance(outcome, TimingStopped) for outcome in outcomes)
    job.release()
    check(worker)


@pytest.mark.parametrize("number", range(1, 40))
def test_an_interrupt_at_any_line_of_a_stop_stops_all_the_same(number: int) -> None:
    worker, job, outcomes = Worker(), Lasting(), list[Any]()
    worker.submit(job, on_done=outcomes.append)
    lines_of(worker.stop, (number,))
    worker.stop()
    (outcome,) = outcomes
    assert isinstance(outcome, TimingStopped)
    job.release()
    check(worker)


def test_an_interrupt_that_another_thread_is_given_ends_a_job_too() -> None:
    worker, job = Worker(), Lasting()

    def interrupt(
        _: Any,
    ) -> None:  # in the thread that serves the job: the main thread's wait is not woken by it
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        worker.do(job, interrupt)
    check(worker)


def test_an_interrupt_ends_a_job_also_where_its_handler_raises_nothing() -> None:
    handled, worker, job = list[int](), Worker(), Lasting()

    def only_noted(number: int, _: Any) -> None:  # as asyncio and IPython do, where a cell awaits something
        handled.append(number)

    before = signal.signal(signal.SIGINT, only_noted)
    try:
        with pytest.raises(KeyboardInterrupt):
            worker.do(job, lambda _: signal.raise_signal(signal.SIGINT))
        assert signal.getsignal(signal.SIGINT) is only_noted
    finally:
        signal.signal(signal.SIGINT, before)
    assert handled == [signal.SIGINT]
    check(worker)


def test_interrupts_that_are_ignored_stay_ignored_and_other_threads_have_none() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with HeldInterrupts() as held:
            signal.raise_signal(signal.SIGINT)
        assert held.came == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    results = list[Any]()
    thread = threading.Thread(target=lambda: results.append(Worker().do(Quick())))
    thread.start()
    thread.join(60)
    assert results == ["quick"]


def test_interrupts_that_come_in_a_context_within_another_one_are_handled_once_the_outer_one_ends() -> None:
    came = list[int]()

    def both() -> None:
        with HeldInterrupts() as outer:
            with HeldInterrupts() as inner:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
                came.append(inner.came)
            came.append(outer.came)

    with pytest.raises(KeyboardInterrupt):
        both()
    assert came == [2, 1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
