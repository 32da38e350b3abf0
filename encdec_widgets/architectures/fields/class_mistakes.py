"""Mistakes in a class of a user's own, told by what to write instead.

Blocks and architectures are values of fields, which ``attrs.frozen`` makes. Python accepts a class without it, and one
that another decorator has taken hold of; their fields are then lost, or the values only half made.
"""

import inspect
import types
from typing import Any

import attrs


def require_no_own_init(cls: type) -> None:
    """Check that a class has no ``__init__`` that a user wrote: what it sets would be lost when a value is copied.

    Raises:
        TypeError: If it has; the message says how to write fields instead.
    """
    # attrs makes slotted classes anew, with the __init__ that it wrote.
    if "__init__" in vars(cls) and "__attrs_attrs__" not in vars(cls):
        raise TypeError(
            f"{cls.__name__} has an __init__ of its own, and blocks and architectures are values of fields. "
            f"Received: __init__ in class {cls.__name__}. {_WOULD_WORK} for every argument."
        )


def require_fields_by_attrs(cls: type) -> None:
    """Check that attrs made the fields of a class, and of those that it inherits from.

    It is asked when the first value is made: decorators run after the class is made.

    Raises:
        TypeError: If a class was made by ``dataclass``, has annotated fields that no decorator has seen, or gives a
            field that it inherits another default without a decorator. The message says what to write.
    """
    for one in cls.__mro__:
        own, name = vars(one), one.__name__
        if "__dataclass_fields__" in own:
            raise TypeError(
                f"{name} must be made by @attrs.frozen, not by @dataclass, which leaves out the fields that it "
                f"inherits. Received: @dataclass above class {name}. Would work: @attrs.frozen in its place (import "
                "attrs); lines such as filters: int = 16 stay as they are."
            )
        if "__attrs_attrs__" not in own and attrs.has(one) and (lost := _fields_without_decorator(one)):
            raise TypeError(
                f"{name} must have @attrs.frozen above it, which makes fields of {', '.join(lost)}. "
                f"Received: class {name} without it. {_WOULD_WORK}."
            )


def require_call(cls: type, method: str, words: str, *arguments: Any, **named: Any) -> None:
    """Check that a method that a class defines can be called as networks call it.

    Args:
        cls: The class.
        method: Name of the method; one that is inherited is not checked.
        words: How it can be written, such as ``def make_block(self, x_in, prefix="block"):``.
        *arguments: What it is called with, without ``self``; any values.
        **named: What it is called with by name; any values.

    Raises:
        TypeError: If it takes other arguments; the message says how to write it.
    """
    own = vars(cls).get(method)
    if not isinstance(own, types.FunctionType):
        return
    signature = inspect.signature(own)
    try:
        signature.bind(None, *arguments, **named)
    except TypeError as error:
        raise TypeError(
            f"{cls.__name__}.{method} must take {', '.join(named)} by name, as a network hands it: {error}. "
            f"Received: def {method}{signature}. Would work: {words}"
        ) from None


def is_well_written(cls: type) -> bool:
    """Tell whether values of a class can be made, as far as its fields are concerned."""
    try:
        require_fields_by_attrs(cls)
    except TypeError:
        return False
    return True


_WOULD_WORK = (
    "Would work: @attrs.frozen above the class (import attrs), and in it a line such as filters: int = 16"
)


def _fields_without_decorator(cls: type) -> list[str]:
    """The fields that a class without a decorator of its own seems to have, each once."""
    annotated = [name for name, kind in inspect.get_annotations(cls).items() if not _is_of_the_class(kind)]
    inherited = {field.name for field in attrs.fields(cls)}
    replaced = [n for n, value in vars(cls).items() if n in inherited and not hasattr(value, "__get__")]
    return list(dict.fromkeys([*annotated, *replaced]))


def _is_of_the_class(annotation: Any) -> bool:
    """Whether an annotation says that the name belongs to the class, not to its values."""
    return str(annotation).strip("'\"").startswith(("typing.ClassVar", "ClassVar", "t.ClassVar"))
