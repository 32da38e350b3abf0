"""Weights that are described when layers are made, and filled when somebody needs their values.

Shapes and counts are known before memory is taken, and a network that is only looked at never takes any. The values
do not depend on when they are filled: an initializer draws its seed when its layer is made.

Keras has no public names for what this module does, so all of it stands here.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from encdec_widgets._keras import keras


@contextmanager
def unfilled() -> Iterator[list[Any]]:
    """Let the layers that are made inside the ``with`` statement describe their weights without filling them.

    Yields:
        The variables that were described, complete when the statement ends; :func:`fill` fills them.
    """
    from keras.src.backend.common import global_state

    variables: list[Any] = []
    waiting = global_state.get_global_attribute(_WAITING)
    # Keras fills every variable that waits in this thread at the next opportunity: those of all networks that were
    # ever described. So they wait here, not there.
    global_state.set_global_attribute(_WAITING, variables)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield variables
    finally:
        global_state.set_global_attribute(_WAITING, waiting)


def fill(variables: Iterable[Any]) -> None:
    """Give values to those of ``variables`` that have none yet."""
    for variable in variables:
        if not filled(variable):
            variable._deferred_initialize()


def filled(variable: Any) -> bool:
    """Whether a variable has values."""
    return variable._value is not None


_WAITING = "uninitialized_variables"
