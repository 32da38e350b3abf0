"""What the tests of training share: a worker process to train in."""

from collections.abc import Iterator

import pytest

from encdec_widgets.workers import client
from encdec_widgets.workers.timing import Worker


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture(scope="module", autouse=True)
def _no_shared_worker_left() -> Iterator[None]:
    yield
    client.shared_worker().stop()
