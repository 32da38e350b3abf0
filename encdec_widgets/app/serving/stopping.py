"""Stops quietly at Ctrl-C, at SIGTERM and when the terminal is closed, at any time and soon."""

from __future__ import annotations

import os
import shutil
import signal
import sys

TYPE_CHECKING = False  # as in `typing`, which is not loaded before the working folder is left out
if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType
    from typing import NoReturn

    from psutil import Process

    from encdec_widgets.app.serving.server import Server

KERNELS_HAVE = 1.0  # seconds to end by themselves
ALL_HAVE = 1.7  # seconds, from the signal on


class Stop:
    """Handles the first signal: ends the process, or stops the server if it is set up. Later signals are ignored.

    Attributes:
        status: The exit status: 0 at Ctrl-C, which is how the command is told to be stopped, and 128 and the signal's
            number at any other signal, as shells count.
        folder: What is to be removed when the process ends; it need not be there yet.
    """

    def __init__(self) -> None:
        self.status = 0
        self.folder: Path | None = None
        self._came = False  # whether a signal has come
        self._server: Server | None = None
        self._processes: list[Process] = []
        self._numbers = [signal.SIGINT, signal.SIGTERM]
        # Windows has no SIGHUP, and under nohup it stays ignored. A script that starts this in the background makes it
        # ignore SIGINT as well; it is handled all the same, as it is then sent on purpose.
        hangup = getattr(signal, "SIGHUP", None)
        if hangup and signal.getsignal(hangup) is not signal.SIG_IGN:
            self._numbers.append(hangup)
        self._set_handlers(self)

    def server_is_set_up(self, server: Server) -> None:
        """Stop this server at the next signal."""
        self._server = server
        self._set_handlers(self)  # again: setting up the server has replaced them

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Handle a signal."""
        self._set_handlers(signal.SIG_IGN)
        self._came = True
        self.status = 0 if signum == signal.SIGINT else 128 + signum
        if self._server is None:
            # An exception from here could come out of any line of any library, which may catch or print it.
            self._exit()
        self._begin_waiting()
        self._processes = self._server.processes()
        self._server.stop()

    def end_processes(self) -> None:
        """End what the server has left running."""
        from encdec_widgets.app.serving.server import kill

        kill([*self._processes, *(self._server.processes() if self._server else ())])

    def say(self, text: str) -> None:
        """Print a line, where there still is a terminal."""
        try:
            print(text, flush=True)
        except OSError:
            # What was not written would be tried again when Python exits, and be an error then.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def leave(self) -> None:
        """End this process at once if a signal has asked for it: what Python does at its end may take seconds."""
        if not self._came:
            return
        from contextlib import suppress

        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(self.status)

    def _begin_waiting(self) -> None:
        import threading

        timer = threading.Timer(ALL_HAVE, self._exit)
        timer.daemon = True
        timer.start()

    def _exit(self) -> NoReturn:
        """End this process, whatever it is doing."""
        from contextlib import suppress

        if self._server is not None:
            self.end_processes()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            os.write(1, b"stopped\n")
        os._exit(self.status)

    def _set_handlers(self, handler: Stop | signal.Handlers) -> None:
        for number in self._numbers:
            signal.signal(number, handler)
