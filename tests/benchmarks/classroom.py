"""Benchmark 13: a class as Binder gives it to a pupil: JupyterLab with all its kernels on one core and in 2 GB.

- Each lesson's notebook has a kernel of its own, which runs the notebook's cells and goes through the lesson, from the
  guess to the line; trainings and races run in a process that the kernel starts. The page is in a browser elsewhere.
- Seconds are those of the processor, of the server, the kernels and what they start, lesson by lesson.
- Memory is what all of them hold together. It is limited by a control group, which takes Linux and root.
- Twice: once each kernel is shut down at the end of its lesson, once all of them stay, as they do in open notebooks.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil

from tests.benchmarks.memory_group import MemoryGroup
from tests.benchmarks.tables import Row, Table
from tests.browser.kernel import Kernel, check
from tests.browser.servers import ROOT, Lab

NAME = "classroom"
LIMIT = 2_000_000_000
ANSWERED_S = 600.0
_THROUGH = """
from tests.benchmarks.lessons import LESSONS, Pupil
pupil = Pupil(quick={quick})
{lesson}.designer.wait()
await LESSONS["{name}"](pupil, {lesson})
print(max((seconds, what) for what, seconds in pupil.waits))
"""


class NoMemoryError(Exception):
    """A process of the class was ended, as it wanted more memory than there was."""


def run(quick: bool) -> Table:
    """Go through all lessons, with kernels that end and with kernels that stay; if quick, through the first three."""
    rows, notes = [], []
    for stay in (False, True):
        with tempfile.TemporaryDirectory() as folder, MemoryGroup(LIMIT) as group:
            try:
                for row in _class(Path(folder), group, quick, stay):
                    print(row, flush=True)
                    rows.append(row)
            except NoMemoryError as error:
                notes.append(str(error))
    return Table("A class on one core and in 2 GB, in the order of its lessons", rows, notes=notes)


def _class(folder: Path, group: MemoryGroup, quick: bool, stay: bool) -> Iterator[Row]:
    lab = Lab(folder, backend="tensorflow")
    lab.command = group.within(lab.command, max(os.sched_getaffinity(0)))
    how = "kernels stay" if stay else "one kernel at a time"
    with lab:
        shutil.copytree(ROOT / "notebooks" / "lessons", lab.notebooks / "lessons")
        for path in sorted((lab.notebooks / "lessons").glob("*.ipynb"))[: 3 if quick else None]:
            name = path.name[0]
            began, spent_s = time.monotonic(), _processor_s(lab)
            with _kernel(lab, stay) as kernel:
                code = [
                    cell.source
                    for cell in nbformat.read(path, as_version=4).cells
                    if cell.cell_type == "code"
                ]
                _run(kernel, code[0], group, f"lesson {name}, {how}")
                lesson = code[0].splitlines()[-1]
                _run(
                    kernel,
                    _THROUGH.format(quick=quick, lesson=lesson, name=name),
                    group,
                    f"lesson {name}, {how}",
                )
                _run(kernel, code[1], group, f"lesson {name}, {how}")
                remark = f"{time.monotonic() - began:.0f} s by the clock; {group.held_mb:,.0f} MB held by all"
                yield Row.of(
                    NAME, f"lesson {name}, {how}", [_processor_s(lab) - spent_s], unit="s", remark=remark
                )


@contextmanager
def _kernel(lab: Lab, stay: bool) -> Iterator[Kernel]:
    """A kernel of the server, in the folder of the lessons."""
    identity = _ask(lab, "POST", "api/kernels", {"name": "python3", "path": "lessons/"})["id"]
    with Kernel(lab.connection_file(identity)) as kernel:
        yield kernel
    if not stay:
        _ask(lab, "DELETE", f"api/kernels/{identity}")


def _ask(lab: Lab, method: str, path: str, data: Any = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    headers = {"Authorization": f"token {lab.token}"}
    asked = urllib.request.Request(f"{lab.base}{path}", body, headers, method=method)
    with urllib.request.urlopen(asked, timeout=ANSWERED_S) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def _run(kernel: Kernel, code: str, group: MemoryGroup, what: str) -> None:
    """Run code in a kernel, which must not raise.

    Raises:
        NoMemoryError: If one of the processes was ended meanwhile.
    """
    before, end = group.ended, time.monotonic() + ANSWERED_S
    identity = kernel.client.execute(code, store_history=False)
    while time.monotonic() < end:
        if group.ended > before:
            raise NoMemoryError(f"{what}: a process was ended, as 2 GB were not enough.")
        try:
            reply = kernel.client.get_shell_msg(timeout=1)
        except queue.Empty:
            continue
        if reply["parent_header"].get("msg_id") == identity:
            check(reply["content"], code)
            return
    raise TimeoutError(f"{what}: no answer in {ANSWERED_S:g} s")


def _processor_s(lab: Lab) -> float:
    """What the server and all that it started have computed, in seconds."""
    server = psutil.Process(lab.process.pid)
    spent = 0.0
    for one in (server, *server.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            times = one.cpu_times()
            spent += times.user + times.system
    return spent
