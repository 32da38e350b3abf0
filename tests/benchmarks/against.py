"""`python -m tests.benchmarks.against FOLDER`: this checkout against another one, such as that of an earlier version.

Both are asked in turn in one run, so that a ratio holds on a machine that is shared and noisy; below 1 this checkout is
faster, or takes less. Both need the same environment. What is measured:

- Import: a fresh process from its start to its end.
- Edit: `Designer.set` without a page, from the call until the network and its picture stand, in ms.
- Key press: from the `keydown` event to the repainted plot, in JupyterLab; and its comm messages and their bytes.
- Memory: what a process holds more after many edits of a designer than after a tenth of them, in MB.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import attrs

from tests.benchmarks.bench import bench
from tests.benchmarks.keys import Pressed
from tests.benchmarks.tables import Row, Table

HERE = Path(__file__).resolve().parents[2]
# Edits of one block and of a whole network, and a flag that changes every level.
EDITS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("U-Net", "filters", (48, 56)),
    ("U-Net", "encoder[2].filters", (200, 216)),
    ("SLEAP medium single", "filters", (20, 24)),
    ("SLEAP medium single", "up_interpolate", (False, True)),
    ("Stacked hourglass, 1 stack", "head.channels", (8, 12)),
    ("FC-DenseNet56", "head.channels", (8, 12)),
)
KEYS = (
    ("U-Net", "filters", 44),
    ("SLEAP medium single", "filters", 16),
    ("U-Net", "encoder[2].filters", 216),
)
WARMING = 3

# What runs in a process of either checkout: each line is a request, each answer a line of JSON.
_EDITOR = """
import gc, json, sys, time
import psutil
from encdec_widgets import Designer, preset
designer, process = Designer(), psutil.Process()
for line in sys.stdin:
    what, *arguments = json.loads(line)
    if what == "load":
        designer.load(preset(arguments[0]))
        answer = 0
    elif what == "set":
        began = time.perf_counter()
        designer.set(*arguments)
        answer = 1000 * (time.perf_counter() - began)
        assert designer.problem is None, designer.problem
    else:
        gc.collect()
        answer = process.memory_info().rss / 1e6
    print(json.dumps(answer), flush=True)
"""


@attrs.frozen
class Checkout:
    """A checkout of this project.

    Attributes:
        name: What the table calls it.
        folder: Where it is.
    """

    name: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which a process imports this checkout, and not the installed one."""
        return os.environ | {
            "PYTHONPATH": str(self.folder),
            "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }


class _Editor:
    """A designer of a checkout, in a process of its own, without a page."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, *request: Any) -> float:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return float(json.loads(self._process.stdout.readline()))


@contextmanager
def _editor(checkout: Checkout) -> Iterator[_Editor]:
    with subprocess.Popen(
        [sys.executable, "-c", _EDITOR],
        cwd=checkout.folder,
        env=checkout.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield _Editor(process)
        assert process.stdin
        process.stdin.close()


def run(other: Path, quick: bool) -> Table:
    """Measure both checkouts in turn."""
    both = (Checkout("this", HERE), Checkout("other", other))
    rows = [
        *_imports(both, 5 if quick else 20),
        *_edits(both, 6 if quick else 40),
        *_memory(both, 50 if quick else 1000),
        *_keys(both, 5 if quick else 20),
    ]
    notes = [f"this: {HERE.name}; other: {other.name}. Each pair took turns in one run."]
    return Table("This checkout against another", rows, notes)


def _row(case: str, unit: str, ours: list[float], others: list[float]) -> Row:
    return Row.of("against", case, ours, others, unit=unit, against="other")


def _imports(both: tuple[Checkout, ...], times: int) -> Iterator[Row]:
    def seconds(checkout: Checkout, code: str) -> float:
        began = time.perf_counter()
        command = [sys.executable, "-c", code]
        subprocess.run(command, check=True, cwd=checkout.folder, env=checkout.environment)
        return 1000 * (time.perf_counter() - began)

    for code in (
        "import encdec_widgets",
        "from encdec_widgets import Design",
        "from encdec_widgets import Designer",
    ):
        for checkout in both:
            seconds(checkout, code)  # from then on the files are in memory
        ours, others = zip(*([seconds(c, code) for c in both] for _ in range(times)), strict=True)
        yield _row(code, "ms", list(ours), list(others))


def _edits(both: tuple[Checkout, ...], times: int) -> Iterator[Row]:
    with ExitStack() as stack:
        editors = [stack.enter_context(_editor(checkout)) for checkout in both]
        for preset, path, values in EDITS:
            taken: list[list[float]] = [[], []]
            for editor in editors:
                editor.ask("load", preset)
            for number, value in zip(range(WARMING + times), itertools.cycle(values), strict=False):
                # Who begins changes, so that neither always runs after the other.
                for which in (0, 1) if number % 2 else (1, 0):
                    milliseconds = editors[which].ask("set", path, value)
                    if number >= WARMING:
                        taken[which].append(milliseconds)
            yield _row(f"{preset}: {path}", "ms", *taken)


def _memory(both: tuple[Checkout, ...], edits: int) -> Iterator[Row]:
    with ExitStack() as stack:
        editors = [stack.enter_context(_editor(checkout)) for checkout in both]
        held: list[list[float]] = [[], []]
        for number in range(1, edits + 1):
            for editor in editors:
                editor.ask("set", "filters", 8 + number % 24)
            if number in (edits // 10, edits):
                for which, editor in enumerate(editors):
                    held[which].append(editor.ask("memory"))
        growth = [after - before for before, after in held]
    yield _row(f"memory after {edits} edits", "MB", held[0][1:], held[1][1:])
    yield Row.of(
        "against",
        f"growth from {edits // 10} to {edits} edits",
        growth[:1],
        unit="MB",
        remark=f"the other: {growth[1]:.1f} MB",
    )


def _keys(both: tuple[Checkout, ...], presses: int) -> Iterator[Row]:
    with bench() as place:
        for preset, path, start in KEYS:
            with ExitStack() as stack:
                pressed = []
                for checkout in both:
                    notebook = stack.enter_context(place.opened(_cells(checkout, preset, path, start)))
                    pressed.append(Pressed(notebook, notebook.screen.control("edit")))
                for number in range(WARMING + presses):
                    for one in pressed if number % 2 else reversed(pressed):
                        one.press(counted=number >= WARMING)
                ours, other = pressed
                yield _row(f"{preset}: {path}, key press", "ms", ours.waits, other.waits)
                yield _row(f"{preset}: {path}, messages", "messages", ours.messages, other.messages)
                yield _row(f"{preset}: {path}, size", "kB", ours.kilobytes, other.kilobytes)


def _cells(checkout: Checkout, preset: str, path: str, start: int) -> list[str]:
    """A notebook with a plain slider that edits a designer of a checkout."""
    make = (
        f"import sys; sys.path.insert(0, {str(checkout.folder)!r})\n"
        "import ipywidgets\n"
        "from encdec_widgets import Designer, preset\n"
        f"designer = Designer(preset({preset!r}).replace({path!r}, {start}))\n"
        f"slider = ipywidgets.IntSlider(description='edit', value={start}, min=1, max=4096)\n"
        f"slider.observe(lambda change: designer.set({path!r}, change['new']), 'value')"
    )
    return [make, "ipywidgets.VBox([slider, designer])"]


def main() -> int:
    """Measure, print the table, and write it as JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.against", description=__doc__)
    parser.add_argument("folder", type=Path, help="the other checkout")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    options = parser.parse_args()
    table = run(options.folder.resolve(), options.quick)
    print(table)
    if options.json:
        text = json.dumps(table.as_json(), indent=1, ensure_ascii=False)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
