"""The lessons: the notebooks of a clone, served by JupyterLab in this process."""

from __future__ import annotations

import warnings
from pathlib import Path

from encdec_widgets.app.serving.address import HOST, PORTS_TRIED, free_port
from encdec_widgets.app.serving.server import Server


def jupyter_lab(folder: Path, notebooks: Path, wanted_port: int | None, token: str) -> Server:
    """Set up the server of a JupyterLab on `notebooks`, which `token` opens."""
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

    settings = {
        "ServerApp.ip": HOST,
        "ServerApp.port": free_port(wanted_port),
        "ServerApp.port_retries": 0 if wanted_port else PORTS_TRIED,  # it takes its time to take the port
        "ServerApp.open_browser": False,  # the command does, with the token
        "ServerApp.root_dir": notebooks,
        "ServerApp.allow_origin": "",
        "ServerApp.allow_remote_access": False,
        "ServerApp.allow_root": True,
        "Application.log_level": "ERROR",
        "IdentityProvider.token": token,
        "PasswordIdentityProvider.allow_password_change": False,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.news_url": None,
        "LabApp.extension_manager": "readonly",
        "LabApp.workspaces_dir": folder / "workspaces",  # the user's own windows stay as they were
    }
    # JupyterLab's extensions warn each other of deprecations. Recorded, since a filter would be overruled by theirs.
    with warnings.catch_warnings(record=True):
        app = LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in settings.items()])
    return Server(app.port, app.io_loop, app.start, lambda: app.stop(from_signal=True))
