"""The classes of blocks and architectures that exist in this process: shipped ones, and those that a user wrote."""

from collections.abc import Iterator
from typing import Any


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    """All subclasses of ``cls``, in order of definition along each branch."""
    for direct in cls.__subclasses__():
        yield direct
        yield from subclasses(direct)


def class_name(cls: type[Any]) -> str:
    """The name of a shipped class; of any other, with the module that it was defined in."""
    shipped = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
    return cls.__name__ if shipped else f"{cls.__module__}.{cls.__qualname__}"
