"""Suggestions that work: what an error offers is tried first, on all that was asked for together.

A field knows its own bounds, and nothing of the other fields: the largest number of filters that it allows may be too
many for so many levels. Whoever made a value with it tries what the field suggests, and looks further where nothing of
it works.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import attrs

from encdec_widgets.architectures.fields.info import FieldError, NoFieldError

NearestWorking: TypeAlias = Callable[[Any, Callable[[Any], bool]], Any]

_trying: ContextVar[bool] = ContextVar("encdec_widgets_trying", default=False)


def is_trying() -> bool:
    """Whether a value is only tried: nobody reads what an error suggests then."""
    return _trying.get()


@contextmanager
def trying() -> Iterator[None]:
    """Only try what is made inside the ``with`` statement."""
    token = _trying.set(True)
    try:
        yield
    finally:
        _trying.reset(token)


def suggesting_what_works(
    error: FieldError,
    make: Callable[[Any], object],
    nearest_working: NearestWorking | None = None,
    *,
    leads_on: bool = True,
) -> FieldError:
    """The same error with those of its suggestions that work, or else with the nearest value that does.

    Args:
        error: What refused a value.
        make: Makes what was asked for, with another value of the field that the error names.
        nearest_working: Finds a value where no suggestion works, if the field is known: see
            :meth:`~encdec_widgets.architectures.fields.info.FieldInfo.nearest_working`.
        leads_on: Whether to suggest, where no value works, those after which another field is refused: it is wrong as
            well, and has suggestions of its own.
    """
    if is_trying() or isinstance(error, NoFieldError) or not error.suggestions:
        return error

    def works(value: Any) -> bool:
        return _refusal(make, value) is None

    def leads(value: Any) -> bool:
        refusal = _refusal(make, value)
        return refusal is None or (isinstance(refusal, FieldError) and refusal.field != error.field)

    for condition in (works, leads) if leads_on else (works,):
        found = list(filter(condition, error.suggestions))
        if not found and nearest_working is not None:
            nearest = nearest_working(error.suggestions[0], condition)
            found = [] if nearest is None else [nearest]
        if found:
            return error.suggesting(found)
    return error.suggesting(())


def _refusal(make: Callable[[Any], object], value: Any) -> Exception | None:
    try:
        with trying():
            make(value)
    except Exception as refusal:  # noqa: BLE001 - a user's class may raise anything when it is given another value
        return refusal
    return None


def tries_suggestions(cls: type, tried: Callable[[type, dict[str, Any], FieldError], FieldError]) -> None:
    """Let the constructor of an attrs class suggest only what it accepts.

    Args:
        cls: The class. One without a constructor of its own has that of the class above it.
        tried: Gives the error to raise, from the class whose value was asked for (``cls`` or one below it), the
            constructor's arguments by name, and the error that they led to.
    """
    made = vars(cls).get("__init__")
    if made is None:
        return
    names = [field.alias for field in attrs.fields(cls) if field.init and not field.kw_only]

    @functools.wraps(made)
    def checked(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            made(self, *args, **kwargs)
        except FieldError as error:
            asked = {**dict(zip(names, args, strict=False)), **kwargs}
            raise tried(type(self), asked, error) from None

    cls.__init__ = checked  # type: ignore[misc]
