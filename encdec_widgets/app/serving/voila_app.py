"""The designer's page: one notebook, served by Voila in this process."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from encdec_widgets.app.serving.address import HOST, free_port
from encdec_widgets.app.serving.jupyter_folder import JUPYTER_FILES
from encdec_widgets.app.serving.server import Server

NOTEBOOK = JUPYTER_FILES / "app/designer.ipynb"
TEMPLATE = "encdec-designer"  # its folder in jupyter_files/voila/templates
# Of all that is installed in the user's JupyterLab, what the page needs: the rest takes time and, built for
# another JupyterLab than Voila's, may break the page.
EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]


def voila_app(folder: Path, wanted_port: int | None, token: str, *, dark: bool) -> Server:
    """Set up the server of the designer's page, which `token` opens."""
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
            "config_file_paths": [],  # a voila.json lying in some working folder must not change who gets in
            "tornado_settings": {
                "allow_remote_access": False,  # other host names are refused: DNS rebinding
                "headers": {"Content-Security-Policy": _content_policy(port)},
                "static_path": DEFAULT_STATIC_FILES_PATH,  # for the page that says "forbidden"; fails without
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
        # A page that is closed ends its own kernel; this is for the browser that crashed.
        "MappingKernelManager": {"root_dir": str(Path.cwd()), "cull_idle_timeout": 300, "cull_interval": 60},
    }
    logging.getLogger("tornado").setLevel(logging.ERROR)  # a page that is refused is no news
    app = Voila(config=Config(settings))
    app.initialize([str(NOTEBOOK)])
    loop = IOLoop.current()  # the one that Voila will run
    return Server(port, loop, app.start, lambda: loop.add_callback_from_signal(loop.stop))


def _let_page_end_its_kernel(handler: Any, **_: object) -> None:
    """Give the page its XSRF cookie, which the request that ends its kernel when it is closed must bring back.

    Voila 0.5 sets that cookie on its login page only, so whoever comes with the token would leave a kernel behind
    at every reload.
    """
    _ = handler.xsrf_token  # reading it sets the cookie


def _content_policy(port: int) -> str:
    """What the page may load, told to the browser: nothing from another host, whatever a library would like."""
    own = f"'self' ws://{HOST}:{port} data: blob:"
    return f"default-src {own} 'unsafe-inline' 'unsafe-eval'; form-action 'self'; frame-ancestors 'self'"
