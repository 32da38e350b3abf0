"""`python -m tests.benchmarks [name ...]`: measures, prints a table a benchmark, and writes the same as JSON.

Each benchmark runs in a fresh process, so that none feels what another left behind. With `--one-core` this process,
and with it everything that it starts (kernels, servers, the browser, TensorFlow's threads), keeps to one core.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import machine
from tests.benchmarks.fresh_process import in_a_fresh_process

NAMES = (
    "rebuild",
    "keys",
    "drag",
    "memory",
    "start",
    "from_nothing",
    "timing",
    "read_loop",
    "training",
    "lessons",
    "lesson_edits",
    "classroom",
    "sweep",
)


def main(argv: Sequence[str]) -> int:
    """Run the benchmarks that were asked for; 0 if all of them ran, whatever they found."""
    options = _parse(argv)
    if options.one_core:
        _keep_to_one_core()
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    facts = machine.describe()
    print(f"{machine.as_text(facts)}\n", flush=True)
    tables: dict[str, Any] = {}
    for name in options.names:
        began = time.monotonic()
        try:
            table = in_a_fresh_process(name, options.quick)
        except Exception:  # noqa: BLE001 - the next benchmark can still run
            traceback.print_exc()
            continue
        tables[name] = table.as_json()
        print(f"{table}\n\n{name}: {time.monotonic() - began:.0f} s\n", flush=True)
    if options.json:
        found = {"machine": facts, "one core": options.one_core, "quick": options.quick, "tables": tables}
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if len(tables) == len(options.names) else 1


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure how fast the designer is."
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="name", help=f"{', '.join(NAMES)}; all of them if none is given")
    add("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    add("--one-core", action="store_true", help="keep everything to one core")
    add("--quick", action="store_true", help="few repetitions: to see that it works, not to know figures")
    options = parser.parse_args(argv)
    unknown = sorted(set(options.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}: choose from {', '.join(NAMES)}")
    options.names = [name for name in NAMES if name in (options.names or NAMES)]
    return options


def _keep_to_one_core() -> None:
    """Before anything is started: threads and processes inherit it."""
    if not hasattr(os, "sched_setaffinity"):
        sys.exit("--one-core: this system cannot keep a process to a core")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
