"""Room for networks of more layers in a row than Python lets functions call each other."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

MOST_LAYERS = 100_000
"""So many layers may follow each other in a network."""


@contextmanager
def room_for_long_ways() -> Iterator[None]:
    """Inside the ``with`` statement, Keras can make a model of a network of any length.

    It goes through the network by a function that calls itself once for every layer on the way, and Python allows a
    thousand calls. They take no room on the stack of the processor, so that more of them do no harm.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, MOST_LAYERS))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
