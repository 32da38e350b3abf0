"""The classes that a design is made of."""

from collections.abc import Iterator
from typing import Any

import attrs

from encdec_widgets.architectures.known_classes import is_shipped


def classes_of(design: Any) -> tuple[type[Any], ...]:
    """The classes of a design's architecture, blocks and head, and of what they hold: what it takes to build it.

    >>> from encdec_widgets import preset
    >>> [cls.__name__ for cls in classes_of(preset("U-Net"))]
    ['UNet']

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
    """
    found = [type(value) for part in (design.architecture, design.heads) for value in _values(part)]
    return tuple(dict.fromkeys(found))


def users_classes(design: Any) -> tuple[type[Any], ...]:
    """Those of a design's classes that a user wrote: another process does not know them.

    Args:
        design: A :class:`~encdec_widgets.designs.design.Design`.
    """
    return tuple(cls for cls in classes_of(design) if not is_shipped(cls))


def _values(value: Any) -> Iterator[Any]:
    """All objects with fields in ``value``: itself and what its fields hold, each once."""
    pending, seen = [value], set[int]()  # A user's list may hold itself.
    while pending:
        held = pending.pop()
        if id(held) in seen:
            continue
        seen.add(id(held))
        if isinstance(held, (tuple, list)):
            pending.extend(reversed(held))
        elif attrs.has(type(held)):
            yield held
            pending.extend(getattr(held, field.name) for field in reversed(attrs.fields(type(held))))
