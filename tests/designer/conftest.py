"""A small designer."""

import pytest

from encdec_widgets import Designer
from tests.designer.reading import SMALL


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)
