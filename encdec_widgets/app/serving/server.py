"""A server that is set up: what Voila and JupyterLab have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tornado.ioloop import IOLoop


class Server(NamedTuple):
    """A server that is set up and does not run yet.

    Attributes:
        port: The port at which it will answer.
        loop: Its event loop, which runs callbacks once the server answers.
        run: Runs the server, and returns when it is stopped.
        stop: Stops the server. A signal handler may call it, also just before `run`.
    """

    port: int
    loop: IOLoop
    run: Callable[[], None]
    stop: Callable[[], None]
