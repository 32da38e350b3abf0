"""What others do to the processes that time: chatter, hangs, broken libraries, a notebook that is closed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers import step_watch
from encdec_widgets.workers.job import Ask, Tell
from encdec_widgets.workers.process import WorkerProcess
from encdec_widgets.workers.timing import (
    Measurement,
    Timing,
    TimingError,
    TimingStopped,
    Worker,
    measure,
    measuring,
)
from encdec_widgets.workers.timing.measuring import MIN_RUNS
from tests.library.calibrated import KNOWN
from tests.library.timed import ROOT, Told, alive, eventually, job, small_model


def test_a_network_that_no_memory_holds_is_refused_with_the_figure(worker: Worker) -> None:
    design = Design(UNet(filters=2048, down_blocks=1, up_blocks=1), (16384, 16384, 1))
    with pytest.raises(
        TimingError, match=r"about [\d.]+ TB of memory \(an estimate\), and there are .* try a smaller"
    ):
        measure(design, worker=worker, budget_s=0.1, device="CPU")
    (pid,) = worker.pids
    assert alive(pid)


def write_sitecustomize(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every Python that is started from here run ``code`` first, as a chatty or a broken library would."""
    (folder / "sitecustomize.py").write_text(textwrap.dedent(code))
    monkeypatch.syspath_prepend(folder)


def test_what_libraries_print_does_not_disturb_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter = """
        import os, threading, time
        def chat():
            while True:
                print("noise", flush=True)
                os.write(1, b'{"id": 0, "result": {}} and no line break')
                time.sleep(0.01)
        os.write(1, b'noise before anything else, and no line break')
        print()
        print('{"id": "another"}', 42, flush=True)
        threading.Timer(0.5, chat).start()
    """
    write_sitecustomize(tmp_path, chatter, monkeypatch)
    worker = Worker()
    for budget_s in (0.5, 0.05):
        timing = measure(small_model(), worker=worker, backend="numpy", budget_s=budget_s)
        assert timing.n >= MIN_RUNS
    worker.stop()


def test_a_hang_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(tmp_path, "import time; time.sleep(1000)", monkeypatch)
    worker, told = Worker(timeout_s=0.5), Told()
    worker.submit(job(budget_s=0.1), on_done=told)
    assert eventually(lambda: worker.pids != ())
    (pid,) = worker.pids
    assert "did not answer within 0.5 s" in str(told.wait(30))
    assert eventually(lambda: not alive(pid), 2)
    assert not worker.busy
    assert worker.pids == ()


def test_what_computes_for_long_is_no_hang_and_says_how_long_it_takes_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another process computes, as some compilers do.
    burns = "import time\nwhile time.process_time() < 6: pass"
    code = f"""
        import subprocess, sys
        if "-m" in sys.orig_argv:
            subprocess.run([sys.executable, "-S", "-c", {burns!r}])
    """
    write_sitecustomize(tmp_path, code, monkeypatch)
    monkeypatch.setattr(step_watch, "SAYS_AFTER_S", 0.5)
    worker, told = Worker(timeout_s=4), Told()
    worker.submit(job(backend="numpy"), on_done=told, on_progress=told.on_progress)
    assert isinstance(told.wait(), Timing)
    assert any(progress.doing.endswith(" s so far)") for progress in told.progress)
    worker.stop()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")
def test_a_process_that_stops_computing_in_a_run_is_told_long_before_five_minutes(worker: Worker) -> None:
    impatient, told = Worker(), Told()
    measure(small_model(), worker=impatient, backend="numpy", budget_s=0.05)
    impatient.timeout_s = 5
    impatient.submit(job(budget_s=300, backend="numpy"), on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    (pid,) = impatient.pids
    os.kill(pid, signal.SIGSTOP)
    assert "did not answer within 5 s and was given up" in str(told.wait(60))
    assert eventually(lambda: not alive(pid))


def test_a_first_call_that_computes_without_end_is_told_where_nothing_compiles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def spins(x: Any) -> Any:
        while hasattr(x, "numpy") and x.numpy().any():  # in a run, and not where shapes are inferred
            pass
        return x

    # A network with a function of a user's own is not predicted; this one is.
    monkeypatch.setattr(
        WorkerProcess, "predicted_s", lambda self, command, arguments: 0.01 if command == "start" else None
    )
    x_in = keras.layers.Input((16, 16, 1))
    model = keras.Model(x_in, keras.layers.Conv2D(4, 3, activation=spins)(x_in))
    impatient, told = Worker(timeout_s=5), Told()
    spinning = job(model, backend="tensorflow", compilation="eager", device="CPU")
    impatient.submit(spinning, on_done=told, on_progress=told.on_progress)
    assert "did not answer within 5" in str(told.wait(60))
    assert impatient.pids == ()


class Ended:
    """A job that says when its thread is through with it, which may be after its outcome was told."""

    def __init__(self, job: Measurement) -> None:
        self.job, self.backends, self.budget_s, self.event = (
            job,
            job.backends,
            job.budget_s,
            threading.Event(),
        )

    def do(self, ask: Ask, tell: Tell) -> Timing:
        try:
            return self.job.do(ask, tell)
        finally:
            self.event.set()


@pytest.mark.parametrize("stopped", [True, False])
def test_a_run_that_fails_has_its_calibration_made_again_and_one_that_is_stopped_does_not(
    monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    known = dict(KNOWN)
    monkeypatch.setattr(measuring, "_calibrations", known)
    worker, told, timing = Worker(), Told(), Ended(job(budget_s=60, backend="numpy"))
    worker.submit(timing, on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    (pid,) = worker.pids
    if stopped:
        worker.stop()
    else:
        os.kill(pid, signal.SIGTERM)
    assert isinstance(told.wait(), TimingStopped) == stopped
    assert timing.event.wait(30)
    assert KNOWN.keys() - known.keys() == (set() if stopped else {("numpy", "eager", "float32", "CPU")})
    worker.stop()


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(
        tmp_path, "import os; os.write(2, b'line one\\nno such driver\\n'); os._exit(3)", monkeypatch
    )
    worker = Worker()
    with pytest.raises(TimingError, match=r"exit status 3\): no such driver") as caught:
        measure(small_model(), worker=worker)
    assert caught.value.details == "line one\nno such driver"
    worker.stop()


def test_a_backend_that_cannot_be_loaded_gives_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sitecustomize(tmp_path, "import sys; sys.modules['keras'] = None", monkeypatch)
    worker = Worker()
    with pytest.raises(TimingError, match=r"^(BackendMissing|ModuleNotFound)Error: .*[Kk]eras") as caught:
        measure(small_model(), worker=worker)
    assert "\n" not in str(caught.value)
    worker.stop()


PARENT = """
    import os, sys, threading, time
    from encdec_widgets import Design
    from encdec_widgets.architectures import UNet
    from encdec_widgets.workers.timing import Measurement, Worker, checked, network_of

    backend, end = sys.argv[1:]
    network = network_of(Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1)))
    worker, runs = Worker(), threading.Event()
    worker.submit(
        Measurement(network=network, options=checked(backend=backend, budget_s=60)),
        on_done=lambda _: None,
        on_progress=lambda progress: progress.doing.startswith("building") and runs.set(),
    )
    runs.wait()
    time.sleep(0.5)  # It is calibrating by then.
    if end == "forked" and os.fork() == 0:
        time.sleep(5)  # holds what the worker listens to open
        os._exit(0)
    print("worker", *worker.pids, flush=True)
    if end != "exits":
        time.sleep(1000)
"""


FORKED = [("numpy", "forked")] if hasattr(os, "fork") else []


@pytest.mark.parametrize(
    ("backend", "end"), [("numpy", "exits"), (keras.config.backend(), "killed"), *FORKED]
)
def test_no_process_outlives_its_parent(backend: str, end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PARENT), backend, end],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as parent:
        assert parent.stdout is not None
        pid = next(int(line.split()[1]) for line in parent.stdout if line.startswith("worker"))
        if end == "exits":
            assert parent.wait(20) == 0
        else:
            assert alive(pid)
            parent.kill()
        gone = eventually(lambda: not alive(pid), 4)
        if not gone:
            os.kill(pid, signal.SIGKILL)
        assert gone
