"""Callbacks from other threads, run where widgets are updated one at a time."""

import asyncio
from collections.abc import Callable
from typing import Any


def on_this_loop(callback: Callable[..., None]) -> Callable[..., None]:
    """``callback``, run on the event loop of the caller."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # a script or a test: nothing else is running
        return callback

    def call(*args: Any) -> None:
        loop.call_soon_threadsafe(callback, *args)

    return call
