"""Serves the designer's page, which is one notebook, by Voila, in this process."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from encdec_widgets.app.serving.address import HOST, free_port
from encdec_widgets.app.serving.jupyter_folder import JUPYTER_FILES
from encdec_widgets.app.serving.server import Server

NOTEBOOK = JUPYTER_FILES / "app/designer.ipynb"
TEMPLATE = "encdec-designer"  # its folder in jupyter_files/voila/templates
# The extensions that the page needs. Others in the user's JupyterLab take time to load and may break the page, if they
# are built for another JupyterLab than Voila's.
EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]


def voila_app(folder: Path, wanted_port: int | None, token: str, *, dark: bool) -> Server:
    """Set up the server of the designer's page; its address needs `token`."""
    from jupyter_server import DEFAULT_STATIC_FILES_PATH
    from tornado.ioloop import IOLoop
    from traitlets.config import Config
    from voila.app import Voila  # type: ignore[import-untyped]

    port = free_port(wanted_port)
    settings = {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
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
        },
        # Changing it would write into the user's settings.
        "PasswordIdentityProvider": {"allow_password_change": False},
        # A page that is closed ends its own kernel; one whose browser crashed does not.
        "MappingKernelManager": {"root_dir": str(Path.cwd()), "cull_idle_timeout": 300, "cull_interval": 60},
    }
    logging.getLogger("tornado").setLevel(logging.ERROR)  # refused requests are not worth a line each
    app = Voila(config=Config(settings))
    app.initialize([str(NOTEBOOK)])
    loop = IOLoop.current()  # the one that Voila will run
    return Server(port, loop, app.start, lambda: loop.add_callback_from_signal(loop.stop))


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
