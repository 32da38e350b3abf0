"""A sweep beside what a person does, in both forms of the background: rows come on the loop, and it stops at once."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from encdec_widgets.background import Background
from encdec_widgets.explore.sweep import Sweep, sweep
from encdec_widgets.explore.sweeping import beside as module
from encdec_widgets.explore.sweeping.beside import SweepBeside
from encdec_widgets.explore.sweeping.pool import NoProcessError
from encdec_widgets.explore.sweeping.rows import Row
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.slow import in_a_loop, until
from tests.explore.instant import DESIGN, Instant


def grid_of(count: int) -> dict[str, Any]:
    return {"filters": range(1, count + 1)}


class Told:
    """What a sweep tells, and on which threads."""

    def __init__(self, background: Background | None = None) -> None:
        self.rows: list[Row] = []
        self.ends: list[Exception | None] = []
        self.threads: set[int] = set()
        self.sweeping = SweepBeside(self._rows, self._end, background)

    def _rows(self, rows: Any) -> None:
        self.threads.add(threading.get_ident())
        self.rows += rows

    def _end(self, error: Exception | None) -> None:
        self.threads.add(threading.get_ident())
        self.ends.append(error)


class Slow(Executor):
    """Answers the first requests at once, and the others never."""

    def __init__(self, first: int) -> None:
        self.left = first

    def submit(self, fn: Any, /, *args: Any, **request: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if self.left:
            self.left -= 1
            future.set_result({"cost": {"parameters": 1}})
        return future


@pytest.fixture(params=["waited for by a thread", "in steps"])
def waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Whether there are processes, as far as who runs a sweep can tell."""
    threads = request.param != "in steps"
    monkeypatch.setattr(module, "asks_processes", lambda: threads)
    return lambda: threads


def test_rows_come_on_the_loop_that_began_and_then_the_end(waits: Any, in_both_forms: Background) -> None:
    async def scenario() -> None:
        told = Told()
        told.sweeping.begin(sweep(DESIGN, grid_of(9), executor=Instant()))
        assert told.sweeping.busy
        await until(lambda: bool(told.ends))
        assert told.ends == [None]
        assert [row.index for row in told.rows] == list(range(9))
        assert told.threads == {threading.get_ident()}
        assert not told.sweeping.busy

    in_a_loop(scenario)


def test_without_an_event_loop_it_is_done_before_begin_returns(waits: Any) -> None:
    told = Told()
    told.sweeping.begin(sweep(DESIGN, grid_of(3), executor=Instant()))
    assert (len(told.rows), told.ends) == (3, [None])


def test_stop_ends_it_at_once_and_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "asks_processes", lambda: True)

    async def scenario() -> None:
        told = Told()
        found = sweep(DESIGN, grid_of(9), executor=Slow(4))
        told.sweeping.begin(found)
        await until(lambda: len(told.rows) == 4)
        told.sweeping.stop()
        assert (told.ends, told.sweeping.busy) == ([None], False)
        await until(lambda: not threads_of("encdec-aside"))
        assert len(found.rows) == 4
        assert len(told.rows) == 4

    in_a_loop(scenario)


def test_a_newer_sweep_takes_the_place_of_an_older_one(waits: Any, in_both_forms: Background) -> None:
    async def scenario() -> None:
        told = Told()
        told.sweeping.begin(sweep(DESIGN, grid_of(50), executor=Instant()))
        told.sweeping.begin(sweep(DESIGN, {"filters": [77]}, executor=Instant()))
        await until(lambda: len(told.ends) == 2)
        assert told.rows[-1].values == {"filters": 77}
        assert [row.values for row in told.rows].count({"filters": 77}) == 1
        assert not told.sweeping.busy

    in_a_loop(scenario)


def test_what_fails_is_told(waits: Any, monkeypatch: pytest.MonkeyPatch, in_both_forms: Background) -> None:
    def fails(self: Sweep) -> Any:
        raise NoProcessError("no process starts here")
        yield

    monkeypatch.setattr(Sweep, "__iter__", fails)

    async def scenario() -> None:
        told = Told()
        told.sweeping.begin(sweep(DESIGN, grid_of(2), executor=Instant()))
        await until(lambda: bool(told.ends))
        assert "no process starts here" in str(told.ends[0])
        assert not told.sweeping.busy

    in_a_loop(scenario)


def threads_of(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]
