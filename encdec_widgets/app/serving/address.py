"""The address of a server: on this machine only, at a free port."""

from __future__ import annotations

import errno
import socket

from encdec_widgets.app.serving.errors import ServingError

HOST = "127.0.0.1"
FIRST_PORT = 8866
PORTS_TRIED = 50


def listen(wanted: int | None) -> list[socket.socket]:
    """Sockets that listen at the wanted port, or at the first free one if none is wanted.

    Whoever listens has the port: another program that starts at the same moment finds another one.

    Raises:
        ServingError: If the wanted port is in use or not allowed.
    """
    from tornado.netutil import bind_sockets

    for port in [wanted] if wanted else [*range(FIRST_PORT, FIRST_PORT + PORTS_TRIED), 0]:
        try:
            return bind_sockets(port, HOST)
        except OSError as error:
            if wanted and error.errno in (errno.EACCES, errno.EPERM):
                raise ServingError(
                    f"port {port} is not allowed for this user: try one from 1024 up"
                ) from None
    raise ServingError(
        f"port {wanted} is in use: give another one, or leave --port out to have a free one found"
    )


def port_of(sockets: list[socket.socket]) -> int:
    """The port at which sockets listen."""
    return int(sockets[0].getsockname()[1])
