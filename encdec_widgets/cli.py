"""`encdec-designer`: the designer as an app of its own, served to a browser on this machine and to no other.

The server (Voila, or JupyterLab with `--lab`) runs in this process: one process to end, and the token never
stands in a command line, where other users could read it. Everything heavy is imported once it is needed, so
that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import http.client
import importlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import warnings
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

HOST = "127.0.0.1"
FIRST_PORT = 8866
PORTS_TRIED = 50
TITLE = "Encoder-decoder designer"
CODE = "from encdec_widgets import Designer\n\nDesigner()"
# Of all that is installed in the user's JupyterLab, what the page needs: the rest takes time and, built for
# another JupyterLab than Voila's, may break the page.
EXTENSIONS = ["@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"]
NEWS = "@jupyterlab/apputils-extension:announcements"  # JupyterLab's question about news, and their fetching
# The app's kernel: ipykernel, a little quieter and quicker.
# - What TensorFlow's C++ says of the processor (it has no switch) would stand above the designer and in this terminal:
#   it is not captured, and once ipykernel is there, nobody hears it. Python's own errors come on the page as ever.
# - Plotly imports nbformat, that jsonschema, and that, where it is there, a parser of international addresses, which
#   compiles grammars for 1.5 s, and for 10 s when it happens to start near the end of a chunk of Python 3.11's stack
#   (memory is then mapped and unmapped at every call). Nothing here needs it.
KERNEL = """\
import os, sys
sys.path = [place for place in sys.path if place]
sys.modules["rfc3987_syntax"] = None
from ipykernel.kernelapp import launch_new_instance
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
launch_new_instance()
"""
QUIET = ["--log-level=ERROR", "--IPKernelApp.capture_fd_output=False"]
TEMPLATE = "encdec-designer"
# Voila's own page, less what it fetches from a content delivery network (Font Awesome, Mermaid) and less the
# padding that JupyterLab gives to cells: the designer gets the whole window.
PAGE = """\
{%- extends "voila/templates/lab/index.html.j2" -%}
{%- import "spinner.macro.html.j2" as spinner -%}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
{{ super.super() }}
<style>
  .jp-mod-noOutputs.jp-mod-noInput { display: none; }
  .jp-LabShell .lm-BoxPanel-child { padding: 0 !important; }
  .jp-LabShell .jp-Cell { padding: 0 4px !important; }
  .jp-LabShell .jp-Cell-outputWrapper { margin: 0 !important; }
</style>
{%- endblock notebook_css -%}
{%- block html_head_js_mermaidjs -%}{%- endblock html_head_js_mermaidjs -%}
"""


class Server(NamedTuple):
    """A server ready to run: `run` blocks until `stop`, which a signal handler may call."""

    run: Callable[[], None]
    stop: Callable[[], None]
    port: int


class Problem(Exception):  # noqa: N818
    """Something that the user can put right, in one line."""


class Stopped(BaseException):
    """Ends the start of a server; not KeyboardInterrupt, which Python may answer with an exit status of its own."""


class Stop:
    """Turns Ctrl-C, SIGTERM and a closed terminal into one quiet stop, whenever they come."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.server: Server | None = None

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        """Stop the server, once."""
        if self.asked.is_set():
            return  # on the way already: kernels get a few seconds to end, then they are killed
        self.asked.set()
        if self.server is None:
            raise Stopped  # still importing: there is nothing to shut down yet
        self.server.stop()

    def listen(self) -> None:
        """Take the signals; called again once the server, which takes them too, is set up."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # no SIGHUP on Windows; nohup ignores it, which stays so
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the designer until Ctrl-C. Returns 0 after an ordinary stop, 1 when it could not be served."""
    options = _parser().parse_args(argv)
    if options.version:
        print(f"encdec-designer {_version()}")
        return 0
    stop = Stop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stop.listen()
    try:
        _check_installed()
        _free_port(options.port)  # asked here for the user's sake, and again when it is about to be taken
        token = secrets.token_urlsafe(32)
        with _jupyter_folder(options.lab) as folder:
            if options.lab:
                what, page = f"JupyterLab in {(notebooks := _notebooks())}", "lab"
                stop.server = _lab(folder, notebooks, options.port, token)
            else:
                what, page = f"The {TITLE}", ""
                stop.server = _voila(folder, options.port, token, options.dark)
            stop.listen()
            url = f"http://{HOST}:{stop.server.port}/{page}?token={token}"
            told = (what, url, stop.server.port, options.browser, stop.asked)
            threading.Thread(target=_tell, args=told, daemon=True).start()
            stop.server.run()
    except Stopped:
        pass
    except Problem as problem:
        print(f"encdec-designer: {problem}", file=sys.stderr)
        return 1
    finally:
        stop.asked.set()
        for number, handler in before.items():
            signal.signal(number, handler)
    print("stopped", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="encdec-designer",
        description="Design encoder-decoder networks in the browser, served on this machine only.",
    )
    add = parser.add_argument
    add("--lab", action="store_true", help="open the lessons (notebooks/ of a clone) in JupyterLab")
    add("--no-browser", dest="browser", action="store_false", help="only print the address")
    add("--port", type=_port, help=f"port to serve on (default: the first free one from {FIRST_PORT})")
    add("--dark", action="store_true", help="dark colours (JupyterLab has its own setting)")
    add("--version", action="store_true", help="print the version and stop")
    return parser


def _version() -> str:
    try:
        return importlib.metadata.version("encdec_widgets")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed: run from a checkout)"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a whole number from 1 to 65535")
    return int(text)


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _check_installed() -> None:
    if not (_installed("voila") and _installed("jupyterlab")):
        raise Problem('serving the designer takes Voila and JupyterLab: pip install "encdec_widgets[app]"')
    if not any(map(_installed, ("tensorflow", "jax", "torch"))):
        raise Problem(
            'Keras has no backend here: pip install "encdec_widgets[cpu]" (TensorFlow), '
            'or "encdec_widgets[gpu]" for an NVIDIA GPU'
        )


def _notebooks() -> Path:
    package = importlib.import_module("encdec_widgets")
    folder = Path(str(package.__file__)).resolve().parents[1] / "notebooks"
    if not folder.is_dir():
        raise Problem(f"--lab opens the notebooks of a clone of the repository, and there is no {folder}")
    return folder


def _free_port(wanted: int | None) -> int:
    for port in [wanted] if wanted else [*range(FIRST_PORT, FIRST_PORT + PORTS_TRIED), 0]:
        with socket.socket() as probe:
            if os.name != "nt":  # as the server will: a port whose last connections are only closing is free
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if wanted and error.errno in (errno.EACCES, errno.EPERM):
                    raise Problem(f"port {port} is not allowed for this user: try one from 1024 up") from None
                continue
            return int(probe.getsockname()[1])
    raise Problem(f"port {wanted} is in use: give another one, or leave --port out to have a free one found")


@contextlib.contextmanager
def _jupyter_folder(lab: bool) -> Iterator[Path]:
    """A temporary folder that Jupyter reads before any other, so that the user's own stay as they are.

    It holds the app's notebook, its page, and a `python3` kernel that is this very interpreter, whatever kernel
    of that name the user has installed.
    """
    import nbformat

    with tempfile.TemporaryDirectory(prefix="encdec-designer-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        kernel = {"display_name": "Python 3", "language": "python"}
        start = ["-m", "ipykernel_launcher", "--log-level=ERROR"] if lab else ["-c", KERNEL, *QUIET]
        argv = [sys.executable, *start, "-f", "{connection_file}"]
        _write(folder / "kernels/python3/kernel.json", json.dumps({**kernel, "argv": argv}))
        _write(folder / f"voila/templates/{TEMPLATE}/conf.json", json.dumps({"base_template": "lab"}))
        _write(folder / f"voila/templates/{TEMPLATE}/index.html.j2", PAGE)
        metadata = {"title": TITLE, "kernelspec": kernel | {"name": "python3"}}
        cells = [nbformat.v4.new_code_cell(CODE)]  # type: ignore[no-untyped-call]
        notebook = nbformat.v4.new_notebook(metadata=metadata, cells=cells)  # type: ignore[no-untyped-call]
        _write(folder / "app/designer.ipynb", nbformat.writes(notebook))  # type: ignore[no-untyped-call]
        _write(folder / "labconfig/page_config.json", json.dumps({"disabledExtensions": {NEWS: True}}))
        before = {name: os.environ.get(name) for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")}
        for variable, old in before.items():
            os.environ[variable] = os.pathsep.join(filter(None, (str(folder), old)))
        try:
            yield folder
        finally:
            for variable, old in before.items():
                os.environ.pop(variable)
                os.environ.update({variable: old} if old is not None else {})


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _voila(folder: Path, wanted: int | None, token: str, dark: bool) -> Server:
    voila: Any = importlib.import_module("voila.app")
    ioloop: Any = importlib.import_module("tornado.ioloop")
    traitlets: Any = importlib.import_module("traitlets.config")
    static = importlib.import_module("jupyter_server").DEFAULT_STATIC_FILES_PATH
    port = _free_port(wanted)
    settings = {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "open_browser": False,  # _tell does, with the token
            "token": token,
            "log_level": logging.ERROR,
            "connection_dir_root": str(folder),
            "config_file_paths": [],  # a voila.json lying in some working folder must not change who gets in
            "tornado_settings": {
                "allow_remote_access": False,  # other host names are refused: DNS rebinding
                "headers": {"Content-Security-Policy": _content_policy(port)},
                "static_path": static,  # for the page that says "forbidden", which fails without it
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
    logging.getLogger("tornado").setLevel(logging.ERROR)
    app = voila.Voila(config=traitlets.Config(settings))
    app.initialize([str(folder / "app/designer.ipynb")])
    loop = ioloop.IOLoop.current()  # the one that Voila will run
    return Server(app.start, lambda: loop.add_callback_from_signal(loop.stop), port)


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


def _lab(folder: Path, notebooks: Path, wanted: int | None, token: str) -> Server:
    lab: Any = importlib.import_module("jupyterlab.labapp")
    settings = {
        "ServerApp.ip": HOST,
        "ServerApp.port": _free_port(wanted),
        "ServerApp.port_retries": 0 if wanted else PORTS_TRIED,  # it takes its time to take the port
        "ServerApp.open_browser": False,
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
    logging.getLogger("tornado").setLevel(logging.ERROR)
    with warnings.catch_warnings(record=True):  # JupyterLab's extensions warn each other of deprecations
        app = lab.LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in settings.items()])
    return Server(app.start, lambda: app.stop(from_signal=True), app.port)


def _tell(what: str, url: str, port: int, browser: bool, stopped: threading.Event) -> None:
    """Say where the designer is, and open it, once the server answers."""
    while not _answers(port):
        if stopped.wait(0.05):
            return
    print(f"{what} is at\n\n    {url}\n\nCtrl-C here stops it.", flush=True)
    if browser and not webbrowser.open(url):
        print("No browser could be opened: open the address above in one.", flush=True)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/login")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    sys.exit(main())
