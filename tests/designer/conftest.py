"""A small designer, and the gate of slow blocks."""

import pytest

from encdec_widgets import Designer
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.reading import SMALL
from tests.session.conftest import gate as gate


@pytest.fixture
def designer() -> Designer:
    return Designer(SMALL)
