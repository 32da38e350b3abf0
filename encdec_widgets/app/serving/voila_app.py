"""Serves the designer's page, which is one notebook, by Voila, in this process."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Any

import psutil
from jupyter_server import DEFAULT_STATIC_FILES_PATH
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila

from encdec_widgets.app.serving.address import HOST, listen, port_of
from encdec_widgets.app.serving.errors import ServingError
from encdec_widgets.app.serving.handlers import needed_routes
from encdec_widgets.app.serving.jupyter_folder import JUPYTER_FILES
from encdec_widgets.app.serving.kernels import PageKernels
from encdec_widgets.app.serving.server import Server, kernel_processes, kill, with_children
from encdec_widgets.app.serving.stopping import KERNELS_HAVE
from encdec_widgets.app.serving.templates import missing_template

NOTEBOOK = JUPYTER_FILES / "app/designer.ipynb"
TEMPLATE = "encdec-designer"  # its folder in jupyter_files/voila/templates
# The extensions that the page needs. Others in the user's JupyterLab take time to load and may break the page, if they
# are built for another JupyterLab than Voila's.
EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]


class _Voila(Voila):
    """Voila, at sockets that listen already and with the routes that the page needs."""

    sockets: list[socket.socket]

    def init_handlers(self) -> list[Any]:
        return needed_routes(super().init_handlers())

    def listen(self) -> None:
        HTTPServer(self.app).add_sockets(self.sockets)
        self.ioloop = IOLoop.current()
        self.ioloop.start()


def voila_app(folder: Path, wanted_port: int | None, token: str, *, dark: bool, pages: int) -> Server:
    """Set up the server of the designer's page; its address needs ``token``, and ``pages`` may be open at once."""
    sockets = listen(wanted_port)
    port = port_of(sockets)
    settings = {
        "Voila": {
            "ip": HOST,
            "port": port,
            "open_browser": False,  # the command does, with the token
            "token": token,
            "log_level": logging.ERROR,
            "connection_dir_root": str(folder),
            "config_file_paths": [],  # a voila.json in the working folder must not change who has access
            "tornado_settings": {
                "allow_remote_access": False,  # other host names are refused: DNS rebinding
                "headers": {"Content-Security-Policy": _content_policy(port)},
                "static_path": DEFAULT_STATIC_FILES_PATH,  # the page that says "forbidden" fails without it
                "static_url_prefix": "/voila/static/",
            },
        },
        "VoilaConfiguration": {
            "template": TEMPLATE,
            "allow_template_override": "NO",
            "theme": "dark" if dark else "light",
            "file_allowlist": [],
            "show_tracebacks": True,
            "prelaunch_hook": _let_page_end_its_kernel,
            "extension_allowlist": EXTENSIONS,
            "multi_kernel_manager_class": PageKernels,
        },
        # Changing it would write into the user's settings.
        "PasswordIdentityProvider": {"allow_password_change": False},
        # A page that is closed ends its own kernel; one whose browser crashed does not, also while the kernel is busy.
        "MappingKernelManager": {
            "root_dir": str(_working_folder()),
            "cull_idle_timeout": 240,  # seconds; asked every minute, so that it ends within five
            "cull_interval": 60,
            "cull_busy": True,
        },
        "PageKernels": {"at_most": pages},
        "KernelManager": {"shutdown_wait_time": KERNELS_HAVE},
    }
    logging.getLogger("tornado").setLevel(logging.ERROR)  # refused requests are not worth a line each
    app = _Voila(config=Config(settings))
    app.sockets = sockets
    app.initialize([str(NOTEBOOK)])
    missing = missing_template(app.template_paths)
    if missing:
        raise ServingError(
            f"Voila's template {missing} is missing: pip install --force-reinstall voila nbconvert"
        )
    loop = IOLoop.current()  # the one that Voila will run

    def stop() -> None:
        # They hold nothing that is to be kept. A kernel that still starts would answer Jupyter's way, an interrupt and
        # a request, with an error on the terminal.
        kill(_processes())
        loop.add_callback_from_signal(loop.stop)

    return Server(port, loop, app.start, stop, _processes)


def _processes() -> list[psutil.Process]:
    return with_children(kernel_processes().values())


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ServingError("the folder in which this was started is gone: start it in another one") from None


def _let_page_end_its_kernel(handler: Any, **_: object) -> None:
    """Give the page its XSRF cookie, without which it could not end its kernel when it is closed.

    Voila 0.5 sets that cookie on its login page only. A page that is opened with the token would leave a kernel behind
    at every reload.
    """
    _ = handler.xsrf_token  # reading it sets the cookie


def _content_policy(port: int) -> str:
    """The content security policy of the page: it may load nothing from another host, also if a library asks for it."""
    own = f"'self' ws://{HOST}:{port} data: blob:"
    return f"default-src {own} 'unsafe-inline' 'unsafe-eval'; form-action 'self'; frame-ancestors 'self'"
