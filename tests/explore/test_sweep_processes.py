"""Sweeps in processes of this machine: the same rows, whatever becomes of a process."""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from encdec_widgets import Design, sweep
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.machine_memory import free_memory
from encdec_widgets.explore.sweeping import inside, pool
from encdec_widgets.explore.sweeping.pool import NoProcessError, Processes, processes_that_fit
from encdec_widgets.explore.sweeping.run import Run
from encdec_widgets.explore.tell import tell
from tests.explore.deadly import Deadly
from tests.explore.instant import DESIGN

PATIENCE_S = 120


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that start in two seconds; what is told of a design is the same."""
    monkeypatch.setattr("encdec_widgets.explore.sweeping.pool.active_backend", lambda: "numpy")


def pids_of(run: Run | None) -> tuple[int, ...]:
    """The processes of a sweep that is under way."""
    found: tuple[int, ...] = run._asking.processes.pids if run else ()  # type: ignore[attr-defined]
    return found


@pytest.mark.usefixtures("light")
def test_processes_and_threads_give_the_same_rows_and_leave_none_behind() -> None:
    grid = {"filters": [0, 4, 8], "down_blocks": [2, 3, 7], "up_interpolate": [True, False]}
    wanted = ("cost", "receptive_field", "strides", "output_shape", "checks")
    apart = sweep(DESIGN, grid, wanted, processes=2, progress=False)
    rows = iter(apart)
    first = [next(rows) for _ in range(12)]  # the last six of these were told of
    pids = pids_of(apart._run)
    assert pids
    assert len({row.index for row in (*first, *rows)}) == len(apart)
    assert not any(map(psutil.pid_exists, pids))
    with ThreadPoolExecutor(2) as threads:
        assert apart.rows == sweep(DESIGN, grid, wanted, threads).run().rows


@pytest.mark.full
def test_200_designs_give_the_same_rows_on_both_executors() -> None:
    grid = {
        "filters": range(4, 24, 4),
        "down_blocks": [1, 2, 3, 4, 5],
        "convs_per_block": [1, 2],
        "up_interpolate": [True, False],
        "kernel_size": [3, 5],
    }
    design = Design(UNet(), (96, 96, 1))
    apart = sweep(design, grid, progress=False).run()
    assert len(apart) == 200
    with ThreadPoolExecutor(2) as threads:
        assert apart.rows == sweep(design, grid, executor=threads).run().rows


@pytest.mark.usefixtures("light")
@pytest.mark.skipif(sys.platform == "win32", reason="a process there is ended otherwise")
def test_a_process_that_is_killed_is_replaced_and_one_design_is_given_up(tmp_path: Path) -> None:
    once, always = tmp_path / "once", tmp_path / "always"
    blocks = [
        Deadly(filters=4),
        Deadly(filters=4, ends="once", note=str(once)),
        Deadly(filters=4, ends="always", note=str(always)),
        Deadly(filters=8),
    ]
    store = tmp_path / "store"
    found = sweep(DESIGN, {"encoder[0]": blocks}, ("cost",), store=store, processes=1, progress=False)
    rows = list(found)
    assert sorted(row.index for row in rows) == [0, 1, 2, 3]
    assert [bool(row.told) for row in found.rows] == [True, True, False, True]
    assert "was killed from outside" in found.rows[2].reason
    assert "the next one ended too" in found.rows[2].reason
    assert (once.read_text(), always.read_text()) == ("x", "xx")
    # It may have been for want of memory that is there another time.
    again = sweep(DESIGN, {"encoder[0]": blocks}, ("cost",), store=store)
    assert [row.index for row in again.rows] == [0, 1, 3]


SWEEPS = """
from encdec_widgets import sweep
from tests.explore.instant import DESIGN
sweep(DESIGN, {"filters": range(1, 31)}, ("cost",), store=%r, processes=1, progress=False).run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process there is ended otherwise")
def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    environment = {
        **os.environ,
        "KERAS_BACKEND": "numpy",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    killed = subprocess.Popen([sys.executable, "-c", SWEEPS % str(store)], env=environment)
    until(lambda: store.exists() and store.read_bytes().count(b"\n") > 5)
    own = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait(PATIENCE_S)
    _, alive = psutil.wait_procs(own, PATIENCE_S)
    assert not alive
    with ThreadPoolExecutor(1) as thread:
        found = sweep(DESIGN, {"filters": range(1, 31)}, ("cost",), thread, store)
        there = len(found.rows)
        assert 5 <= there < 30
        rows = list(found)
    assert [row.index for row in rows] == list(range(30))
    assert store.read_bytes().count(b"\n") == 31
    for row in (rows[0], rows[there - 1], rows[-1]):
        assert row.design
        assert row.told == tell(row.design.to_json(), ("cost",))


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.usefixtures("light")
def test_stop_ends_the_processes_and_what_is_done_stays(tmp_path: Path) -> None:
    store = tmp_path / "store"
    grid = {"filters": range(1, 4000)}
    found = sweep(DESIGN, grid, ("cost",), store=store, processes=1, progress=False)
    some, pids = threading.Event(), set[int]()

    def loop() -> None:
        for _ in found:
            if len(found.rows) == 3:
                pids.update(pids_of(found._run))
                some.set()

    thread = threading.Thread(target=loop)
    thread.start()
    assert some.wait(PATIENCE_S)
    found.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert len(pids) == 1
    assert not any(map(psutil.pid_exists, pids))
    assert 3 <= len(found.rows) < len(found)
    assert found.remaining_s is not None
    assert sweep(DESIGN, grid, ("cost",), store=store).rows == found.rows


def test_what_is_set_for_the_backend_here_counts_for_times_there(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []

    class Backend:
        def take(self, settings: Any) -> None:
            taken.append(settings)

    monkeypatch.setattr(pool, "settings_here", lambda: {pool.active_backend(): {"threads": 3}})
    monkeypatch.setattr(inside, "backend_named", lambda _: Backend())
    for times in (True, False):
        inside.commands()["load"](settings=Processes(1, times=times)._settings)
    assert taken == [{"threads": 3}, {}]


def test_where_no_process_can_load_keras_the_sweep_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.explore.sweeping.pool.active_backend", lambda: "nonsense")
    found = sweep(DESIGN, {"filters": [4, 8, 16]}, ("cost",), processes=1, progress=False)
    with pytest.raises(NoProcessError, match="nonsense"):
        found.run()
    assert found.rows == []


def test_where_no_process_can_be_started_the_sweep_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", os.devnull)
    with pytest.raises(NoProcessError, match="a process of its own"):
        sweep(DESIGN, {"filters": [4, 8]}, ("cost",), processes=2, progress=False).run()


def test_what_was_asked_when_they_ended_is_cancelled() -> None:
    processes = Processes(1)
    processes._threads = [threading.current_thread()]  # so that nobody takes it
    future = processes.ask({"design_json": "", "what": (), "conditions": {}})
    processes._threads = []
    processes.end()
    assert future.cancelled()


def test_without_processes_or_threads_it_tells_of_designs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class OnLoopAlone:
        has_threads = False

    monkeypatch.setattr("encdec_widgets.explore.sweeping.asking.shared_background", OnLoopAlone)

    def refuse(*_: object) -> None:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    found = sweep(DESIGN, {"filters": [4, 0, 8]}, ("cost",), progress=False).run()
    assert [bool(row.told) for row in found.rows] == [True, False, True]


def test_as_many_processes_as_cores_and_memory_allow() -> None:
    for cores, memory in itertools.product((1, 2, 16), (0, 10**9, 2 * 10**9, 10**11)):
        count = processes_that_fit(cores, memory)
        assert 1 <= count <= cores
        assert count == 1 or count * 700_000_000 <= memory
    assert processes_that_fit() >= 1


def test_free_memory_is_that_of_the_container(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/here\n")
    here = tmp_path / "here"
    here.mkdir()
    (here / "memory.max").write_text("2000000\n")
    (here / "memory.current").write_text("1500000\n")
    (here / "memory.stat").write_text("anon 1400000\ninactive_file 100000\n")
    assert free_memory(tmp_path, own) == 600_000
    (here / "memory.max").write_text("max\n")
    assert (free_memory(tmp_path, own) or 0) > 600_000
