"""A small session, and the gate of slow blocks."""

from collections.abc import Callable, Iterator

import keras
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from tests.both_forms import in_both_forms as in_both_forms
from tests.session.slow import GATE, Gate
from tests.session.taught import Taught

SMALL = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))


@pytest.fixture
def session() -> Session:
    return Session(SMALL)


@pytest.fixture
def taught() -> Taught:
    return Taught()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = GATE
    gate.made.clear()
    gate.reached.clear()
    gate.open.set()
    yield gate
    gate.open.set()


@pytest.fixture
def precision() -> Iterator[Callable[[str], None]]:
    """Sets Keras's precision, until the end of the test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)
