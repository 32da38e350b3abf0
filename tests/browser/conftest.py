"""Real-browser tests: a headless Chromium on a real JupyterLab, a real Notebook 7 and the real `encdec-designer`.

`open_notebook(cells)` and `open_app()` give a `Screen`. When the test ends, a screen that asked anything of another
host or put an error on the console fails it; a failed test leaves a picture and the console in its tmp_path.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TypeVar

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import amount, chromium
from tests.browser.kernel import Kernel
from tests.browser.launch import launch
from tests.browser.notebook import end_kernel, load_notebook, run_cells, write_notebook
from tests.browser.page import Screen
from tests.browser.servers import ANSWERED, App, Lab, Notebook, Server

WIDTH, HEIGHT = 1280, 720
SHOWN = 120_000  # milliseconds: a first import of TensorFlow, on a busy machine
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
Theme = Literal["light", "dark"]
AnyServer = TypeVar("AnyServer", bound=Server)
failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[failed] = item.stash.get(failed, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        executable = chromium.find()
    except chromium.NoChromiumError as error:
        if os.environ.get(chromium.VARIABLE):
            pytest.fail(str(error))
        pytest.skip(f"{error} `python -m tests` installs one.")
    expect.set_options(timeout=ANSWERED * 1000)
    with sync_playwright() as playwright:
        browser = launch(playwright, executable)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[type[AnyServer], str], AnyServer]]:
    """`running(Lab, "numpy")`: the server of this class whose kernels have this backend, started once."""
    with ExitStack() as stack:

        @functools.cache
        def server(kind: type[AnyServer], backend: str) -> AnyServer:
            folder = tmp_path_factory.mktemp(f"{kind.__name__}-{backend}")
            return stack.enter_context(kind(folder, backend=backend))

        yield server


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """What kernels compute on: a screen is the same on each backend, and NumPy is there three seconds earlier."""
    needs_gradients_or_time = request.node.get_closest_marker("tensorflow") is not None
    return "tensorflow" if needs_gradients_or_time or amount.EVERYTHING else "numpy"


@pytest.fixture
def jupyterlab(running: Callable[[type[Lab], str], Lab], backend: str) -> Lab:
    return running(Lab, backend)


@pytest.fixture
def notebook7(running: Callable[[type[Notebook], str], Notebook], backend: str) -> Notebook:
    return running(Notebook, backend)


@pytest.fixture
def voila(running: Callable[[type[App], str], App], backend: str) -> App:
    return running(App, backend)


@pytest.fixture
def new_screen(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Theme], Screen]]:
    """Makes empty screens, each a browser of its own (cookies, storage), and judges them at the end."""
    screens: list[Screen] = []

    def make(theme: Theme = "light") -> Screen:
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme)
        context.set_default_timeout(SHOWN)
        screens.append(Screen(context.new_page()))
        return screens[-1]

    yield make
    complaints = [complaint for screen in screens for complaint in screen.complaints()]
    for number, screen in enumerate(screens):
        if complaints or request.node.stash.get(failed, False):
            print(f"kept: {screen.keep(tmp_path, f'screen-{number}')}")
        screen.page.goto("about:blank")  # as closing does: a Voila page ends its kernel
        screen.page.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, new_screen: Callable[[Theme], Screen], tmp_path: Path
) -> Iterator[Callable[..., Screen]]:
    """`open_notebook(cells, theme="light")`: a notebook of these code cells in JupyterLab, every cell run.

    `server="notebook7"` opens it in Notebook 7 instead.
    """
    with ExitStack() as stack:

        def opened(cells: list[str], theme: Theme = "light", server: str = "jupyterlab") -> Screen:
            lab: Lab = request.getfixturevalue(server)
            lab.set("apputils-extension/themes", {"theme": THEMES[theme]})
            name = f"{tmp_path.name}-{len(list(lab.notebooks.iterdir()))}.ipynb"
            write_notebook(lab.notebooks / name, cells)
            screen = new_screen(theme)
            load_notebook(lab, screen, name)
            screen.kernel = stack.enter_context(Kernel(lab.connection_file(run_cells(screen)["kernel"])))
            stack.callback(end_kernel, screen)
            return screen

        yield opened


@pytest.fixture
def open_app(
    request: pytest.FixtureRequest, new_screen: Callable[[Theme], Screen]
) -> Iterator[Callable[..., Screen]]:
    """`open_app(theme="light")`: the page of the real `encdec-designer`, once its widgets are there."""
    server: App = request.getfixturevalue("voila")
    with ExitStack() as stack:

        def opened(theme: Theme = "light") -> Screen:
            screen = new_screen(theme)
            with screen.page.expect_websocket(lambda socket: "/api/kernels/" in socket.url) as socket:
                screen.page.goto(f"{server.url}&theme={theme}")
            screen.page.locator(".jupyter-widgets").first.wait_for()
            identity = re.search(r"/api/kernels/([^/]+)/", socket.value.url)
            assert identity
            screen.kernel = stack.enter_context(Kernel(server.connection_file(identity[1])))
            return screen

        yield opened
