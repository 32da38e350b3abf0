"""A small designer, and the gate of slow blocks."""

import pytest

from encdec_widgets import Designer
from tests.designer.reading import SMALL
from tests.session.conftest import gate as gate


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)
