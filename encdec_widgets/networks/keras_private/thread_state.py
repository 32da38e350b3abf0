"""What Keras keeps for each thread: the numbers of layers, a seed, a scope, variables that are still to be filled."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from encdec_widgets.networks.keras_private.modules import private_module

SEED = "global_random_seed"
"""What Keras calls the seed of a thread."""
_GLOBAL_STATE = "keras.src.backend.common.global_state"


@contextmanager
def thread_state(name: str, value: Any) -> Iterator[None]:
    """Replace one value that Keras keeps for this thread, inside the ``with`` statement.

    Args:
        name: What Keras calls it.
        value: What it is to be.
    """
    global_state = private_module(_GLOBAL_STATE)
    before = global_state.get_global_attribute(name)
    global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        global_state.set_global_attribute(name, before)


@contextmanager
def names_from_the_start() -> Iterator[dict[str, int]]:
    """Number the layers without a name of their own as in a fresh session: conv2d, conv2d_1, ...

    Yields:
        How many layers of each name were numbered so far; what is changed in it counts.
    """
    numbers: dict[str, int] = defaultdict(int)
    with thread_state("object_name_uids", numbers):
        yield numbers


@contextmanager
def waiting_list(variables: list[Any]) -> Iterator[None]:
    """Have Keras put the variables that it could not fill on this list, inside the ``with`` statement.

    It fills everything on its own list at the next opportunity: the weights of all networks that were ever described.
    """
    with thread_state("uninitialized_variables", variables):
        yield


def seed_here() -> int | None:
    """What ``keras.utils.set_random_seed`` was given in this thread; None where it was not called."""
    seed: int | None = private_module(_GLOBAL_STATE).get_global_attribute(SEED)
    return seed


def in_stateless_scope() -> bool:
    """Whether this thread is inside a ``keras.StatelessScope``, where variables cannot be filled."""
    return private_module(_GLOBAL_STATE).get_global_attribute("stateless_scope") is not None
