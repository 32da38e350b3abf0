"""Benchmark 10: a class of six lessons, as a pupil goes through them, from the import to the line for the chat.

- Seconds by lesson, in the order 1 to 6; the first one has the imports in it. They are those of the processor, of the
  kernel and of the process that trains and times: on a core that nobody else uses, what a pupil waits for. The seconds
  of the clock stand in the remarks, with the longest wait.
- Memory: what the kernel and the process that trains and times hold at the end, resident and without what they share.

With `--one-core` everything keeps to one core, which is what Binder and many hubs give.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil

from tests.benchmarks.tables import Row, Table

NAME = "lessons"
QUICK_STEPS = 5


async def _until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.02)


class Pupil:
    """Somebody who goes through the lessons, and how long each wait was."""

    def __init__(self, quick: bool) -> None:
        self.steps = QUICK_STEPS if quick else None
        self.waits: list[tuple[str, float]] = []

    async def guess(self, of: Any, index: int, value: Any) -> None:
        """Make a guess, and wait for its answer."""
        began = time.monotonic()
        of.progress.guess(index, value)
        await _until(lambda: not of.progress.parts[index].computing)
        self.waits.append((f"answer {index + 1}", time.monotonic() - began))

    async def train(self, of: Any) -> None:
        """Train for the steps of the lesson."""
        began, learning = time.monotonic(), of.designer.learning
        learning.start(anew=True, steps=self.steps)
        await _until(lambda: not learning.state.running)
        self.waits.append(("training", time.monotonic() - began))

    async def race(self, of: Any) -> None:
        """Race against what is pinned."""
        began, timing = time.monotonic(), of.designer.aside.timing
        timing.measure_race()
        await _until(lambda: not timing.running)
        self.waits.append(("race", time.monotonic() - began))


def _set(of: Any, **edits: Any) -> None:
    for path, value in edits.items():
        of.designer.set(path, value)


async def _sizes(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, "300 px")
    _set(of, input_shape=(500, 500, 1), down_blocks=6)
    _set(of, input_shape=(512, 512, 1), up_blocks=5)


async def _skips(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, 25)
    of.designer.set("decoder[2].skip_connection", False)
    of.designer.set("decoder[0].skip_connection", False)
    await pupil.train(of)


async def _seeing_far(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, "4 levels in place of 3")
    _set(of, down_blocks=4, up_blocks=3, filters=8)
    await pupil.guess(of, 2, 50)
    _set(of, down_blocks=2, up_blocks=2, filters=4)
    await pupil.train(of)


async def _parameters_lie(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, 4)
    await pupil.guess(of, 1, "slower")
    of.designer.aside.timing.pin.click()
    _set(of, filters=64, filters_rate=1, down_blocks=3)
    await pupil.race(of)


async def _stacks(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, 2)
    _set(of, stacks=2, filters=176)
    await pupil.guess(of, 2, "FC-DenseNet56")
    await pupil.guess(of, 3, 50)


async def _for_your_lab(pupil: Pupil, of: Any) -> None:
    await pupil.guess(of, 0, 5)
    _set(of, filters=8, up_interpolate=True)


LESSONS: dict[str, Callable[[Pupil, Any], Awaitable[None]]] = {
    "1": _sizes,
    "2": _skips,
    "3": _seeing_far,
    "4": _parameters_lie,
    "5": _stacks,
    "6": _for_your_lab,
}


def run(quick: bool) -> Table:
    """Go through all lessons; if quick, through the first three, with trainings of a few steps."""
    return asyncio.run(_class(quick))


async def _class(quick: bool) -> Table:
    pupil, rows, spent, lines = Pupil(quick), [], [], []
    for name in list(LESSONS)[: 3 if quick else None]:
        began, spent_s, before = time.monotonic(), _processor_s(), len(pupil.waits)
        from encdec_widgets.lessons import lesson

        of = lesson(name, keep=None)
        of.designer.wait()
        await LESSONS[name](pupil, of)
        lines.append(str(of.code()))
        spent.append(_processor_s() - spent_s)
        what, longest_s = max(pupil.waits[before:], key=lambda wait: wait[1])
        remark = f"{time.monotonic() - began:.1f} s by the clock; longest wait {longest_s:.1f} s: {what}"
        rows.append(Row.of(NAME, f"lesson {name}", spent[-1:], unit="s", remark=remark))
    rows.append(Row.of(NAME, "the class", [sum(spent)], unit="s"))
    rows += _memory()
    return Table("A class, in the order of its lessons", rows, notes=["Its lines:", *lines])


def _processor_s() -> float:
    """What this process and those that it started have computed, in seconds."""
    own = psutil.Process()
    times = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _memory() -> list[Row]:
    from encdec_widgets.workers.client import shared_worker

    kernel = psutil.Process()
    workers = [psutil.Process(pid) for pid in shared_worker().pids]
    found = [("memory of the kernel", [kernel]), ("of the process that trains and times", workers)]
    rows = [
        Row.of(NAME, name, [sum(one.memory_info().rss for one in processes) / 1e6], unit="MB")
        for name, processes in found
    ]
    own = sum(one.memory_full_info().uss for one in (kernel, *workers)) / 1e6
    return [*rows, Row.of(NAME, "of both, without what they share", [own], unit="MB")]
