"""When a step of a job is taken for hung, by a clock that the test turns."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from encdec_widgets.workers import step_watch
from encdec_widgets.workers.client import TIMEOUT_S
from encdec_widgets.workers.process import WorkerProcess
from encdec_widgets.workers.step_watch import FAR_LONGER, StepWatch


class Turned:
    """A background whose alarms ring as the clock is turned, and a process that computes or not."""

    def __init__(self) -> None:
        self.now = self.computed = 0.0
        self.alarms: list[tuple[float, Callable[[], object]]] = []
        self.hung: list[float] = []
        self.long: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def alarm(self, seconds: float, action: Callable[[], object]) -> Any:
        self.alarms.append((self.now + seconds, action))
        return self

    def cancel(self) -> None:
        self.alarms.clear()

    def turn(self, seconds: float, *, computing: bool) -> None:
        until = self.now + seconds
        while self.alarms and self.alarms[0][0] <= until:
            at, action = self.alarms.pop(0)
            at = max(at, self.now)  # An alarm that is late rings at once.
            self.computed += (at - self.now) * computing
            self.now = at
            action()
        self.now = until

    def watch(self, idle_s: float, most_s: float | None) -> StepWatch:
        background: Any = self
        told = {"on_hang": self.hung.append, "on_long": self.long.append}
        return StepWatch(background, lambda: 1, idle_s=idle_s, most_s=most_s, **told)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Turned:
    turned = Turned()
    monkeypatch.setattr(step_watch, "time", turned)
    monkeypatch.setattr(step_watch, "_computed_s", lambda _: turned.computed)
    return turned


def test_a_step_that_does_not_compute_hangs_after_30_seconds(clock: Turned) -> None:
    assert TIMEOUT_S == 30
    clock.watch(TIMEOUT_S, None)
    clock.turn(100, computing=True)
    assert not clock.hung
    clock.turn(29, computing=False)
    assert not clock.hung
    clock.turn(5, computing=False)
    assert clock.hung == [30]
    assert not clock.alarms


def test_one_that_compiles_for_an_hour_does_not_and_says_how_long(clock: Turned) -> None:
    watch = clock.watch(TIMEOUT_S, None)
    clock.turn(9, computing=True)
    assert not clock.long
    clock.turn(3600, computing=True)
    assert not clock.hung
    assert clock.long[-1] >= 3600
    watch.close()
    clock.turn(100, computing=False)
    assert not clock.hung


def test_a_run_hangs_after_its_time_though_it_computes(clock: Turned) -> None:
    clock.watch(60, 60)
    clock.turn(59, computing=True)
    assert not clock.hung
    clock.turn(2, computing=True)
    assert clock.hung == [60]


@pytest.mark.parametrize(("idle_s", "most_s"), [(30, None), (1e9, 30)])
@pytest.mark.parametrize("times", [1, 5])
def test_time_in_which_the_watch_itself_stood_still_is_not_the_steps(
    clock: Turned, idle_s: float, most_s: float | None, times: int
) -> None:
    clock.watch(idle_s, most_s)
    clock.turn(10, computing=False)
    for _ in range(times):
        clock.now += 3600  # the laptop was closed: no alarm rings meanwhile, and the process stands still too
        clock.turn(1, computing=False)
    assert not clock.hung
    clock.turn(30, computing=False)
    assert clock.hung == [30]


def test_without_psutil_a_step_is_never_idle_and_a_run_still_has_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turned = Turned()
    monkeypatch.setattr(step_watch, "time", turned)
    monkeypatch.setitem(sys.modules, "psutil", None)
    watch = turned.watch(TIMEOUT_S, None)
    turned.turn(600, computing=False)
    assert not turned.hung
    watch.close()
    turned.watch(TIMEOUT_S, 60)
    turned.turn(100, computing=False)
    assert turned.hung == [60]


def test_a_run_is_predicted_once_its_network_is(monkeypatch: pytest.MonkeyPatch) -> None:
    process = WorkerProcess("numpy")
    process.end()
    run = {"name": "network", "seconds": 0.5}
    assert process.predicted_s("run", run) is None
    process.note("predict", {"name": "network"}, {"predicted_ms": 20_000.0})
    assert process.predicted_s("run", run) == 20.0
    assert process.repeats_s("run", run) == 0.5
    assert process.predicted_s("run", {**run, "name": "network/block"}) == 20.0
    assert process.predicted_s("start", {"name": "network"}) == 40.0  # a run follows the first call
    assert process.predicted_s("load", {"name": "network"}) is None
    assert FAR_LONGER * 20.0 > TIMEOUT_S


@pytest.mark.parametrize(("took_ms", "expected_s"), [(5.0, 1.0), (90_000.0, 90.0)])
def test_a_run_may_take_as_long_as_the_first_ones_did_where_that_is_longer_than_predicted(
    took_ms: float, expected_s: float
) -> None:
    process = WorkerProcess("numpy")
    process.end()
    process.note("predict", {"name": "network"}, {"predicted_ms": 1000.0})
    process.note("start", {"name": "network"}, {"first_call_ms": 1e6, "run_ms": took_ms})
    run = {"name": "network", "seconds": 0.0}
    assert process.predicted_s("run", run) == expected_s
    assert process.predicted_s("run", {**run, "name": "network/block"}) == expected_s
    process.note("predict", {"name": "network"}, {"predicted_ms": 10.0})  # another network of that name
    assert process.predicted_s("run", run) == 0.01


@pytest.mark.parametrize(
    ("backend", "compilation", "compiles"),
    [
        ("tensorflow", "eager", False),
        ("tensorflow", "graph", True),
        ("jax", "eager", True),
        ("numpy", "eager", True),
    ],
)
def test_a_first_call_has_a_limit_where_it_compiles_nothing(
    backend: str, compilation: str, compiles: bool
) -> None:
    process = WorkerProcess(backend)
    process.end()
    network = {"name": "network"}
    options = {"compilation": compilation, "budget_s": 60.0}
    process.note("load", {**network, "options": options}, {"device_option": "CPU"})
    process.note("predict", network, {"predicted_ms": 1000.0})
    assert process.may_compile("start", network) == compiles
    assert process.may_compile("start_block", {"name": "network/block"}) == compiles
    assert not process.may_compile("run", network)
    assert process.repeats_s("start", network) == 60.0  # the warm-up is a part of the budget
    process.note("load", {**network, "options": options}, {"device_option": "GPU:0"})
    assert process.may_compile("start", network), "for a card that is newer than the library"


def test_a_training_has_a_limit_once_a_slice_of_its_network_has_come() -> None:
    process = WorkerProcess("numpy")
    process.end()
    network, part = {"name": "network"}, {"name": "network", "seconds": 0.5}
    process.note("train_begin", network, {"parameters": 1})
    process.note("train_slice", part, {"losses": [1.0], "run_ms": None})  # the first call compiled
    assert process.predicted_s("train_slice", part) is None
    process.note("train_slice", part, {"losses": [1.0], "run_ms": 120_000.0})  # the machine slept
    process.note("train_slice", part, {"losses": [1.0], "run_ms": 2000.0})
    assert (process.predicted_s("train_slice", part), process.repeats_s("train_slice", part)) == (2.0, 0.5)
    process.note("train_change", network, {"parameters": 2})
    assert process.predicted_s("train_slice", part) is None
