"""What the tests of training share: a worker process to train in."""

from collections.abc import Iterator

import pytest

from encdec_widgets.workers import client
from encdec_widgets.workers.timing import Worker
from tests.training.trained import HERE


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    if HERE == "numpy":
        pytest.skip("NumPy cannot train, and other backends have runs of their own")
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture(scope="module", autouse=True)
def _no_shared_worker_left() -> Iterator[None]:
    yield
    client.shared_worker().stop()
