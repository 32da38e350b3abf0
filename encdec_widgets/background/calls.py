"""Calls on the event loop of the caller."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol, TypeVarTuple

Arguments = TypeVarTuple("Arguments")


class Cancellable(Protocol):
    """A timer that was set.

    Example:
        >>> import asyncio
        >>> from encdec_widgets.background import shared_background
        >>> async def main():
        ...     timer = shared_background().later(60, print)
        ...     timer.cancel()
        >>> asyncio.run(main())
    """

    def cancel(self) -> None:
        """Stop it, if it has not run out yet."""


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop of the caller, as there is one in a notebook; None where none runs.

    Example:
        >>> from encdec_widgets.background import running_loop
        >>> running_loop() is None
        True
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def on_this_loop(callback: Callable[[*Arguments], object]) -> Callable[[*Arguments], None]:
    """``callback``, called on the event loop of the caller, from whichever thread; directly where none runs.

    Example:
        >>> from encdec_widgets.background import on_this_loop
        >>> on_this_loop(print)("directly")
        directly
    """
    loop = running_loop()

    def call(*args: *Arguments) -> None:
        if loop is None:
            callback(*args)
        else:
            with contextlib.suppress(RuntimeError):  # It may have been closed, as when the kernel shuts down.
                loop.call_soon_threadsafe(callback, *args)

    return call
