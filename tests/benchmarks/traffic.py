"""Counts what goes through a page's websockets to its kernel: comm messages and bytes, both ways."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocket

# A message's own header stands before that of the message that it answers.
_TYPE = re.compile(rb'"msg_type": ?"(\w+)"')


class Traffic:
    """What goes to and fro between a page and its kernel.

    Attributes:
        received: Comm messages from the kernel since the reset.
        sent: Comm messages to the kernel.
        size: Bytes of all of these.
    """

    def __init__(self, page: Page) -> None:
        """Count on all connections to kernels that the page opens from now on."""
        self.reset()
        page.on("websocket", self._watch)

    def reset(self) -> None:
        """Count from 0."""
        self.received = self.sent = self.size = 0

    def _watch(self, socket: WebSocket) -> None:
        if "/api/kernels/" in socket.url:
            socket.on("framereceived", lambda frame: self._add(frame, 1, 0))
            socket.on("framesent", lambda frame: self._add(frame, 0, 1))

    def _add(self, frame: bytes | str, received: int, sent: int) -> None:
        payload = frame.encode() if isinstance(frame, str) else frame
        found = _TYPE.search(payload)
        if found and found[1].startswith(b"comm_"):
            self.received += received
            self.sent += sent
            self.size += len(payload)
