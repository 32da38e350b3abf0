"""The two real servers that the browser is shown: `encdec-designer` and JupyterLab, each in folders of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import parse_qs, urlsplit

import psutil

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
STARTED = 240.0  # seconds: a busy machine with two cores, and JupyterLab's first start after an installation
STOPPED = 30.0
ANSWERED = 180.0  # seconds: a page and a kernel that share two cores with many others


def until(condition: Callable[[], T], what: str, timeout: float = ANSWERED) -> T:
    """The first true value of `condition`, asked again and again; an AssertionError naming `what` if none comes."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {timeout:g} s in vain: {what}"
        time.sleep(0.05)
    return value


def clean_environment(folder: Path) -> dict[str, str]:
    """This process's environment, with all that Jupyter reads and writes in `folder`."""
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    places |= {"IPYTHONDIR": "ipython", "TMPDIR": "tmp"}
    for name in places.values():
        (folder / name).mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, **{name: str(folder / place) for name, place in places.items()}, "PYTHONPATH": path}


class Server:
    """A server in a process of its own: a `with` starts it, and ends it with its kernels, which have one backend."""

    def __init__(self, folder: Path, command: list[str], backend: str = "") -> None:
        self.folder = folder
        self.command = command
        self.environment: dict[str, str] = {}  # what else is to be in it
        self.backend = backend or os.environ.get("KERAS_BACKEND", "tensorflow")
        self.log_file = folder / "log.txt"
        self.url = ""

    def __enter__(self) -> Self:
        environment = {**clean_environment(self.folder), "KERAS_BACKEND": self.backend, **self.environment}
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.folder,
            )
        try:
            self.wait_started()
        except BaseException:
            self.stop(signal.SIGTERM)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def wait_started(self) -> None:
        raise NotImplementedError

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def base(self) -> str:
        """The address of the server, ending in a slash, without the token."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/"

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.url).query)["token"][0]

    def children(self) -> list[psutil.Process]:
        """The processes that it started: kernels, and what those started."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def stop(self, number: signal.Signals) -> int:
        """End it by a signal; whatever of it is still there after a while is killed."""
        children = self.children()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOPPED)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            for child in psutil.wait_procs(children, timeout=5)[1]:
                child.kill()

    def connection_file(self, kernel: str) -> Path:
        """Where a client finds the ports of a kernel of this server."""
        return until(
            lambda: next(self.folder.rglob(f"kernel-{kernel}.json"), None), f"kernel {kernel}'s ports"
        )


class App(Server):
    """The command `encdec-designer --no-browser`, as a user starts it."""

    def __init__(self, folder: Path, *arguments: str, backend: str = "") -> None:
        command = [sys.executable, "-m", "encdec_widgets.app.cli", "--no-browser", *arguments]
        super().__init__(folder, command, backend)

    def wait_started(self) -> None:
        def said() -> str | None:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log}"
            found = re.search(r"^ +(http://\S+)$", self.log, re.MULTILINE)
            return found[1] if found else None

        self.url = until(said, "the address", STARTED)


class Lab(Server):
    """JupyterLab, as `python -m jupyterlab` starts it, without news and with every cell of a notebook drawn."""

    module, app, page = "jupyterlab", "LabApp", "lab/tree/{}?reset&"

    def __init__(self, folder: Path, backend: str = "") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.notebooks = folder / "notebooks"
        self.settings = folder / "settings"
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.notebooks,
            "ServerApp.allow_root": True,
            "IdentityProvider.token": (token := secrets.token_urlsafe()),
            "LabApp.extension_manager": "readonly",
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            f"{self.app}.expose_app_in_browser": True,
            f"{self.app}.user_settings_dir": self.settings,
            f"{self.app}.workspaces_dir": folder / "workspaces",
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        super().__init__(folder, [sys.executable, "-m", self.module, "--no-browser", *arguments], backend)
        self.url = f"http://127.0.0.1:{port}/lab?token={token}"

    def __enter__(self) -> Self:
        self.notebooks.mkdir(parents=True)
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        self.write(self.folder / "config/labconfig/page_config.json", news)
        self.set("notebook-extension/tracker", {"windowingMode": "none"})
        return super().__enter__()

    @staticmethod
    def write(path: Path, content: object) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")

    def set(self, plugin: str, settings: object) -> None:
        """Set what one of JupyterLab's own plugins reads when a page is next loaded."""
        self.write(self.settings / f"@jupyterlab/{plugin}.jupyterlab-settings", settings)

    def address(self, name: str) -> str:
        """Where the notebook of this name is."""
        return f"{self.base}{self.page.format(name)}token={self.token}"

    def wait_started(self) -> None:
        def answers() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.log}"
            try:
                with urllib.request.urlopen(f"{self.base}api/status?token={self.token}", timeout=5) as answer:
                    return bool(answer.status == 200)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return False

        until(answers, self.module, STARTED)


class Notebook(Lab):
    """Notebook 7, as `python -m notebook` starts it: JupyterLab's parts, a notebook a page."""

    module, app, page = "notebook", "JupyterNotebookApp", "notebooks/{}?"
