"""A small designer, and the gate of slow blocks."""

from collections.abc import Iterator

import pytest

from encdec_widgets import Designer
from tests.designer.reading import SMALL
from tests.designer.slow import GATE, Gate


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = GATE
    gate.made.clear()
    gate.reached.clear()
    gate.open.set()
    yield gate
    gate.open.set()
