"""What Voila's server and JupyterLab's have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tornado.ioloop import IOLoop


class Server(NamedTuple):
    """A server that is set up and does not run yet.

    Attributes:
        port: Where it is going to answer.
        loop: Calls what is added to it once the server answers.
        run: Blocks until the server is stopped.
        stop: May be called by a signal handler, also just before `run`.
    """

    port: int
    loop: IOLoop
    run: Callable[[], None]
    stop: Callable[[], None]
