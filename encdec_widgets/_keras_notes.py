"""What Keras notes down for a thread, replaced for a while. Keras has no public names for it."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def noting(name: str, value: Any) -> Iterator[None]:
    """Replace one of Keras's notes inside the ``with`` statement."""
    from keras.src.backend.common import global_state

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
    from keras.src.backend.common import global_state

    return global_state.get_global_attribute("stateless_scope") is not None
