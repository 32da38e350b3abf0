"""What is done when an interrupt, such as Ctrl-C, comes in the middle of an edit."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

Method = TypeVar("Method", bound=Callable[..., Any])


def whole(method: Method) -> Method:
    """A method of a session that happens as a whole: where an interrupt ends it, ``give_up()`` puts things right."""

    @functools.wraps(method)
    def call(session: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(session, *args, **kwargs)
        except Exception:
            raise
        except BaseException:
            session.give_up()
            raise

    return cast(Method, call)
