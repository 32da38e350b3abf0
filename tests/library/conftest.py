"""What the tests share: a worker process to time in, and memory."""

import gc
import math
import threading
from collections.abc import Iterator

import psutil
import pytest

from encdec_widgets.background import Background, InThreads, OnLoop
from encdec_widgets.workers import client
from encdec_widgets.workers.timing import Worker, measuring
from tests.both_forms import in_both_forms as in_both_forms
from tests.both_forms import starts_no_thread
from tests.library.calibrated import KNOWN


@pytest.fixture(scope="session", autouse=True)
def _the_cpu_is_calibrated() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "FAR_OFF", math.inf)  # It is kept, however far off its predictions are.
        for conditions, told in KNOWN.items():
            patch.setitem(measuring._calibrations, conditions, told)
        yield


@pytest.fixture(autouse=True)
def _and_stays_so() -> None:
    """Whatever failed in the test before: a run that does has its calibration made again."""
    measuring._calibrations.update(KNOWN)


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture(scope="module", autouse=True)
def _no_shared_worker_left() -> Iterator[None]:
    yield
    client.shared_worker().stop()


GROWTH = 500 * 2**20  # bytes


@pytest.fixture(scope="session")
def resident() -> list[int]:
    """The memory that this process held when networks were last freed, in bytes."""
    return [0]


@pytest.fixture(autouse=True)
def _networks_are_freed(resident: list[int]) -> Iterator[None]:
    """Free the networks of earlier tests: they are cycles, and Python does not see how much their weights hold."""
    yield
    process = psutil.Process()
    if process.memory_info().rss > resident[0] + GROWTH:
        gc.collect()
        resident[0] = process.memory_info().rss


@pytest.fixture(params=[InThreads, OnLoop])
def background(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Background:
    """A background of its own, of each form; on the event loop alone no thread can be started."""
    if request.param is OnLoop:
        monkeypatch.setattr(threading.Thread, "start", starts_no_thread)
    form: Background = request.param()
    return form
