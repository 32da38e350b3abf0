"""Stops quietly at Ctrl-C, at SIGTERM and when the terminal is closed, at any time."""

from __future__ import annotations

import signal
from types import FrameType

from encdec_widgets.app.serving.server import Server


class Stopped(BaseException):
    """Ends the start of a server. At a KeyboardInterrupt, Python may exit with a status of its own."""


class Stop:
    """Handles the first signal: ends the start, or stops the server if it is set up. Later signals are ignored.

    The server gives its kernels a few seconds to end and then kills them, so that a second signal would not help.
    """

    def __init__(self) -> None:
        self._asked = False
        self._server: Server | None = None
        self._numbers = [signal.SIGINT, signal.SIGTERM]
        # Windows has no SIGHUP, and under nohup it stays ignored. A script that starts this in the background makes it
        # ignore SIGINT as well; it is handled all the same, as it is then sent on purpose.
        hangup = getattr(signal, "SIGHUP", None)
        if hangup and signal.getsignal(hangup) is not signal.SIG_IGN:
            self._numbers.append(hangup)
        self._set_handlers(self)

    def server_is_set_up(self, server: Server) -> None:
        """Stop this server at the next signal."""
        if self._asked:
            raise Stopped  # again: a library may have caught the first one
        self._server = server
        self._set_handlers(self)  # again: setting up the server has replaced them

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        self._asked = True
        self._set_handlers(signal.SIG_IGN)
        if self._server is None:
            raise Stopped
        self._server.stop()

    def _set_handlers(self, handler: Stop | signal.Handlers) -> None:
        for number in self._numbers:
            signal.signal(number, handler)
