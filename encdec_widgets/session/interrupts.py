"""What is done when an interrupt, such as Ctrl-C, comes in the middle of an edit."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class _GivesUp(Protocol):
    def give_up(self) -> None:
        """Want what is shown."""


Owner = TypeVar("Owner", bound=_GivesUp)


def whole(method: Callable[Concatenate[Owner, Given], Result]) -> Callable[Concatenate[Owner, Given], Result]:
    """A method of a session that happens as a whole: where an interrupt ends it, ``give_up()`` puts things right."""

    @functools.wraps(method)
    def call(self: Owner, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return method(self, *args, **kwargs)
        except Exception:
            raise
        except BaseException:
            self.give_up()
            raise

    return call
