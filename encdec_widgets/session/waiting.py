"""Traits that are always those of the newest network that was asked for."""

from collections.abc import Callable
from typing import Any

import traitlets


class Waiting(traitlets.Any):
    """A trait that is read from its owner once nothing newer is being built; its owner has ``wait()``.

    Several of them agree with each other also while their observers are told one after the other.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        """Make a trait that only its owner changes; ``read(owner)`` is its value."""
        super().__init__(read_only=True)
        self._read = read

    def get(self, obj: Any, cls: Any = None) -> Any:
        """The value, after waiting for what is being built."""
        obj.wait()
        return self._read(obj)
