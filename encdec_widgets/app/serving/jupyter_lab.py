"""Serves a folder of notebooks by JupyterLab, in this process."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]
from jupyterlab_server.workspaces_handler import WorkspacesManager

from encdec_widgets.app.serving.address import HOST, PORTS_TRIED, listen, port_of
from encdec_widgets.app.serving.server import Server, kernel_processes, kill
from encdec_widgets.app.serving.stopping import KERNELS_HAVE

# What is open when a person comes: the notebook alone, as wide as the window; a click brings the list of files.
_LAYOUT = {"main": {"dock": None}, "left": {"collapsed": True}, "right": {"collapsed": True}}


def jupyter_lab(folder: Path, notebooks: Path, wanted_port: int | None, token: str) -> Server:
    """Set up a JupyterLab on the folder `notebooks`; its address needs `token`."""
    # JupyterLab takes a port, no socket. If another program is quicker than it is, it looks for the next free one.
    probes = listen(wanted_port)
    port = port_of(probes)
    for probe in probes:
        probe.close()
    workspaces = folder / "workspaces"  # the user's own workspaces stay as they are
    workspace = {"data": {"layout-restorer:data": _LAYOUT}, "metadata": {"id": "default"}}
    WorkspacesManager(str(workspaces)).save("default", json.dumps(workspace))
    settings = {
        "ServerApp.ip": HOST,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0 if wanted_port else PORTS_TRIED,
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
        "KernelManager.shutdown_wait_time": KERNELS_HAVE,
        "LabApp.workspaces_dir": workspaces,
    }
    # JupyterLab's extensions warn of deprecations in each other. They set filters of their own, so that ours would not
    # hold; warnings that are recorded are not printed.
    with warnings.catch_warnings(record=True):
        app = LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in settings.items()])

    def stop() -> None:
        # A kernel that still starts would answer Jupyter's way, an interrupt and a request, with an error on the
        # terminal. It holds nothing yet.
        manager = app.kernel_manager
        for identity, process in kernel_processes().items():
            if identity not in manager or manager.get_kernel(identity).execution_state == "starting":
                kill([process])
        app.stop(from_signal=True)

    return Server(app.port, app.io_loop, app.start, stop, lambda: list(kernel_processes().values()))
