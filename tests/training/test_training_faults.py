"""What can happen to a training: killed, out of memory, hung, closed, interrupted, two at a time, edited in a slice."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.workers import client
from encdec_widgets.workers.errors import out_of_memory
from encdec_widgets.workers.inside.__main__ import answer
from encdec_widgets.workers.inside.bench import Bench
from encdec_widgets.workers.process import WorkerProcess
from encdec_widgets.workers.timing import TimingError, TimingStopped, Worker, measure
from encdec_widgets.workers.training import Training, train
from tests.library.timed import ROOT, alive, eventually
from tests.training.trained import BACKEND, SMALL, Dots, Told, unet

LONG: dict[str, Any] = {"backend": BACKEND}


class Outcome:
    """Waits for the end of a training that was submitted, and for its first pictures."""

    def __init__(self, worker: Worker, training: Training) -> None:
        self.told, self.outcomes = Told(), list[Any]()
        self._trains, self._done = threading.Event(), threading.Event()
        worker.submit(training, on_done=self._end, on_progress=self._progress)

    def _progress(self, progress: Any) -> None:
        self.told(progress)
        if progress.payload:
            self._trains.set()

    def _end(self, outcome: Any) -> None:
        self.outcomes.append(outcome)
        self._trains.set()
        self._done.set()

    def wait_until_it_trains(self) -> None:
        assert self._trains.wait(120)
        assert not self.outcomes, self.outcomes

    def wait(self) -> Any:
        assert self._done.wait(120)
        (outcome,) = self.outcomes
        return outcome


def works(worker: Worker) -> bool:
    return train(SMALL, "threads", steps=1, worker=worker, backend=BACKEND).steps == 1


def test_a_process_that_is_killed_gives_one_line_and_the_next_training_works(worker: Worker) -> None:
    outcome = Outcome(worker, Training.of(SMALL, "halo", **LONG))
    outcome.wait_until_it_trains()
    (pid,) = worker.pids
    os.kill(pid, signal.SIGKILL)
    error = outcome.wait()
    assert isinstance(error, TimingError)
    assert str(error).startswith("the training process was killed from outside")
    assert "\n" not in str(error)
    assert works(worker)


def test_one_thing_at_a_time_and_the_one_under_way_goes_on(worker: Worker) -> None:
    training = Training.of(SMALL, "halo", **LONG)
    outcome = Outcome(worker, training)
    outcome.wait_until_it_trains()
    with pytest.raises(TimingError, match="a training is under way already; wait for it or stop it"):
        train(SMALL, "halo", steps=1, worker=worker, backend=BACKEND)
    with pytest.raises(TimingError, match="a training is under way already"):
        measure(SMALL, worker=worker, budget_s=0.05, backend=BACKEND)
    training.finish()
    assert outcome.wait().steps > 0


def test_stop_kills_it_and_finish_does_not(worker: Worker) -> None:
    training = Training.of(SMALL, "halo", **LONG)
    outcome = Outcome(worker, training)
    outcome.wait_until_it_trains()
    worker.stop()
    assert isinstance(outcome.wait(), TimingStopped)
    assert worker.pids == ()
    assert not worker.busy
    training = Training.of(SMALL, "halo", **LONG)
    training.finish()  # before it began
    trained = worker.do(training)
    assert trained.steps == 0
    assert trained.score_text
    assert len(worker.pids) == 1


def test_edits_in_the_middle_of_slices_from_another_thread_are_taken_the_newest_one_at_last(
    worker: Worker,
) -> None:
    training = Training.of(SMALL, "threads", **LONG)
    outcome = Outcome(worker, training)
    outcome.wait_until_it_trains()
    newest = SMALL
    for filters in range(3, 6):  # none of them waits for a slice to end
        newest = SMALL.replace("filters", filters)
        assert training.change(newest)
    assert eventually(lambda: any(payload["edit"] for payload in outcome.told.payloads), 60)
    training.finish()
    trained = outcome.wait()
    assert trained.design == newest
    assert trained.kept[-1].parameters == trained.parameters
    assert trained.give(newest.build()) > 0


def test_a_network_that_no_memory_holds_is_refused_with_the_figure_and_the_process_lives(
    worker: Worker,
) -> None:
    huge = Design(UNet(filters=512, down_blocks=5, up_blocks=5), (64, 64, 1))
    works(worker)
    (pid,) = worker.pids
    with pytest.raises(
        TimingError, match=r"about [\d.]+ [GT]B of memory \(an estimate\), and there are .* try a smaller"
    ):
        train(huge, "halo", steps=1, worker=worker, backend=BACKEND)
    assert alive(pid)
    training, told = Training.of(SMALL, "threads", steps=12, backend=BACKEND), Told()

    def tell(progress: Any) -> None:
        told(progress)
        if len(told.payloads) == 1:
            assert training.change(huge)

    trained = worker.do(training, tell)  # As an edit it is refused too, and what was learnt is not lost.
    assert trained.steps == 12
    assert trained.design == SMALL
    assert trained.kept == ()
    (refused,) = [payload["refused"] for payload in told.payloads if payload["refused"]]
    assert "of memory (an estimate)" in refused
    assert worker.pids == (pid,)


def test_memory_that_runs_out_in_a_step_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def train_slice(*_: Any) -> None:
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(Bench, "train_slice", train_slice)
    reply = answer({"id": 1, "command": "train_slice", "batch_size": 8, "arguments": {}})
    assert reply["error"] == "the device ran out of memory at batch size 8; try a smaller one"
    assert reply["retire"]


def test_memory_that_runs_out_in_an_edit_is_told_as_that(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, line = WorkerProcess.ask, out_of_memory(8)

    def answered(self: WorkerProcess, command: str, *how: Any) -> Any:
        if command == "train_change":
            return {"error": line, "retire": True}
        return ask(self, command, *how)

    monkeypatch.setattr(WorkerProcess, "ask", answered)
    training = Training.of(SMALL, "threads", backend=BACKEND)

    def tell(progress: Any) -> None:
        if progress.payload:
            training.change(SMALL.replace("filters", 3))

    with pytest.raises(TimingError) as caught:
        worker.do(training, tell)
    assert str(caught.value) == line
    monkeypatch.undo()
    assert works(worker)


@pytest.mark.parametrize("computes", [False, True])
def test_a_hang_is_ended(worker: Worker, computes: bool) -> None:
    class Hanging(Dots):
        """Hangs a second after its first step: in the third slice at the earliest, as the second takes a quarter."""

        busy = computes

        def __init__(self) -> None:
            self.batches, self.begins = 0, 0.0

        def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
            import time

            self.batches += count == 8
            if self.batches == 2:
                self.begins = self.begins or time.monotonic()
            while self.begins and time.monotonic() > self.begins + 1:
                time.sleep(0 if self.busy else 1)
            return Dots.draw(self, random, count, size)

    impatient = Worker()
    assert works(impatient)  # What takes long, to load the backend, is done.
    limit = impatient.timeout_s = 30 if BACKEND == "torch" else 10  # a step there is an operation at a time
    outcome = Outcome(impatient, Training.of(SMALL, Hanging(), images=8192, backend=BACKEND))
    error = outcome.wait()
    assert outcome.told.losses  # It had begun to train.
    assert f"the training process did not answer within {limit}" in str(error)
    assert str(error).endswith(" s and was given up")
    assert impatient.pids == ()
    assert not impatient.busy
    assert works(impatient)
    impatient.stop()


class Raising(Dots):
    """Draws as long as it is asked for few."""

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        if count > 2:
            raise ZeroDivisionError("no\nmore")
        return super().draw(random, count, size)


def test_a_task_that_raises_there_gives_one_line(worker: Worker) -> None:
    with pytest.raises(
        TimingError, match="the task raising could not draw: ZeroDivisionError: no more"
    ) as caught:
        train(SMALL, Raising(), steps=1, worker=worker, backend=BACKEND)
    assert "\n" not in str(caught.value)
    assert works(worker)


class Extreme(Dots):
    """What is learnt on is a thousand billion billion billion times as bright as what the score is taken on."""

    def draw(self, random: np.random.Generator, count: int, size: int) -> tuple[Any, Any]:
        images, points = super().draw(random, count, size)
        return images * (1e30 if count == 8 else 1), points


def test_weights_that_grow_without_end_are_told(worker: Worker) -> None:
    with pytest.raises(
        TimingError, match=r"no finite number any more after [12] step.* images without extreme values"
    ):
        train(unet(2, 2), Extreme(), steps=20, worker=worker, backend=BACKEND)


PARENT = """
    import os, sys, threading
    from encdec_widgets import Design
    from encdec_widgets.architectures import UNet
    from encdec_widgets.workers.timing import Worker
    from encdec_widgets.workers.training import Training

    worker, trains = Worker(), threading.Event()
    design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1))
    training = Training.of(design, "halo", backend={backend!r})
    worker.submit(training, on_done=print, on_progress=lambda progress: progress.payload and trains.set())
    assert trains.wait(120)
    try:
        print("worker", worker.pids[0], training._folder.path, flush=True)
        while sys.argv[1] == "interrupted":
            threading.Event().wait(1000)
    except KeyboardInterrupt:
        print("still", worker.busy, *worker.pids, flush=True)
"""


@pytest.mark.parametrize("end", ["exits", "interrupted"])
def test_a_kernel_that_ends_takes_it_along_and_its_interrupt_does_not(end: str) -> None:
    code = textwrap.dedent(PARENT.format(backend=BACKEND))
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, end], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        _, number, folder = next(line.split() for line in parent.stdout if line.startswith("worker"))
        pid = int(number)
        if end == "interrupted":
            parent.send_signal(signal.SIGINT)
            assert next(iter(parent.stdout)).split() == ["still", "True", number]
        assert parent.wait(30) == 0
        gone = eventually(lambda: not alive(pid), 5)
        if not gone:
            os.kill(pid, signal.SIGKILL)
        assert gone
        assert not Path(folder).exists()


def test_what_tensorflow_says_of_tracing_is_not_taken_for_last_words(worker: Worker) -> None:
    for _ in range(7):  # It warns from the fifth on.
        assert works(worker)
    outcome = Outcome(worker, Training.of(SMALL, "halo", **LONG))
    outcome.wait_until_it_trains()
    os.kill(worker.pids[0], signal.SIGKILL)
    assert "retracing" not in outcome.wait().details


INTERRUPTED = """
    import os, signal, sys
    from encdec_widgets import Design
    from encdec_widgets.architectures import UNet
    from encdec_widgets.workers.timing import Worker
    from encdec_widgets.workers.training import Training, train

    worker = Worker()
    design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (64, 64, 1))
    how = {{"worker": worker, "backend": {backend!r}}}
    finish = Training.finish

    def finish_and_interrupt(training):
        finish(training)
        os.kill(os.getpid(), signal.SIGINT)

    def tell(progress):
        print("doing", progress.doing, flush=True)

    for moment in map(str.strip, sys.stdin):
        Training.finish = finish_and_interrupt if moment == "twice" else finish
        try:
            train(design, "threads", steps=None, seconds=1000, on_progress=tell, **how)
        except KeyboardInterrupt:
            print("interrupted", worker.busy, len(worker.pids), flush=True)
        print("works", train(design, "threads", steps=1, **how).steps, len(worker.pids), flush=True)
"""


def test_an_interrupt_from_outside_ends_a_training_at_any_moment_and_the_next_one_works() -> None:
    code = textwrap.dedent(INTERRUPTED.format(backend=BACKEND))
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        given_up = threading.Timer(240, child.kill)  # A training that goes on would never say a further word.
        given_up.daemon = True
        given_up.start()
        for moment, doing in (
            ("the start", "starting the process"),
            ("the build", "building the network"),
            ("the first call", "first step"),
            ("a slice", "1 step"),
            ("twice", "1 step"),
        ):
            print(moment, file=child.stdin, flush=True)
            assert any(line.strip() == f"doing {doing}" for line in child.stdout), moment
            child.send_signal(signal.SIGINT)
            ended = next((line.split() for line in child.stdout if not line.startswith("doing")), [])
            assert ended[:2] == ["interrupted", "False"], moment
            if moment == "twice":  # It was killed: nobody waits for it to finish.
                assert ended[2] == "0"
            assert next(iter(child.stdout), "").split() == ["works", "1", "1"], moment
        child.stdin.close()
        assert child.wait(60) == 0
        given_up.cancel()


def test_an_interrupt_ends_a_training_softly_and_its_process_stays(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert works(worker)
    pids, told = worker.pids, Told()

    def interrupt(progress: Any) -> None:
        told(progress)
        if len(told.payloads) == 1:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(client, "FINISH_S", 60.0)  # the machine may be busy
    with pytest.raises(KeyboardInterrupt):
        train(SMALL, "threads", seconds=1000, on_progress=interrupt, worker=worker, backend=BACKEND)
    assert not worker.busy
    assert worker.pids == pids
