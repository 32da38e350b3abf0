"""The command `encdec-designer`, as a process: who gets in, what it says, and that nothing of it stays behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import websocket

from tests.browser.servers import App, clean_environment, until

LIMIT = 120  # seconds that any single command may take


def run(folder: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end; `code` runs first in the same process."""
    start = f"{code}\nimport sys\nfrom encdec_widgets.app.cli import main\nsys.exit(main(sys.argv[1:]))"
    environment = clean_environment(folder)
    return subprocess.run(
        [sys.executable, "-c", start, *arguments],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment,
        text=True,
        timeout=LIMIT,
    )


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


def status(url: str, cookies: CookieJar | None = None, **headers: str) -> int:
    """The HTTP status of a GET, with no redirect followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(Stay, urllib.request.HTTPCookieProcessor(cookies))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=LIMIT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return int(refused.code)


def dial(url: str, origin: str, cookie: str | None = None) -> bool:
    """Whether a kernel's websocket lets one in."""
    try:
        websocket.create_connection(url, origin=origin, cookie=cookie, timeout=LIMIT).close()
    except websocket.WebSocketBadStatusException as refused:
        if refused.status_code != 403:
            raise
        return False
    return True


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with App(tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture(scope="module")
def page(app: App) -> tuple[str, str]:
    """The page that the token opens, and the id of its kernel."""
    with urllib.request.urlopen(app.url, timeout=LIMIT) as answer:
        html = answer.read().decode()
        policy = answer.headers["Content-Security-Policy"]
    assert "http" not in policy.replace("'self' ws://127.0.0.1", "")
    kernel = re.search(r'"kernelId": "([^"]+)"', html)
    assert kernel
    return html, kernel[1]


def test_it_says_what_where_and_how_to_stop(app: App) -> None:
    address = re.escape(app.url)
    expected = rf"The Encoder-decoder designer is at\n\n    {address}\n\nCtrl-C here stops it\.\n"
    assert re.fullmatch(expected, app.log)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", app.url)


def test_the_page_names_itself_and_fetches_nothing_from_elsewhere(page: tuple[str, str]) -> None:
    html, _ = page
    assert "<title>Encoder-decoder designer</title>" in html
    sources = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', html)
    assert sources
    assert [source for source in sources if urlsplit(source).netloc] == []


def test_only_the_token_opens_the_page_and_the_kernel(app: App, page: tuple[str, str]) -> None:
    _, kernel = page
    api, channels = f"api/kernels/{kernel}", f"api/kernels/{kernel}/channels"
    kernels = len(app.children())

    assert status(app.base) == 302  # to the page that asks for the token
    assert status(app.base + api) == 403
    assert status(f"{app.base}?token=") == 302
    assert status(f"{app.base}{api}?token=guess") == 403
    assert status(f"{app.base}{api}?token={app.token}") == 200
    assert status(app.base + api, Authorization=f"token {app.token}") == 200
    assert len(app.children()) == kernels, "a refused page starts no kernel"

    here, socket_url = app.base.rstrip("/"), app.base.replace("http", "ws") + channels
    assert not dial(socket_url, here)
    assert not dial(f"{socket_url}?token=guess", here)
    assert dial(f"{socket_url}?token={app.token}", here)


def test_a_cookie_does_not_help_another_site_in(app: App, page: tuple[str, str]) -> None:
    _, kernel = page
    cookies = CookieJar()
    assert status(f"{app.base}api/kernels/{kernel}?token={app.token}", cookies) == 200
    assert status(f"{app.base}api/kernels/{kernel}", cookies) == 200, "the token became a cookie"
    cookie = "; ".join(f"{one.name}={one.value}" for one in cookies)
    socket_url = f"{app.base.replace('http', 'ws')}api/kernels/{kernel}/channels"
    assert dial(socket_url, app.base.rstrip("/"), cookie)
    assert not dial(socket_url, "http://127.0.0.1:9", cookie)
    assert not dial(socket_url, "http://elsewhere.invalid", cookie)
    assert status(app.url, Host="elsewhere.invalid") == 403


def test_it_listens_on_this_machine_only_and_keeps_its_token_out_of_the_process_list(app: App) -> None:
    process = psutil.Process(app.process.pid)
    listening = {one.laddr.ip for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert not any(app.token in part for part in process.cmdline())


def test_the_kernel_is_this_interpreter_in_the_users_folder(app: App, page: tuple[str, str]) -> None:
    kernel = next(one for one in app.children() if page[1] in " ".join(one.cmdline()))
    assert kernel.cmdline()[0] == sys.executable
    assert Path(kernel.cwd()) == app.folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_its_kernels_and_its_folder(tmp_path: Path, number: signal.Signals) -> None:
    with App(tmp_path, "--dark") as app:
        with urllib.request.urlopen(app.url, timeout=LIMIT) as answer:
            assert b"theme-dark" in answer.read()
        children = app.children()
        assert children
        assert app.stop(number) == 0
        until(lambda: not any(child.is_running() for child in children), "the kernels' end")
        assert app.log.endswith("Ctrl-C here stops it.\nstopped\n")
        assert list((tmp_path / "tmp").iterdir()) == []
        assert not list((tmp_path / "config").rglob("*.json"))


def test_a_signal_while_it_starts_is_as_quiet(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.wait_started = lambda: None  # type: ignore[method-assign]
    with app:
        until(lambda: list((tmp_path / "tmp").glob("encdec-designer-*")), "its folder", LIMIT)
        assert app.stop(signal.SIGINT) == 0
    assert app.log.endswith("stopped\n")
    assert "Traceback" not in app.log
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_finds_another_port_when_the_usual_one_is_taken(tmp_path: Path, app: App) -> None:
    with App(tmp_path) as second:
        assert urlsplit(second.url).port != urlsplit(app.url).port
        assert second.token != app.token


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


def test_lab_opens_the_notebooks_of_the_clone(tmp_path: Path) -> None:
    package = tmp_path / "clone/encdec_widgets"
    package.mkdir(parents=True)
    notebooks = package.parent / "notebooks"
    # A package elsewhere stands in for a clone, so that this does not depend on which notebooks there are.
    elsewhere = f"import encdec_widgets; encdec_widgets.__file__ = {str(package / '__init__.py')!r}"
    ended = run(tmp_path, "--lab", "--no-browser", code=elsewhere)
    assert ended.returncode == 1
    assert str(notebooks) in ended.stderr
    assert ended.stderr.count("\n") == 1

    notebooks.mkdir()
    app = App(tmp_path, "--lab")
    start = f"{elsewhere}\nimport sys\nfrom encdec_widgets.app.cli import main\nsys.exit(main(sys.argv[1:]))"
    app.command = [sys.executable, "-c", start, "--no-browser", "--lab"]
    with app:
        assert app.url.startswith(f"{app.base}lab?token=")
        assert f"JupyterLab in {notebooks}" in app.log
        assert status(f"{app.base}api/contents") == 403
        with urllib.request.urlopen(app.url, timeout=LIMIT) as answer:
            assert "@jupyterlab/apputils-extension:announcements" in answer.read().decode()
        assert app.stop(signal.SIGINT) == 0
    assert app.log.endswith("Ctrl-C here stops it.\nstopped\n")
    assert list((tmp_path / "tmp").iterdir()) == []
