"""Values that are compared by what their fields hold, whatever that is.

A field of a user's class may hold anything: an array, whose ``==`` gives an array; an object whose ``==`` raises; a
list, which has no hash. A class that inherits from :class:`ByContent` has an equality and a hash that never raise.
"""

import numbers
import operator
import weakref
from collections.abc import Callable
from typing import Any

import attrs

_PLAIN = frozenset({int, float, bool, str, type(None)})
_readers: weakref.WeakKeyDictionary[type, Callable[[Any], tuple[Any, ...]]] = weakref.WeakKeyDictionary()


class ByContent:
    """Base of attrs classes whose instances are equal where they are of one class and all their fields are the same.

    An ``__eq__`` or ``__hash__`` that a class defines itself counts instead.

    Example:
        >>> import attrs
        >>> import numpy as np
        >>> from encdec_widgets.architectures.fields.by_content import ByContent
        >>> @attrs.frozen
        ... class Scaled(ByContent):
        ...     factors: np.ndarray
        >>> Scaled(np.array([1, 2])) == Scaled(np.array([1, 2])), Scaled(np.array([1, 2])) == Scaled(np.array([1]))
        (True, False)
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Give the class its equality and hash before attrs looks, which writes those that it does not find."""
        super().__init_subclass__()
        if "__eq__" not in vars(cls):
            cls.__eq__ = ByContent.__eq__  # type: ignore[method-assign]
            if "__hash__" not in vars(cls):
                cls.__hash__ = ByContent.__hash__  # type: ignore[method-assign]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        # Nearly all fields of two values that are compared are the very same object, which is told at once.
        for held, others in zip(_compared(self), _compared(other), strict=True):
            if held is not others and not same(held, others):
                return False
        return True

    def __hash__(self) -> int:
        return hash((type(self), *map(_hash, _compared(self))))


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, as far as can be told; whatever they are, this does not raise.

    Lists and tuples are compared item by item, arrays of any library by type, shape, dtype and items, all else by
    ``==``. What cannot be compared is the same only where it is the very same object.

    >>> same([1, 2.0], [1, 2]), same((1, 2), [1, 2]), same(float("nan"), float("nan"))
    (True, False, False)
    """
    if one is other:
        return True
    cls = type(one)
    if cls in _PLAIN and type(other) in _PLAIN:  # Nearly all fields hold these.
        return bool(one == other)
    try:
        if isinstance(one, (list, tuple)):
            if type(other) is not cls or len(one) != len(other):
                return False
            return all(held is others or same(held, others) for held, others in zip(one, other, strict=True))
        if isinstance(one, dict):
            return (
                type(one) is type(other)
                and one.keys() == other.keys()
                and all(same(value, other[key]) for key, value in one.items())
            )
        if _is_array(one) or _is_array(other):
            return _same_arrays(one, other)
        return bool(one == other)
    except Exception:  # noqa: BLE001 - the equality of a user's object may raise anything
        return False


def is_among(value: Any, values: Any) -> bool:
    """Whether one of ``values`` is the same as ``value``: ``in``, for values that may be anything."""
    return any(same(value, one) for one in values)


def _compared(value: Any) -> tuple[Any, ...]:
    """What of a value is compared: all fields but those that leave it out, each by its key where it has one."""
    cls = type(value)
    read = _readers.get(cls)
    if read is None:
        read = _readers[cls] = _reader([field for field in attrs.fields(cls) if field.eq])
    return read(value)


def _reader(fields: list[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = [field.name for field in fields]
    if len(names) > 1 and not any(field.eq_key for field in fields):
        return operator.attrgetter(*names)
    keys = [(field.name, field.eq_key or (lambda held: held)) for field in fields]
    return lambda value: tuple(key(getattr(value, name)) for name, key in keys)


def _hash(value: Any) -> int:
    """A hash that is equal for the same values; 0 for all that have none, or are compared otherwise than by ``==``."""
    cls = type(value)
    if cls in _PLAIN:
        return hash(value)
    try:
        if isinstance(value, tuple):
            return hash((cls, *map(_hash, value)))
        # The hash of an array, where it has one, need not be that of another with the same items.
        is_array = hasattr(cls, "__array__") and not isinstance(value, (numbers.Number, str, bytes))
        return 0 if is_array else hash(value)
    except Exception:  # noqa: BLE001 - the hash of a user's object may raise anything
        return 0


def _is_array(value: Any) -> bool:
    return hasattr(type(value), "__array__") and bool(value.ndim)


def _same_arrays(one: Any, other: Any) -> bool:
    import numpy as np  # Designs are read and compared before anything needs it.

    alike = type(one) is type(other) and one.shape == other.shape and one.dtype == other.dtype
    return alike and bool(np.array_equal(one, other))
