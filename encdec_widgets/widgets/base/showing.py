"""Telling what a control is shown from what a person does with it: ipywidgets reports both alike."""

from collections.abc import Iterator
from contextlib import contextmanager


class Showing:
    """Whether a control is being shown something; false means that a change comes from a person."""

    def __init__(self) -> None:
        """Nothing is being shown."""
        self._now = False

    def __bool__(self) -> bool:
        return self._now

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """In a ``with``: what changes inside is shown."""
        try:
            self._now = True
            yield
        finally:
            self._now = False
