"""The process that times: one at a time, stopped, killed, hung, out of memory, left behind by nobody."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import keras
import pytest

from encdec_widgets.timing import (
    Timing,
    TimingError,
    TimingStopped,
    Worker,
)
from encdec_widgets.timing.errors import out_of_memory
from encdec_widgets.timing.loop import MIN_RUNS
from encdec_widgets.timing.worker import answer
from tests.library.timed import (
    ROOT,
    Told,
    alive,
    busy_and_running,
    eventually,
    small_model,
)

# The process


def test_one_timing_at_a_time_and_stop_ends_it_within_a_second(worker: Worker) -> None:
    told = busy_and_running(worker)
    pid = worker.pid
    assert pid is not None
    with pytest.raises(TimingError, match="under way"):
        worker.measure(small_model())
    start = time.monotonic()
    worker.stop()
    assert time.monotonic() - start < 1
    assert not alive(pid)
    assert not worker.busy
    assert isinstance(told.wait(0), TimingStopped)
    assert str(told.outcomes[0]) == "stopped"
    assert worker.measure(small_model(), budget_s=0.05)
    assert len(told.outcomes) == 1


def test_an_interrupt_ends_the_timing_too(worker: Worker) -> None:
    worker.measure(small_model(), budget_s=0.05)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        worker.measure(small_model(), budget_s=60)
    assert not worker.busy
    assert worker.pid is None


def test_stop_while_starting_and_with_nothing_to_stop() -> None:
    worker, told = Worker(), Told()
    worker.stop()
    worker.submit(small_model(), on_done=told)
    worker.stop()
    worker.stop()
    assert isinstance(told.wait(0), TimingStopped)
    assert worker.pid is None


def test_a_worker_killed_in_a_run_gives_one_line_and_the_next_run_works(worker: Worker) -> None:
    told = busy_and_running(worker)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    outcome = told.wait(5)
    assert isinstance(outcome, TimingError)
    assert "killed from outside" in str(outcome)
    assert worker.measure(small_model(), budget_s=0.05)


def test_a_worker_killed_between_runs_is_replaced(worker: Worker) -> None:
    worker.measure(small_model(), budget_s=0.05)
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: worker.pid is None)
    assert worker.measure(small_model(), budget_s=0.05)
    assert worker.pid != pid


def test_a_crash_tells_the_exit_status(worker: Worker) -> None:
    told = busy_and_running(worker)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSEGV)
    assert f"exit status -{signal.SIGSEGV:d}" in str(told.wait(5))


def test_a_worker_that_nobody_holds_any_more_ends() -> None:
    worker = Worker()
    worker.submit(small_model(), on_done=lambda _: None)
    worker.stop()
    worker.submit(small_model(), budget_s=0.05, on_done=(told := Told()))
    pid = worker.pid
    assert pid is not None
    told.wait()
    del worker
    assert eventually(lambda: gc.collect() >= 0 and not alive(pid))


def test_the_next_timing_can_start_from_the_callback_of_the_last(worker: Worker) -> None:
    second = Told()
    worker.submit(
        small_model(),
        budget_s=0.05,
        on_done=lambda _: worker.submit(small_model(), budget_s=0.05, on_done=second),
    )
    assert isinstance(second.wait(), Timing)


def test_out_of_memory_is_told_plainly_and_the_next_run_works(worker: Worker) -> None:
    x_in = keras.layers.Input((4, 4, 1))
    model = keras.Model(x_in, keras.layers.UpSampling2D(8192)(x_in))  # 4 GiB an image
    with pytest.raises(TimingError) as caught:
        worker.measure(model, batch_size=65536, budget_s=0.05)  # more than a process can address
    assert str(caught.value) == "the device ran out of memory at batch size 65536; try a smaller one"
    assert worker.measure(small_model(), budget_s=0.05)


def test_out_of_memory_at_one_image_does_not_ask_for_fewer() -> None:
    assert "smaller input" in out_of_memory(1)


def test_a_request_for_another_backend_is_refused() -> None:
    reply = answer({"id": 7, "model": "{}", "backend": "another", "batch_size": 1, "budget_s": 1})
    assert reply["id"] == 7
    assert reply["error"] == f"the timing process runs on {keras.config.backend()}, not on another"


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
                os.write(1, b'{"id": 0, "timing": {}} and no line break')
                time.sleep(0.01)
        os.write(1, b'noise before anything else, and no line break')
        print()
        print('{"id": "another"}', 42, flush=True)
        threading.Timer(0.5, chat).start()
    """
    write_sitecustomize(tmp_path, chatter, monkeypatch)
    worker = Worker()
    assert worker.measure(small_model(), budget_s=1.0).n >= MIN_RUNS
    assert worker.measure(small_model(), budget_s=0.05).n >= MIN_RUNS
    worker.stop()


def test_a_hang_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(tmp_path, "import time; time.sleep(1000)", monkeypatch)
    worker, told = Worker(timeout_s=0.5), Told()
    worker.submit(small_model(), budget_s=0.1, on_done=told)
    pid = worker.pid
    assert pid is not None
    assert "did not end within 0.6 s" in str(told.wait(10))
    assert eventually(lambda: not alive(pid), 2)
    assert not worker.busy


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(
        tmp_path, "import os; os.write(2, b'line one\\nno such driver\\n'); os._exit(3)", monkeypatch
    )
    worker = Worker()
    with pytest.raises(TimingError, match=r"exit status 3\): no such driver") as caught:
        worker.measure(small_model())
    assert caught.value.details == "line one\nno such driver"


PARENT = """
    import sys, time, os
    import keras
    from encdec_widgets.timing import Worker

    x_in = keras.layers.Input((16, 16, 1))
    model = keras.Model(x_in, keras.layers.Conv2D(4, 3)(x_in))
    worker = Worker()
    worker.measure(model, budget_s=0.05)
    worker.submit(model, budget_s=60, on_done=lambda _: None)
    if sys.argv[1] == "forked" and os.fork() == 0:
        time.sleep(5)  # holds what the worker listens to open
        os._exit(0)
    print("worker", worker.pid, flush=True)
    if sys.argv[1] != "exits":
        time.sleep(1000)
"""


@pytest.mark.parametrize("end", ["exits", "killed", *(["forked"] if hasattr(os, "fork") else [])])
def test_no_process_outlives_its_parent(end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PARENT), end],
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


# The device
