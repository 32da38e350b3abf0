"""Voila with next to nothing to show: what serving any app of widgets costs."""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path

from tests.browser.notebook import write_notebook
from tests.browser.servers import STARTED, Server, until

_CELL = "import ipywidgets\n\nipywidgets.IntSlider(description='number')"


class BareVoila(Server):
    """Voila, as `python -m voila` starts it, on a notebook with one slider."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        write_notebook(notebook := folder / "bare.ipynb", [_CELL])
        token = secrets.token_urlsafe()
        options = {"ip": "127.0.0.1", "port": self.port, "port_retries": 0, "token": token}
        arguments = [f"--Voila.{name}={value}" for name, value in options.items()]
        super().__init__(folder, [sys.executable, "-m", "voila", str(notebook), "--no-browser", *arguments])
        self.url = f"http://127.0.0.1:{self.port}/?token={token}"

    def wait_started(self) -> None:
        """Wait until it takes connections."""

        def listens() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log}"
            with socket.socket() as asking:
                return asking.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens, "Voila", STARTED)
