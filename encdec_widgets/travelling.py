"""Errors that go from one process to another, as a Pool sends them, and arrive whole."""

import pickle
from typing import Any, ClassVar, Self


class Travelling:
    """An error that can be pickled and copied, whatever its ``__init__`` takes and whatever its attributes hold.

    Python makes an error anew from its ``args`` alone. Where its ``__init__`` takes something else, that fails while a
    Pool reads its results, and the Pool waits for ever.

    A copy holds the very attributes. In another process, what can't be pickled arrives as its text, and what is named
    in ``stays`` as None.

    Example:
        >>> import pickle
        >>> from encdec_widgets.travelling import Travelling
        >>> class WidthError(Travelling, ValueError):
        ...     def __init__(self, width, *, most):
        ...         super().__init__(f"{width} is more than {most}")
        ...         self.most = most
        >>> import copy
        >>> copy.copy(WidthError(8, most=4)).most
        4
    """

    stays: ClassVar[tuple[str, ...]] = ()
    """Names of attributes that do not leave their process."""

    args: tuple[Any, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process makes it from: no argument of ``__init__`` is needed."""
        attributes = {
            name: None if name in self.stays else _as_it_travels(value) for name, value in vars(self).items()
        }
        return _arrived, (type(self), tuple(map(_as_it_travels, self.args)), attributes)

    def __copy__(self) -> Self:
        """The same error once more, with its attributes as they are."""
        copied: Self = _arrived(type(self), self.args, vars(self))
        return copied

    def __deepcopy__(self, _: Any) -> Self:
        """As a copy: what an error tells of does not change."""
        return self.__copy__()


class _Text:
    """The text of an object that could not travel."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _arrived(cls: Any, args: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
    error = cls.__new__(cls)
    error.args = args
    vars(error).update(attributes)
    return error


def _as_it_travels(value: Any) -> Any:
    """``value``, or its text if it can't be pickled or is not there again after that."""
    try:
        pickle.loads(pickle.dumps(value))
    except Exception:  # noqa: BLE001 - any object may be held, and raise anything
        return _Text(_text_of(value))
    return value


def _text_of(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - as above
        return f"an object of the class {type(value).__qualname__}"
