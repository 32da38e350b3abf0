"""What Keras notes down for a thread, replaced for a while. Keras has no public names for it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from encdec_widgets._keras import keras_module

_GLOBAL_STATE = "keras.src.backend.common.global_state"


@contextmanager
def noting(name: str, value: Any) -> Iterator[None]:
    """Replace one of Keras's notes inside the ``with`` statement."""
    global_state = keras_module(_GLOBAL_STATE)
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)


@contextmanager
def names_from_the_start() -> Iterator[None]:
    """Number the layers without a name of their own as in a fresh session: conv2d, conv2d_1, ..."""
    with noting("object_name_uids", defaultdict(int)):
        yield


def in_stateless_scope() -> bool:
    """Whether somebody has forbidden, in this thread, that variables be filled."""
    return keras_module(_GLOBAL_STATE).get_global_attribute("stateless_scope") is not None
