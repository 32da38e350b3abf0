"""Classes of a user's, which code imports from their modules."""

import keyword
import sys
from collections.abc import Sequence
from typing import Any

import attrs

from encdec_widgets.export.keras_code.folding import is_literal
from encdec_widgets.export.keras_code.names import name_of_module
from encdec_widgets.formatting import quoted, shortened


def imported_name(cls: type[Any]) -> str:
    """How code names a class once it has imported its module.

    Raises:
        ValueError: If another program can't import the class.
    """
    found: Any = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    parts = f"{cls.__module__}.{cls.__qualname__}".split(".")
    can_be_written = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    if cls.__module__ == "__main__" or found is not cls or not can_be_written or parts[0] == "keras":
        where = "a notebook or a script" if cls.__module__ == "__main__" else quoted(cls.__module__)
        raise ValueError(
            f"Keras code can't import {shortened(cls.__qualname__)}, which is defined in {where}. Would work: put the "
            "class into a module of its own, my_blocks.py say, and import it from there."
        )
    return f"{name_of_module(cls.__module__)}.{cls.__qualname__}"


def said_fields(cls: type[Any], objects: Sequence[Any]) -> list[tuple[str, str]]:
    """The fields that say how objects of a class are made: argument and name, without those that have their default.

    Raises:
        ValueError: If the class has no fields to be read, or one holds what code can't say.
    """
    if not attrs.has(cls):
        raise ValueError(
            f"Keras code can't say how a {shortened(cls.__name__)} is made: it is no attrs class, whose fields can be "
            "read. Would work: @attrs.frozen above the class."
        )
    said = []
    for field in (field for field in attrs.fields(cls) if field.init):
        values = [getattr(each, field.name) for each in objects]
        for value in values:
            if not is_literal(value):
                raise ValueError(
                    f"Keras code can't say what {shortened(cls.__name__)}.{field.name} is. Received: {quoted(value)}. "
                    "Would work: a number, a text, a flag, None, or a list of these."
                )
        default = field.default
        if not (is_literal(default) and all(repr(value) == repr(default) for value in values)):
            said.append((str(field.alias), field.name))
    return said


def construction(name: str, made: Any) -> str:
    """The code that makes an object."""
    fields = (f"{alias}={getattr(made, field)!r}" for alias, field in said_fields(type(made), [made]))
    return f"{name}({', '.join(fields)})"
