"""The worker process that the tests of the timing share."""

from collections.abc import Iterator

import pytest

from encdec_widgets.timing import (
    Worker,
    client,
)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture(scope="module", autouse=True)
def _no_shared_worker_left() -> Iterator[None]:
    yield
    client.shared_worker().stop()
