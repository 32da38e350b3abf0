"""What the command `encdec-designer` does: its options, what it says, and the server it runs.

The server runs in this process, so that there is one process to end, and so that the token is in no command line, where
other users could read it. Heavy packages are imported when they are needed, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import importlib.util
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import encdec_widgets
from encdec_widgets.app.own_folder import OwnFolder, own_folder
from encdec_widgets.app.serving.address import FIRST_PORT, HOST
from encdec_widgets.app.serving.browser import open_browser
from encdec_widgets.app.serving.errors import ServingError
from encdec_widgets.app.serving.jupyter_folder import lab_settings, only_our_settings, run_folder
from encdec_widgets.app.serving.stopping import Stop
from encdec_widgets.lessons.notebooks import WAY_IN, lesson_name, lesson_notebooks, notebooks

PAGES = 8
FOLDER = Path("encdec-lessons")


def command(argv: Sequence[str] | None, stop: Stop) -> int:
    """Serve what the options ask for, until ``stop`` has been asked to end it; the exit status."""
    options = _parser().parse_args(argv)
    try:
        _check_installed()
        token = secrets.token_urlsafe(32)
        with run_folder(stop) as folder:
            if options.lab or options.lesson or options.folder:
                own = _own_notebooks(options.folder or FOLDER)
                from encdec_widgets.app.serving.jupyter_lab import jupyter_lab

                lab_settings(folder)
                what = f"{_kept(own)}JupyterLab in {own.path}"
                page = f"lab/tree/{options.lesson or WAY_IN}"
                server = jupyter_lab(folder, own.path, options.port, token)
            else:
                from encdec_widgets.app.serving.voila_app import voila_app

                only_our_settings(folder)
                what, page = "The Encoder-decoder designer", ""
                server = voila_app(folder, options.port, token, dark=options.dark, pages=options.pages)
            stop.server_is_set_up(server)
            url = f"http://{HOST}:{server.port}/{page}?token={token}"
            server.loop.add_callback(_tell, what, url, folder if options.browser else None)
            server.run()
            stop.end_processes()
    except ServingError as error:
        print(f"encdec-designer: {error}", file=sys.stderr)
        return 1
    stop.say("stopped")
    stop.leave()
    return stop.status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="encdec-designer",
        description="Design encoder-decoder networks in the browser, served on this machine only.",
    )
    add = parser.add_argument
    add("--lab", action="store_true", help="JupyterLab with a short tour, which leads to the lessons")
    add("--lesson", type=_lesson, metavar="N", help="lesson N in JupyterLab")
    add(
        "--folder",
        type=Path,
        help=f"your notebooks; those that it lacks are copied there (default: {FOLDER})",
    )
    add("--no-browser", dest="browser", action="store_false", help="only print the address")
    add("--port", type=_port, help=f"port to serve on (default: the first free one from {FIRST_PORT})")
    add("--pages", type=_pages, default=PAGES, help=f"designers open at once, at most (default: {PAGES})")
    add("--dark", action="store_true", help="dark colours (JupyterLab has its own setting)")
    add("--version", action="version", version=f"encdec-designer {encdec_widgets.__version__}")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a whole number from 1 to 65535")
    return int(text)


def _pages(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 999):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of pages: give a whole number from 1 to 999"
        )
    return int(text)


def _lesson(text: str) -> str:
    """The name that the notebook of this lesson has in a folder of one's own."""
    try:
        lessons = lesson_notebooks()
    except FileNotFoundError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if text not in lessons:
        known = ", ".join(path.stem for path in lessons.values())
        raise argparse.ArgumentTypeError(f"there is no lesson {text!r}: give the number of one of {known}")
    return lesson_name(lessons[text])


def _check_installed() -> None:
    if not (_installed("voila") and _installed("jupyterlab")):
        raise ServingError(
            'serving the designer takes Voila and JupyterLab: pip install "encdec_widgets[app]"'
        )
    from encdec_widgets.workers.backends import LIBRARIES

    if not any(map(_installed, LIBRARIES)):
        raise ServingError(
            'Keras has no backend here: pip install "encdec_widgets[cpu]" (TensorFlow), '
            'or "encdec_widgets[gpu]" for an NVIDIA GPU'
        )


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False


def _own_notebooks(folder: Path) -> OwnFolder:
    try:
        return own_folder(folder, notebooks())
    except FileNotFoundError as error:
        raise ServingError(str(error)) from None


def _kept(own: OwnFolder) -> str:
    """Says which notebooks of one's own are not as this version has them."""
    if not own.kept:
        return ""
    return (
        f"Kept as they are in your folder, though this version has others: {', '.join(own.kept)}.\n"
        "To get this version's, move yours away and start again.\n\n"
    )


def _tell(what: str, url: str, folder: Path | None) -> None:
    """Print where the designer is, and open it in a browser if there is a ``folder`` for the page that leads there.

    The server calls this once it answers.
    """
    print(f"{what} is at\n\n    {url}\n\nCtrl-C here stops it.", flush=True)
    if folder is not None:
        open_browser(url, folder)
