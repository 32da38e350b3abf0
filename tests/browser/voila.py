"""Voila on a notebook, as `python -m voila` serves it: the plain one, not the page of `encdec-designer`."""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path

from tests.browser.notebook import write_notebook
from tests.browser.servers import STARTED, Server, until


class Voila(Server):
    """Voila on a notebook of these code cells."""

    def __init__(self, folder: Path, cells: list[str], backend: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        write_notebook(notebook := folder / "page.ipynb", cells)
        token = secrets.token_urlsafe()
        options = {"ip": "127.0.0.1", "port": self.port, "port_retries": 0, "token": token}
        arguments = [f"--Voila.{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", *arguments]
        super().__init__(folder, command, backend)
        self.url = f"http://127.0.0.1:{self.port}/?token={token}"

    def wait_started(self) -> None:
        """Wait until it takes connections."""

        def listens() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log}"
            with socket.socket() as asking:
                return asking.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens, "Voila", STARTED)
