"""The command ends quietly and soon, at whatever stage a signal comes; nothing of it stays behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import psutil
import pytest

from tests.amount import full_or
from tests.browser.servers import App, clean_environment, until
from tests.setup.visiting import LIMIT, Visitor, run

STATUS = {signal.SIGINT: 0, signal.SIGTERM: 128 + signal.SIGTERM}
# Modules that are loaded one after the other while the app is being set up, the last one just before it listens.
STAGES = [
    "argparse",
    "tempfile",
    "psutil",
    "jupyter_server",
    "tornado.httpserver",
    "voila.app",
    "jinja2.meta",
]
LAB_STAGES = ["jupyterlab.labapp", "jupyter_lsp"]


def left_behind(folder: Path, children: list[psutil.Process]) -> list[object]:
    """What the app has left in its folders and running."""
    until(lambda: not any(child.is_running() for child in children), "the kernels' end")
    return [
        *(folder / "tmp").iterdir(),
        # JupyterLab, which has a person's own settings, marks there that they are of its present form.
        *(path for path in (folder / "config").rglob("*") if path.name != "migrated"),
        *(folder / "runtime").rglob("*.html"),
    ]


def visit(url: str) -> None:
    """Ask for the page, and be cut off."""
    with suppress(OSError, HTTPException), urllib.request.urlopen(url, timeout=LIMIT) as answer:
        answer.read()


@pytest.mark.parametrize("number", full_or([*STATUS], [signal.SIGTERM]))
def test_a_signal_ends_the_server_its_kernels_and_its_folder(tmp_path: Path, number: signal.Signals) -> None:
    with App(tmp_path, "--dark", backend="numpy") as app:
        visitor = Visitor(app)
        assert "theme-dark" in visitor.html
        children = app.children()
        assert children
        assert app.stop(number) == STATUS[number]
        assert left_behind(tmp_path, children) == []
        assert app.log.endswith("Ctrl-C here stops it.\nstopped\n")


# The process gets a signal just before it starts a kernel.
SIGNAL_AT_KERNEL = """
import os, sys
def signal_at(event, arguments):
    if event == "subprocess.Popen" and "ipykernel_launcher" in arguments[1]:
        os.kill(os.getpid(), {number})
sys.addaudithook(signal_at)
from encdec_widgets.app.cli import main
sys.exit(main(["--no-browser"]))
"""


@pytest.mark.parametrize("number", full_or([*STATUS], [signal.SIGINT]))
def test_a_signal_while_a_kernel_starts_is_as_quiet(tmp_path: Path, number: signal.Signals) -> None:
    app = App(tmp_path, backend="numpy")
    app.command = [sys.executable, "-c", SIGNAL_AT_KERNEL.format(number=int(number))]
    with app:
        visit(app.url)
        assert app.process.wait(LIMIT) == STATUS[number]
        assert app.log.endswith("Ctrl-C here stops it.\nstopped\n")
    until(lambda: not any(str(tmp_path) in " ".join(command) for command in commands()), "the kernel's end")
    assert left_behind(tmp_path, []) == []


def commands() -> list[list[str]]:
    """The command lines of all processes."""
    return [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]


def signal_at(module: str, number: signal.Signals) -> str:
    """Code after which the process gets a signal when it loads this module."""
    return f"""
import os, sys
class Signal:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})
sys.modules.pop({module!r}, None)
sys.meta_path.insert(0, Signal())
"""


@pytest.mark.parametrize(
    ("module", "number", "lab"),
    [
        *((module, signal.SIGINT, False) for module in full_or(STAGES, STAGES[::3])),
        *((module, signal.SIGTERM, False) for module in full_or(STAGES, STAGES[4:5])),
        *((module, signal.SIGTERM, True) for module in full_or(LAB_STAGES, LAB_STAGES[:1])),
    ],
)
def test_a_signal_at_any_stage_of_the_start_is_as_quiet(
    tmp_path: Path, module: str, number: signal.Signals, lab: bool
) -> None:
    options = ["--no-browser", *(["--lab"] if lab else [])]
    ended = run(tmp_path, *options, code=signal_at(module, number))
    assert (ended.stdout, ended.stderr) == ("stopped\n", "")
    assert ended.returncode == STATUS[number]
    assert left_behind(tmp_path, []) == []


# Whoever runs the tests under nohup ignores that they hang up, and so would the app.
HEARING_HANGUPS = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from encdec_widgets.app.cli import main
sys.exit(main(["--no-browser"]))
"""


def test_where_nobody_listens_any_more_it_ends_as_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HEARING_HANGUPS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, env=clean_environment(tmp_path)) as app:
        assert app.stdout
        assert app.stderr
        until(lambda: b"stops it" in app.stdout.readline(), "the address", LIMIT)
        app.stdout.close()
        app.send_signal(signal.SIGHUP)
        assert app.stderr.read() == b""
        assert app.wait(LIMIT) == 128 + signal.SIGHUP
    assert left_behind(tmp_path, []) == []
