"""Benchmark 9: how soon a lesson's difference is plain, and what it costs to watch it.

- Tasks: steps and seconds to the result over three seeds, and the score after as many steps as eight seconds were where
  the figures of the lessons come from. Seconds are those of one thread of the processor (`time.process_time`), so that
  what else the machine does counts little.
- First call: what tracing and the first step take.
- Streaming: a slice of a quarter second with its pictures, over its steps alone, in turns.
- Memory: what the process that trains holds, and what two edits add, and forty.
- Lateness: by how much the kernel's event loop is behind while the page *Learn* shows a training.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from typing import Any

import attrs
import keras
import psutil

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.learn_page import LearnPage
from encdec_widgets.workers.inside.training import TrainingHere
from encdec_widgets.workers.timing import Worker
from encdec_widgets.workers.training import Training, TrainingOptions
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.sent import sent, written_task
from encdec_widgets.workers.training.tasks import as_task
from tests.benchmarks.tables import Row, Table

NAME = "training"
SEEDS = (0, 1, 2)
LOOK_EVERY = 10  # steps
SLICE_STEPS = 12  # what fits into a quarter second on one core
STREAMED_SLICES = 30
GIVEN_UP_S = 120.0  # a training that has not taken a step by then takes none


@attrs.frozen
class Case:
    """A network on a task.

    Attributes:
        task: The task.
        network: The network, in words.
        design: The network.
        figure: The figure that says when the result is there.
        enough: It is there from this value of the figure on.
        steps: So many steps are taken.
    """

    task: str
    network: str
    design: Design
    figure: str
    enough: float
    steps: int

    def reached(self, figures: Any) -> bool:
        """Whether the result is there."""
        value = figures[self.figure]
        return bool(value <= self.enough if self.figure == "swapped" else value >= self.enough)


def unet(levels: int, **fields: Any) -> Design:
    """The U-Net of the lessons."""
    values = {"filters": 8, "down_blocks": levels, "up_blocks": levels, "up_interpolate": True, **fields}
    return Design(UNet(**values), (64, 64, 1))


def without_skips(levels: int) -> Design:
    """The same without skip connections."""
    return unet(levels).replace("decoder[*].skip_connection", False)


CASES = (
    Case("halo", "1 level, 20 px", unet(1), "right", 0.95, 250),
    Case("halo", "2 levels, 52 px", unet(2), "right", 0.95, 250),
    Case("halo", "3 levels, 116 px", unet(3), "right", 0.95, 250),
    Case("mouse", "1 level, 20 px", unet(1), "swapped", 0.05, 400),
    Case("mouse", "2 levels, 52 px", unet(2), "swapped", 0.05, 400),
    Case("mouse", "3 levels, 116 px", unet(3), "swapped", 0.05, 400),
    Case("threads", "3 levels", unet(3), "f1", 0.86, 350),
    Case("threads", "3 levels without skips", without_skips(3), "f1", 0.86, 350),
    Case("threads", "1 level", unet(1), "f1", 0.86, 350),
)


def run(quick: bool) -> Table:
    """Measure everything, or one network with one seed."""
    _one_thread()
    cases, seeds = (CASES[1:2], SEEDS[:1]) if quick else (CASES, SEEDS)
    first_calls: list[float] = []
    rows: list[Row] = []
    for case in cases:
        rows += _results(case, seeds, first_calls)
    rows.append(Row.of(NAME, "first call", first_calls, unit="s"))
    rows.append(_streaming(5 if quick else STREAMED_SLICES))
    rows += _memory(20 if quick else 60)
    rows += _memory_of_edits(4 if quick else 40)
    rows.append(asyncio.run(_lateness(2.0 if quick else 20.0)))
    return Table(
        "Training on tasks, by the lessons' settings",
        rows,
        notes=[
            f"Seconds are CPU seconds of one thread on {keras.config.backend()}.",
            f"A result is looked for every {LOOK_EVERY} steps; the looks are not counted.",
            "Streaming: 12 steps and six pictures, laid over, encoded and as text, over 12 steps alone.",
            "Lateness: what a wait of 5 ms takes longer, with a training on the page and before it began.",
        ],
    )


def _one_thread() -> None:
    """Let TensorFlow compute in one thread, so that the process's time is that of one core."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    else:
        os.environ["NPROC"] = "1"


def _begun(case: Case, seed: int) -> TrainingHere:
    options, task, folder = TrainingOptions().resolved(), as_task(case.task), Folder()
    network = sent(case.design, task, options, None).network
    path = written_task(task, 64, folder.path)
    return TrainingHere(attrs.asdict(network), path, attrs.asdict(options), seed, lambda *_: None)


def _results(case: Case, seeds: tuple[int, ...], first_calls: list[float]) -> Iterator[Row]:
    steps: list[float] = []
    seconds: list[float] = []
    ends: list[str] = []
    step_ms: list[float] = []
    for seed in seeds:
        training, spent_s, reached = _begun(case, seed), 0.0, False
        began = time.process_time()
        training.slice(0.0, 1, scores=False)
        first_calls.append(time.process_time() - began)
        score: dict[str, Any] = {}
        while training.steps < case.steps:
            began = time.process_time()
            for _ in range(LOOK_EVERY):
                training._stepped()
            took_s = time.process_time() - began
            spent_s += took_s
            step_ms.append(1000 * took_s / LOOK_EVERY)
            score = training.slice(0.0, 0, scores=True)["score"]
            if not reached and case.reached(score["figures"]):
                reached = True
                steps.append(training.steps)
                seconds.append(spent_s)
        ends.append(score["text"])
    name = f"{case.task}, {case.network}"
    never = len(seeds) - len(steps)
    remark = f"after {case.steps} steps: {'; '.join(ends)}"
    if never:
        remark = f"never in {case.steps} steps: {never} of {len(seeds)}; {remark}"
    yield Row.of(NAME, f"{name}: steps to the result", steps, unit="steps", remark=remark)
    yield Row.of(NAME, f"{name}: seconds to the result", seconds, unit="s")
    yield Row.of(NAME, f"{name}: a step", step_ms, unit="ms")


def _streaming(slices: int) -> Row:
    training = _begun(CASES[4], 0)
    training.slice(0.0, SLICE_STEPS, scores=False)
    with_pictures, alone = [], []
    for _ in range(slices):
        for into, pictures in ((with_pictures, True), (alone, False)):
            began = time.process_time()
            for _ in range(SLICE_STEPS):
                training._stepped()
            if pictures:
                training._pictures()
            into.append(1000 * (time.process_time() - began))
    return Row.of(
        NAME, "a slice with its pictures", with_pictures, alone, unit="ms", against="steps alone", goal=1.05
    )


def _memory(steps: int) -> Iterator[Row]:
    """Resident memory of the process that trains, at the end and after two edits."""
    edits = [unet(2, filters=9), unet(3)]
    readings: list[float] = []
    worker, training = Worker(), Training.of(unet(2), "mouse", steps=3 * steps)

    def tell(progress: Any) -> None:
        taken = progress.payload.get("steps", 0) if progress.payload else 0
        if taken >= steps * (len(readings) + 1):
            readings.append(psutil.Process(worker.pids[0]).memory_info().rss / 1e6)
            if edits:
                training.change(edits.pop(0))

    try:
        worker.do(training, tell)
    finally:
        worker.stop()
    yield Row.of(NAME, "memory of the process that trains", readings[:1], unit="MB")
    yield Row.of(NAME, "the same after two edits", readings[-1:], unit="MB")


def _memory_of_edits(edits: int) -> Iterator[Row]:
    """What an edit of a training leaves in the memory of its process: the network before it should be gone."""
    training, options = _begun(CASES[4], 0), TrainingOptions().resolved()
    process = psutil.Process()
    readings: list[float] = []
    for number in range(edits):
        design = unet(2).replace("decoder[1].refine_convs_filters", 8 + number % 2)
        training.change(attrs.asdict(sent(design, as_task("mouse"), options, None).network))
        training.slice(0.0, 2, scores=True)
        readings.append(process.memory_info().rss / 1e6)
    settled = len(readings) // 2
    grown = (readings[-1] - readings[settled]) / max(len(readings) - 1 - settled, 1)
    yield Row.of(NAME, f"memory of an edit, over the later half of {edits}", [grown], unit="MB")


async def _lateness(seconds: float) -> Row:
    """By how much the event loop is late while a training is shown, over a loop that only shows the page."""
    worker = Worker()
    page = LearnPage(Session(unet(2)), worker)
    page.visible = True
    try:
        before = await _late_ms(seconds)
        page.learning.set("task", "mouse")
        page.learning.start(steps=1_000_000)
        until = time.monotonic() + GIVEN_UP_S
        while not (page.learning.state.runs and page.learning.state.runs[0].steps):
            if time.monotonic() > until or not page.learning.state.running:
                raise RuntimeError(f"the training did not begin: {page.learning.state.said}")
            await asyncio.sleep(0.1)
        while_training = await _late_ms(seconds)
    finally:
        page.close()
        worker.stop()
    return Row.of(
        NAME, "the event loop is late, while training", while_training, before, unit="ms", against="before it"
    )


async def _late_ms(seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    end, late = loop.time() + seconds, list[float]()
    while (due := loop.time() + 0.005) < end:
        await asyncio.sleep(0.005)
        late.append(1000 * (loop.time() - due))
    return late
