"""Traits of a designer, which are always those of the newest network that was asked for."""

from collections.abc import Callable
from typing import Any

import traitlets


class Waiting(traitlets.Any):
    """A trait that waits for what is being built when it is read; its owner has ``wait()``."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        """The value, once there is nothing newer to come."""
        obj.wait()
        return super().get(obj, cls)


class OfBackbone(Waiting):
    """Such a trait that is read from the backbone that its owner has ``shown``; None as long as there is none.

    So the traits agree with each other also while they are changed one after the other.
    """

    def __init__(self, read: Callable[[Any], Any]) -> None:
        """Make a trait that only its owner changes; ``read(backbone)`` is its value."""
        super().__init__(read_only=True)
        self._read = read

    def get(self, obj: Any, cls: Any = None) -> Any:
        """The value for the newest backbone."""
        super().get(obj, cls)
        return None if obj.shown is None else self._read(obj.shown)
