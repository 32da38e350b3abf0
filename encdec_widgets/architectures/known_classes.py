"""The classes of blocks and architectures that exist in this process: shipped ones, and those that a user wrote."""

from collections.abc import Iterator
from typing import Any

from encdec_widgets.architectures.fields.described import definition_number


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    """All subclasses of ``cls``, in order of definition along each branch."""
    for direct in cls.__subclasses__():
        yield direct
        yield from subclasses(direct)


def newest_by_name(*bases: type[Any]) -> dict[str, type[Any]]:
    """The newest class of every name (see :func:`class_name`) among ``bases`` and their subclasses.

    A re-run notebook cell defines its class again, maybe with another base, and attrs makes slotted classes anew: all
    of them exist until they are collected.
    """
    found = [cls for base in bases for cls in (base, *subclasses(base))]
    newest = {class_name(cls): cls for cls in sorted(found, key=definition_number)}
    return {name: newest[name] for name in dict.fromkeys(map(class_name, found))}


def is_shipped(cls: Any) -> bool:
    """Whether a class, or a function, is one of this package's, not a user's."""
    return str(cls.__module__).partition(".")[0] == __name__.partition(".")[0]


def class_name(cls: type[Any]) -> str:
    """The name of a shipped class; of any other, with the module that it was defined in."""
    return cls.__name__ if is_shipped(cls) else f"{cls.__module__}.{cls.__qualname__}"
