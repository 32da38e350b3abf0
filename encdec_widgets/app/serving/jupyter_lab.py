"""Serves the notebooks of a clone by JupyterLab, in this process."""

from __future__ import annotations

import warnings
from pathlib import Path

from encdec_widgets.app.serving.address import HOST, PORTS_TRIED, free_port
from encdec_widgets.app.serving.server import Server


def jupyter_lab(folder: Path, notebooks: Path, wanted_port: int | None, token: str) -> Server:
    """Set up a JupyterLab on the folder `notebooks`; its address needs `token`."""
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

    settings = {
        "ServerApp.ip": HOST,
        "ServerApp.port": free_port(wanted_port),
        "ServerApp.port_retries": 0
        if wanted_port
        else PORTS_TRIED,  # another program may take the port before it does
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
        "LabApp.workspaces_dir": folder / "workspaces",  # the user's own workspaces stay as they are
    }
    # JupyterLab's extensions warn of deprecations in each other. They set filters of their own, so that ours would not
    # hold; warnings that are recorded are not printed.
    with warnings.catch_warnings(record=True):
        app = LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in settings.items()])
    return Server(app.port, app.io_loop, app.start, lambda: app.stop(from_signal=True))
