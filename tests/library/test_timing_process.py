"""The processes that time: one job at a time, stopped, killed, out of memory; the next run always works."""

import gc
import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import keras
import pytest

from encdec_widgets.background import InThreads, OnLoop
from encdec_widgets.workers.errors import NotAvailableError
from encdec_widgets.workers.inside.__main__ import answer
from encdec_widgets.workers.process import WorkerProcess
from encdec_widgets.workers.timing import (
    Measurement,
    Timing,
    TimingError,
    TimingStopped,
    Worker,
    effective_field,
    measure,
)
from tests.designer.slow import in_a_loop, until
from tests.library.timed import DESIGN, Told, alive, busy_and_running, eventually, job, small_model, unet


def works(worker: Worker) -> bool:
    return measure(small_model(), worker=worker, budget_s=0.05).n > 0


def pid_of(worker: Worker) -> int:
    assert len(worker.pids) == 1
    return worker.pids[0]


def test_the_worker_stays_warm(worker: Worker) -> None:
    assert works(worker)
    pid = pid_of(worker)
    measure(unet(), worker=worker, budget_s=0.05)
    assert pid_of(worker) == pid


@pytest.mark.benchmark
def test_a_submit_returns_at_once_and_the_outcome_comes_later(worker: Worker) -> None:
    works(worker)
    told = Told()
    start = time.monotonic()
    worker.submit(job(budget_s=0.3), on_done=told)
    assert time.monotonic() - start < 0.25
    assert worker.busy
    assert isinstance(told.wait(), Timing)
    assert not worker.busy
    assert len(told.outcomes) == 1


@pytest.mark.benchmark
@pytest.mark.backend
def test_an_edit_while_running_is_refused_plainly_and_stop_ends_the_run_within_a_second(
    worker: Worker,
) -> None:
    others = job(unet()), job()  # made first: a backend that compiles may take longer than the timing
    told = busy_and_running(worker)
    pid = pid_of(worker)
    with pytest.raises(TimingError, match="a timing is under way already; wait for it or stop it"):
        worker.submit(others[0], on_done=Told())
    with pytest.raises(TimingError, match="under way"):
        worker.do(others[1])
    assert alive(pid)
    start = time.monotonic()
    worker.stop()
    assert time.monotonic() - start < 1
    assert not alive(pid)
    assert not worker.busy
    assert worker.pids == ()
    assert isinstance(told.wait(0), TimingStopped)
    assert str(told.outcomes[0]) == "stopped"
    seen = len(told.progress)
    assert works(worker)
    assert len(told.outcomes) == 1
    assert len(told.progress) == seen


def test_stop_while_starting_and_with_nothing_to_stop() -> None:
    worker, told = Worker(), Told()
    worker.stop()
    worker.submit(job(), on_done=told)
    worker.stop()
    worker.stop()
    assert isinstance(told.wait(0), TimingStopped)
    assert eventually(lambda: worker.pids == (), 2)


def test_a_worker_killed_in_a_run_gives_one_line_and_the_next_run_works(worker: Worker) -> None:
    told = busy_and_running(worker)
    os.kill(pid_of(worker), signal.SIGKILL)
    outcome = told.wait(5)
    assert isinstance(outcome, TimingError)
    assert "killed from outside" in str(outcome)
    assert "\n" not in str(outcome)
    assert works(worker)


def test_a_worker_killed_between_runs_is_replaced(worker: Worker) -> None:
    works(worker)
    pid = pid_of(worker)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: worker.pids == ())
    assert works(worker)
    assert pid_of(worker) != pid


def test_a_worker_killed_between_two_requests_of_a_job_is_not_replaced_by_one_that_knows_nothing() -> None:
    worker = Worker()

    class Interrupted:
        backends = ("numpy",)
        budget_s = 1.0

        def do(self, ask: Any, tell: Any) -> Any:
            ask("numpy", "clear", 1, {})
            os.kill(pid_of(worker), signal.SIGKILL)
            assert eventually(lambda: worker.pids == ())
            return ask("numpy", "run", 1, {"name": "network", "seconds": 1, "at_most": 1})

    with pytest.raises(TimingError, match="killed from outside"):
        worker.do(Interrupted())
    assert worker.pids == ()
    worker.stop()


def test_the_next_timing_can_start_from_the_callback_of_the_last(worker: Worker) -> None:
    second = Told()
    worker.submit(job(), on_done=lambda _: worker.submit(job(), on_done=second))
    assert isinstance(second.wait(), Timing)


def hungry_model() -> Any:
    """Its maps are small, so that nothing refuses it beforehand; what attention multiplies takes 64 TiB an image."""
    x_in = keras.layers.Input((2**22, 1))
    return keras.Model(x_in, keras.layers.Attention()([x_in, x_in]))


@pytest.mark.backend
def test_out_of_memory_is_told_plainly_and_the_next_run_works(worker: Worker) -> None:
    works(worker)
    pid = pid_of(worker)
    with pytest.raises(TimingError) as caught:  # more than a process can address, on any system
        measure(hungry_model(), worker=worker, batch_size=8, budget_s=0.05)
    assert str(caught.value) == "the device ran out of memory at batch size 8; try a smaller one"
    assert eventually(lambda: not alive(pid))
    assert works(worker)


def test_an_interrupt_ends_the_timing_too(worker: Worker) -> None:
    told = Told()

    def interrupt() -> None:
        told.wait_until_it_runs()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        worker.do(job(budget_s=60), told.on_progress)
    assert not worker.busy
    assert worker.pids == ()


def test_a_worker_that_nobody_holds_any_more_ends() -> None:
    worker = Worker()
    worker.submit(job(backend="numpy"), on_done=(told := Told()))
    told.wait()
    pid = pid_of(worker)
    del worker
    assert eventually(lambda: gc.collect() >= 0 and not alive(pid))


def test_a_job_that_goes_wrong_by_itself_is_told_and_ends() -> None:
    class Wrong:
        backends = (keras.config.backend(),)
        budget_s = 1.0

        def do(self, ask: Any, tell: Any) -> Any:
            raise ZeroDivisionError("so it is")

    worker = Worker()
    with pytest.raises(ZeroDivisionError, match="so it is"):
        worker.do(Wrong())
    assert not worker.busy
    assert worker.pids == ()


# Where there are no processes


def test_without_processes_it_says_that_it_is_not_available_here(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = small_model()
    monkeypatch.setattr(sys, "platform", "emscripten")
    worker = Worker()
    for asks in (
        lambda: measure(measured, worker=worker),
        lambda: worker.submit(job(), on_done=Told()),
        lambda: effective_field(DESIGN, worker=worker),
    ):
        with pytest.raises(NotAvailableError, match=r"^not available here: .*Python in a web page"):
            asks()
    assert not worker.busy


def test_a_process_that_the_system_refuses_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise OSError(138, "emscripten does not support processes")

    worker = Worker()
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuses)
        with pytest.raises(NotAvailableError, match="does not support processes") as caught:
            measure(small_model(), worker=worker)
    assert "\n" not in str(caught.value)
    assert not worker.busy


def test_on_the_event_loop_alone_nothing_can_wait_for_a_process() -> None:
    worker = Worker(background=OnLoop())
    with pytest.raises(NotAvailableError, match=r"not available here: .*no threads"):
        worker.submit(job(), on_done=Told())
    assert not worker.busy


# Where it is told


def test_on_an_event_loop_progress_and_outcome_are_told_there(worker: Worker) -> None:
    async def scenario() -> None:
        told: list[Any] = []
        threads: set[int] = set()

        def hears(what: Any) -> None:
            told.append(what)
            threads.add(threading.get_ident())

        worker.submit(job(), on_done=hears, on_progress=hears)
        assert told == []
        await until(lambda: any(isinstance(what, Timing) for what in told))
        assert isinstance(told[-1], Timing)
        assert len(told) > 1
        assert threads == {threading.get_ident()}

    in_a_loop(scenario)


# What the process answers


@pytest.mark.backend
def test_a_request_for_another_backend_is_refused() -> None:
    arguments = {"name": "network", "network": {}, "options": {"backend": "another"}}
    reply = answer({"id": 7, "command": "load", "arguments": arguments, "batch_size": 1})
    assert reply["id"] == 7
    assert reply["error"] == f"the timing process runs on {keras.config.backend()}, not on another"
    assert not reply["retire"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGKILL, r"killed from outside, .* \(batch size 3\)"),
        (signal.SIGSEGV, f"exit status -{signal.SIGSEGV:d}"),
    ],
)
def test_a_process_that_is_gone_answers_nothing_and_a_crash_tells_its_exit_status(
    number: signal.Signals, words: str
) -> None:
    process = WorkerProcess(keras.config.backend())
    os.kill(process.pid, number)
    assert process.ask("clear", {}, 3) is None
    assert re.search(words, str(process.obituary(3, "timing")))
    process.end()
    assert process.ask("clear", {}, 3) is None


def test_a_worker_whose_thread_cannot_start_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    worker = Worker(background=InThreads())
    monkeypatch.setattr(InThreads, "aside", no_thread)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        worker.submit(job(), on_done=Told())
    assert not worker.busy


def test_a_job_that_is_ended_by_no_error_has_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def wants_to_end(*_: object) -> None:
        raise SystemExit(3)

    monkeypatch.setattr(Measurement, "do", wants_to_end)
    worker = Worker(background=InThreads())
    with pytest.raises(TimingError, match=r"the timing was ended by SystemExit\(3\)"):
        worker.do(job())
    assert not worker.busy
