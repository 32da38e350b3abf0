"""The command `encdec-designer`, as a process: who gets in, what it says, and that nothing of it stays behind."""

from __future__ import annotations

import html
import re
import signal
import socket
import stat
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil
import pytest

from encdec_widgets.app.command import _parser
from encdec_widgets.lessons.notebooks import lesson_notebooks, notebooks
from tests.browser.servers import App, until
from tests.setup.visiting import LIMIT, Visitor, dial, run, status


def without(*modules: str) -> str:
    """Code after which these modules are as good as not installed."""
    return f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with App(tmp_path_factory.mktemp("app"), backend="numpy") as app:
        yield app


@pytest.fixture(scope="module")
def page(app: App) -> Visitor:
    """Who opened the page by the token."""
    visitor = Visitor(app)
    assert visitor.kernel
    return visitor


def test_it_says_what_where_and_how_to_stop(app: App) -> None:
    address = re.escape(app.url)
    expected = rf"The Encoder-decoder designer is at\n\n    {address}\n\nCtrl-C here stops it\.\n"
    assert re.fullmatch(expected, app.log)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", app.url)


def test_the_page_names_itself_and_fetches_nothing_from_elsewhere(app: App, page: Visitor) -> None:
    html = page.html
    with urllib.request.urlopen(f"{app.base}login", timeout=LIMIT) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "http" not in policy.replace("'self' ws://127.0.0.1", "")
    assert "<title>Encoder-decoder designer</title>" in html
    sources = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', html)
    assert sources
    assert [source for source in sources if urlsplit(source).netloc] == []


def test_only_the_token_opens_the_page_and_its_cookie_the_kernel(app: App, page: Visitor) -> None:
    api = f"api/kernels/{page.kernel}"
    kernels = len(app.children())

    assert status(app.base) == 302  # to the page that asks for the token
    assert status(app.base + api) == 403
    assert status(f"{app.base}?token=") == 302
    assert status(f"{app.base}{api}?token=guess") == 403
    assert status(f"{app.base}{api}?token={app.token}") == 404, "somebody else's"
    assert status(app.base + api, page.cookies) == 200
    assert len(app.children()) == kernels, "a refused page starts no kernel"

    here = app.base.rstrip("/")
    assert not dial(page.socket, here)
    assert not dial(f"{page.socket}?token=guess", here)
    assert dial(page.socket, here, page.cookies)


def test_a_cookie_does_not_help_another_site_in(app: App, page: Visitor) -> None:
    assert not dial(page.socket, "http://127.0.0.1:9", page.cookies)
    assert not dial(page.socket, "http://elsewhere.invalid", page.cookies)
    assert status(app.url, Host="elsewhere.invalid") == 403


def test_it_listens_on_this_machine_only_and_keeps_its_token_out_of_the_process_list(app: App) -> None:
    process = psutil.Process(app.process.pid)
    listening = {one.laddr.ip for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert not any(app.token in part for part in process.cmdline())


def test_the_kernel_is_this_interpreter_in_the_users_folder(app: App, page: Visitor) -> None:
    kernel = next(one for one in app.children() if page.kernel in " ".join(one.cmdline()))
    assert kernel.cmdline()[0] == sys.executable
    assert Path(kernel.cwd()) == app.folder


def test_two_that_start_at_one_moment_find_ports_of_their_own_and_show_no_browser_their_token(
    tmp_path: Path, app: App
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!{sys.executable}\nimport sys\nprint("opened", *sys.argv[1:], flush=True)\n')
    browser.chmod(0o700)
    two = [App(tmp_path / name, backend="numpy") for name in ("one", "two")]
    for each in two:
        each.folder.mkdir()
        each.command.remove("--no-browser")
        each.environment = {"BROWSER": str(browser)}
    with ExitStack() as stack, ThreadPoolExecutor(2) as both:
        list(both.map(stack.enter_context, two))
        assert len({urlsplit(each.url).port for each in (app, *two)}) == 3
        assert len({each.token for each in (app, *two)}) == 3
        for each in two:
            opened = until(
                lambda each=each: re.search(r"^opened file://(\S+)$", each.log, re.MULTILINE), "a browser"
            )
            page = Path(url2pathname(opened[1]))
            assert html.escape(each.url) in page.read_text()
            assert stat.S_IMODE(page.stat().st_mode) == 0o600
            assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
            assert status(each.base) == 302, "it answers"
    assert [file for each in two for file in (each.folder / "tmp").iterdir()] == []


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run(tmp_path, "--no-browser", "--port", str(port))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith(f"encdec-designer: port {port} is in use")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8866.0", "٣"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    ended = run(tmp_path, f"--port={port}")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith("is not a port: give a whole number from 1 to 65535")


@pytest.mark.parametrize("pages", ["0", "1000", "-1", "many", "2.0"])
def test_what_is_no_number_of_pages_is_refused(tmp_path: Path, pages: str) -> None:
    ended = run(tmp_path, f"--pages={pages}")
    assert ended.returncode == 2
    assert "is not a number of pages: give a whole number from 1 to 999" in ended.stderr


@pytest.mark.parametrize(
    ("absent", "extra"),
    [
        (["voila"], "encdec_widgets[app]"),
        (["jupyterlab"], "encdec_widgets[app]"),
        (["tensorflow", "jax", "torch"], "encdec_widgets[cpu]"),
    ],
)
def test_what_is_not_installed_is_named_in_one_line(tmp_path: Path, absent: list[str], extra: str) -> None:
    ended = run(tmp_path, "--no-browser", code=without(*absent))
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert f'pip install "{extra}"' in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_help_and_version_load_nothing_heavy(tmp_path: Path) -> None:
    heavy = ["voila", "jupyterlab", "jupyter_server", "tornado", "nbformat", "keras", "plotly", "ipywidgets"]
    started = time.monotonic()
    for option in ("--help", "--version"):
        ended = run(tmp_path, option, code=without(*heavy))
        assert ended.returncode == 0, ended.stderr
        assert "encdec-designer" in ended.stdout
    assert time.monotonic() - started < 10, "two starts of Python, generously"


@pytest.mark.parametrize("number", ["0", "99", "-1", "x", "3.0", "١", ""])
def test_what_is_no_lesson_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        _parser().parse_args([f"--lesson={number}"])
    lessons = ", ".join(path.stem for path in lesson_notebooks().values())
    expected = f"there is no lesson {number!r}: give the number of one of {lessons}\n"
    assert capsys.readouterr().err.endswith(expected)


def test_lab_opens_the_way_in_with_copies_of_all_notebooks(tmp_path: Path) -> None:
    folder = tmp_path / "encdec-lessons"
    with App(tmp_path, "--lab") as app:
        assert app.url.startswith(f"{app.base}lab/tree/designer.ipynb?token=")
        assert app.log.startswith(f"JupyterLab in {folder} is at\n")
        for name, notebook in notebooks().items():
            assert (folder / name).read_bytes() == notebook.read_bytes()
            assert status(f"{app.base}api/contents/{name}?token={app.token}") == 200
        assert status(f"{app.base}api/contents") == 403
        with urllib.request.urlopen(app.url, timeout=LIMIT) as answer:
            assert "@jupyterlab/apputils-extension:announcements" in answer.read().decode()
        assert app.stop(signal.SIGINT) == 0
    assert app.log.endswith("Ctrl-C here stops it.\nstopped\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_lesson_is_opened_in_the_folder_that_is_named_and_what_one_has_there_is_kept(
    tmp_path: Path,
) -> None:
    number, notebook = next(iter(lesson_notebooks().items()))
    folder = tmp_path / "für die Übung"
    mine = folder / "designer.ipynb"
    mine.parent.mkdir()
    mine.write_text("{}")
    with App(tmp_path, "--lesson", number, "--folder", "für die Übung") as app:
        assert app.url.startswith(f"{app.base}lab/tree/lessons/{notebook.name}?token=")
        said = app.log.partition("JupyterLab in ")
        assert "designer.ipynb.\n" in said[0]
        assert said[2].startswith(f"{folder} is at\n")
        assert status(f"{app.base}api/contents/lessons/{notebook.name}?token={app.token}") == 200
    assert mine.read_text() == "{}"
    assert not (tmp_path / "encdec-lessons").exists()


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ended = run(tmp_path, "--no-browser", "--folder=mine")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"can't be copied to {tmp_path / 'mine'} (File exists)" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(("option", "status"), [("--lab", 1), ("--lesson=1", 2)])
def test_notebooks_that_are_missing_are_said(tmp_path: Path, option: str, status: int) -> None:
    nowhere = """
from pathlib import Path
from encdec_widgets.lessons import notebooks
notebooks._INSTALLED = notebooks._IN_CLONE = Path("nowhere")
"""
    ended = run(tmp_path, "--no-browser", option, code=nowhere)
    assert (ended.returncode, ended.stdout) == (status, "")
    last = ended.stderr.splitlines()[-1]
    assert last.endswith("install the package again, pip install --force-reinstall encdec_widgets")
