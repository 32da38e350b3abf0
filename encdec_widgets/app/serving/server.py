"""A server that is set up: what Voila and JupyterLab have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import psutil

if TYPE_CHECKING:
    from tornado.ioloop import IOLoop


class Server(NamedTuple):
    """A server that is set up and does not run yet.

    Attributes:
        port: The port at which it will answer.
        loop: Its event loop, which runs callbacks once the server answers.
        run: Runs the server, and returns when it is stopped.
        stop: Stops the server. A signal handler may call it, also just before `run`.
        processes: What must not outlive it.
    """

    port: int
    loop: IOLoop
    run: Callable[[], None]
    stop: Callable[[], None]
    processes: Callable[[], list[psutil.Process]]


def kernel_processes() -> dict[str, psutil.Process]:
    """The kernels that this process has started, by their identities; a kernel is known by its connection file."""
    found = {}
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            for part in child.cmdline():
                if match := re.search(r"kernel-([\w-]+)\.json$", part):
                    found[match[1]] = child
    return found


def with_children(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Processes, and all that they started."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found += [process, *process.children(recursive=True)]
    return found


def kill(processes: Iterable[psutil.Process]) -> None:
    """End processes at once; those that have ended already don't matter."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
