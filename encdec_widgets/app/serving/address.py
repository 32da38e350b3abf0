"""The address of a server: on this machine only, at a free port."""

from __future__ import annotations

import errno
import os
import socket

from encdec_widgets.app.serving.errors import ServingError

HOST = "127.0.0.1"
FIRST_PORT = 8866
PORTS_TRIED = 50


def free_port(wanted: int | None) -> int:
    """The wanted port, or the first free one if none is wanted.

    Raises:
        ServingError: If the wanted port is in use or not allowed.
    """
    for port in [wanted] if wanted else [*range(FIRST_PORT, FIRST_PORT + PORTS_TRIED), 0]:
        with socket.socket() as probe:
            if (
                os.name != "nt"
            ):  # as the server does: a port is free though its last connections are still closing
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if wanted and error.errno in (errno.EACCES, errno.EPERM):
                    raise ServingError(
                        f"port {port} is not allowed for this user: try one from 1024 up"
                    ) from None
                continue
            return int(probe.getsockname()[1])
    raise ServingError(
        f"port {wanted} is in use: give another one, or leave --port out to have a free one found"
    )
