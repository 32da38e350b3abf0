"""Ctrl-C, SIGTERM and a closed terminal: each stops quietly, whenever it comes."""

from __future__ import annotations

import signal
from types import FrameType

from encdec_widgets.app.serving.server import Server


class Stopped(BaseException):
    """Ends the start of a server; not KeyboardInterrupt, which Python may answer with an exit status of its own."""


class Stop:
    """Answers the first signal: gives up the start, or stops the server once there is one. Later ones are ignored.

    The server gives its kernels a few seconds to end, then it kills them: there is nothing to hurry by hand.
    """

    def __init__(self) -> None:
        self._asked = False
        self._server: Server | None = None
        self._numbers = [signal.SIGINT, signal.SIGTERM]
        # Windows has no SIGHUP, and nohup ignores it, which stays so. A script that starts this in the background has
        # it ignore SIGINT as well, but whoever sends that one means it.
        hangup = getattr(signal, "SIGHUP", None)
        if hangup and signal.getsignal(hangup) is not signal.SIG_IGN:
            self._numbers.append(hangup)
        self._set_handlers(self)

    def server_is_set_up(self, server: Server) -> None:
        """Stop this server from now on."""
        if self._asked:
            raise Stopped  # once more: it was raised within a library that went on all the same
        self._server = server
        self._set_handlers(self)  # setting up the server has set its own

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Answer a signal."""
        self._asked = True
        self._set_handlers(signal.SIG_IGN)
        if self._server is None:
            raise Stopped
        self._server.stop()

    def _set_handlers(self, handler: Stop | signal.Handlers) -> None:
        for number in self._numbers:
            signal.signal(number, handler)
