"""What several tests of sweeps share."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def here() -> Iterator[ThreadPoolExecutor]:
    """An executor that really tells of designs, in this process."""
    with ThreadPoolExecutor(2) as executor:
        yield executor
