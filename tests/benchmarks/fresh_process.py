"""A benchmark in a process of its own, so that it does not feel what another left behind."""

from __future__ import annotations

import importlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.benchmarks.tables import Table


def in_a_fresh_process(name: str, quick: bool) -> Table:
    """What the benchmark ``name`` finds; raises what it raises."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, name, quick).result()


def _run(name: str, quick: bool) -> Table:
    table: Table = importlib.import_module(f"tests.benchmarks.{name}").run(quick)
    return table
