"""Timings that do not fit: refused with the batch that would, and told of when a process ends of it."""

import mmap
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import attrs
import psutil
import pytest

from encdec_widgets import Design, compare, race
from encdec_widgets.architectures import UNet
from encdec_widgets.explain.costs import costs
from encdec_widgets.networks.call_graph import call_graph
from encdec_widgets.workers.errors import BeyondMemoryError
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.timing import Measurement, TimingError, Worker, checked, measure, network_of
from tests.library.control_groups import control_group
from tests.library.timed import FactsOf, alive, eventually, small_model

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
LARGE = Design(UNet(filters=16, down_blocks=1, up_blocks=1), (512, 512, 1))
SMALL = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (32, 32, 1))


def needed(design: Design, batch_size: int, work: str) -> int:
    cost = costs(call_graph(design.build().structure, ()), batch_size=batch_size)
    found = cost.training_bytes if work == "training" else cost.inference_bytes
    assert found is not None
    return found


@pytest.fixture
def limited() -> Any:
    """A worker whose process may take only so much more memory than it has: a real limit, RLIMIT_AS."""
    import resource

    worker = Worker()

    def limit(more: int) -> Worker:
        measure(small_model(), worker=worker, budget_s=0.05)  # The backend is loaded, and has its threads.
        (pid,) = worker.pids
        most = psutil.Process(pid).memory_info().vms + more
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))  # type: ignore[attr-defined,unused-ignore]
        return worker

    yield limit
    worker.stop()


@on_linux
@pytest.mark.parametrize("work", ["forward", "training"])
def test_a_timing_beyond_a_real_limit_is_refused_before_it_starts_with_the_batch_that_fits(
    limited: Callable[[int], Worker], work: str
) -> None:
    worker = limited(needed(LARGE, 8, work))
    (pid,) = worker.pids
    told: list[Progress] = []
    job = Measurement(network=network_of(LARGE), options=checked(batch_size=32, work=work))
    with pytest.raises(BeyondMemoryError, match=r"up to [1-8] images? at once") as caught:
        worker.do(job, told.append)
    assert 1 <= caught.value.fits <= 8  # The process has taken a little more since.
    assert caught.value.needed_bytes == needed(LARGE, 32, work)
    assert not any("call" in progress.doing for progress in told)
    assert worker.pids == (pid,)
    with pytest.raises(BeyondMemoryError):
        compare(SMALL, LARGE, worker=worker, batch_size=32, work=work)


@on_linux
@pytest.mark.parametrize("work", ["forward", "training"])
def test_the_maps_between_blocks_count_too_where_blocks_are_timed(
    limited: Callable[[int], Worker], work: str
) -> None:
    whole, skip = needed(LARGE, 8, work), 8 * 4 * 16 * 512 * 512
    worker = limited(whole + 2 * skip)
    assert worker.do(FactsOf(network_of(LARGE), batch_size=8, work=work))["memory"]["needed_bytes"] == whole
    job = Measurement(network=network_of(LARGE), options=checked(batch_size=8, work=work), by_block=True)
    with pytest.raises(BeyondMemoryError, match=r"do not time each block, or take up to \d image") as caught:
        worker.do(job)
    # The map that is skipped enters the block that pools it, and the one that takes it up again.
    assert caught.value.needed_bytes > whole + 2 * skip
    assert 1 <= caught.value.fits < 8
    assert caught.value.only_blocks


@on_linux
@pytest.mark.backend
@pytest.mark.tensorflow
@pytest.mark.jax
@pytest.mark.torch
def test_one_that_is_begun_all_the_same_ends_with_a_line_about_memory(
    limited: Callable[[int], Worker],
) -> None:
    worker = limited(needed(LARGE, 16, "training"))
    with pytest.raises(TimingError, match="memory") as caught:
        measure(LARGE, worker=worker, batch_size=32, work="training", beyond_memory=True, budget_s=0.05)
    assert not isinstance(caught.value, BeyondMemoryError)
    assert "\n" not in str(caught.value)
    assert measure(small_model(), worker=worker, budget_s=0.05)  # in a process of its own


@on_linux
def test_a_control_group_refuses_before_it_starts_and_kills_what_is_begun_all_the_same() -> None:
    worker = Worker()
    measure(small_model(), worker=worker, budget_s=0.05)
    (pid,) = worker.pids
    limit = needed(LARGE, 16, "training")
    with control_group(limit) as group:
        (group / "cgroup.procs").write_text(str(pid))
        with pytest.raises(BeyondMemoryError) as caught:
            measure(LARGE, worker=worker, batch_size=32, work="training")
        assert limit - mmap.PAGESIZE < caught.value.limit_bytes <= limit
        assert caught.value.fits in (15, 16)  # the limit is rounded down to pages
        assert worker.pids == (pid,)
        with pytest.raises(TimingError, match="memory") as killed:
            measure(LARGE, worker=worker, batch_size=32, work="training", beyond_memory=True, budget_s=0.05)
        assert not isinstance(killed.value, BeyondMemoryError)
        assert eventually(lambda: not alive(pid))
        assert measure(small_model(), worker=worker, budget_s=0.05)  # in a process outside of the group
        worker.stop()


class Killed:
    """A job whose process dies by a signal once its networks are loaded."""

    budget_s = 0.0

    def __init__(self, *designs: Design, pid: Callable[[], int], number: int, **options: Any) -> None:
        self._networks, self._pid, self._number = list(map(network_of, designs)), pid, number
        self._options = checked(**options)
        self.backends = (str(self._options.backend),)

    def do(self, ask: Ask, tell: Tell) -> Any:
        for number, network in enumerate(self._networks):
            arguments = {
                "name": f"network{number}",
                "network": attrs.asdict(network),
                "options": attrs.asdict(self._options),
                "beyond_memory": True,
            }
            ask(self.backends[0], "load", self._options.batch_size, arguments)
        os.kill(self._pid(), self._number)
        return ask(self.backends[0], "start", self._options.batch_size, {"name": "network0"})


@on_linux
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_a_process_that_dies_near_its_limit_says_that_memory_is_the_likely_reason(
    limited: Callable[[int], Worker], name: str
) -> None:
    number = getattr(signal, name)
    worker = limited(needed(LARGE, 4, "forward") * 3 // 2)
    job: Any = Killed(LARGE, SMALL, pid=lambda: worker.pids[0], number=number, batch_size=4)
    with pytest.raises(TimingError, match=f"{name}, and memory is the likely reason: at batch size 4 about"):
        worker.do(job)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_one_that_dies_far_from_it_does_not(worker: Worker) -> None:
    job: Any = Killed(SMALL, pid=lambda: worker.pids[0], number=signal.SIGABRT)
    with pytest.raises(TimingError, match="exit status") as caught:
        worker.do(job)
    assert "memory" not in str(caught.value)


@on_linux
def test_networks_of_a_race_that_fit_one_by_one_and_not_together_are_refused(
    limited: Callable[[int], Worker],
) -> None:
    wide = Design(UNet(filters=64, down_blocks=3, up_blocks=3), (32, 32, 1))
    one = needed(wide, 1, "training")
    worker = limited(one * 11 // 5)
    with pytest.raises(BeyondMemoryError, match="race fewer of the 3, or smaller ones") as refused:
        race([wide, wide, wide], work="training", budget_s=0.1, worker=worker)
    assert refused.value.networks == 3
    assert refused.value.needed_bytes < 3 * one, "maps are not needed at one time"
    assert measure(SMALL, worker=worker, budget_s=0.05)
    worker.stop()
