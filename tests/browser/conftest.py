"""Real-browser tests: a headless Chromium on a real JupyterLab, a real Notebook 7 and the real `encdec-designer`.

`open_notebook(cells)` and `open_app()` give a `Screen`. When the test ends, a screen that asked anything of another
host or put an error on the console fails it; a failed test leaves a picture and the console in its tmp_path.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TypeVar

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests import amount, chromium
from tests.browser.app_page import kernel_of_app, show_another_designer
from tests.browser.kernel import Kernel
from tests.browser.launch import launch
from tests.browser.notebook import (
    begin_anew,
    change_theme,
    end_kernel,
    kernel_of,
    load_notebook,
    run_cells,
    write_notebook,
)
from tests.browser.page import Screen
from tests.browser.servers import ANSWERED, App, Lab, Notebook, Server

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}
SHOWN = 240_000  # milliseconds: a first import of TensorFlow, on a busy machine
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


@pytest.fixture(scope="session")
def kept_open(browser: Browser) -> dict[str, Page]:
    """Pages with a running kernel, by their address: of each JupyterLab a notebook, of each app its page in each theme.

    Loading both takes most of the time of a test that is about neither, so the next one begins anew on them.
    """
    return {}


@pytest.fixture
def new_screen(
    browser: Browser, kept_open: dict[str, Page], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Screen]]:
    """Makes screens and judges them at the end.

    Each is a browser of its own (cookies, storage), or shows a ``page`` that an earlier test left open.
    """
    screens: list[Screen] = []

    def make(theme: Theme = "light", page: Page | None = None) -> Screen:
        if page is None:
            context = browser.new_context(viewport=VIEWPORT, color_scheme=theme)
            context.set_default_timeout(SHOWN)
            page = context.new_page()
        screens.append(Screen(page))
        return screens[-1]

    yield make
    complaints = [complaint for screen in screens for complaint in screen.complaints()]
    bad = bool(complaints) or request.node.stash.get(failed, False)
    for number, screen in enumerate(screens):
        if bad:
            print(f"kept: {screen.keep(tmp_path, f'screen-{number}')}")
        if not bad and screen.page in kept_open.values():
            screen.page.set_viewport_size(VIEWPORT)
            for button in ("left", "right"):  # that a test left down
                screen.page.mouse.up(button=button)
            continue
        for address in [address for address, page in kept_open.items() if page is screen.page]:
            del kept_open[address]
        end_kernel(screen)
        screen.page.goto("about:blank")  # as closing does: a Voila page ends its kernel
        screen.page.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest,
    new_screen: Callable[..., Screen],
    kept_open: dict[str, Page],
    tmp_path: Path,
) -> Iterator[Callable[..., Screen]]:
    """`open_notebook(cells, theme="light")`: a notebook of these code cells in JupyterLab, every cell run.

    `server="notebook7"` opens it in Notebook 7 instead. `fresh=True` loads the page and starts a kernel for a test that
    is about one of the two; others may get those of an earlier test, emptied.
    """
    with ExitStack() as stack:

        def opened(
            cells: list[str], theme: Theme = "light", server: str = "jupyterlab", fresh: bool = False
        ) -> Screen:
            lab: Lab = request.getfixturevalue(server)
            stays = server == "jupyterlab" and not fresh
            kept = kept_open.get(lab.url) if stays else None
            screen = new_screen(theme, kept)
            if kept is None:
                lab.set("apputils-extension/themes", {"theme": THEMES[theme]})
                name = f"{tmp_path.name}-{len(list(lab.notebooks.iterdir()))}.ipynb"
                write_notebook(lab.notebooks / name, cells)
                load_notebook(lab, screen, name)
                identity = run_cells(screen)["kernel"]
                screen.kernel = stack.enter_context(Kernel(lab.connection_file(identity)))
            else:
                screen.kernel = stack.enter_context(Kernel(lab.connection_file(kernel_of(screen))))
                begin_anew(screen, cells)
                screen.page.emulate_media(color_scheme=theme)
                change_theme(screen, THEMES[theme])
                run_cells(screen)
            if stays:
                kept_open[lab.url] = screen.page
            return screen

        yield opened


@pytest.fixture
def open_app(
    request: pytest.FixtureRequest, new_screen: Callable[..., Screen], kept_open: dict[str, Page]
) -> Iterator[Callable[..., Screen]]:
    """`open_app(theme="light")`: the page of the real `encdec-designer`, once its widgets are there.

    `fresh=True` loads the page for a test that is about it; others may get that of an earlier test, with a new
    designer.
    """
    server: App = request.getfixturevalue("voila")
    with ExitStack() as stack:

        def opened(theme: Theme = "light", fresh: bool = False) -> Screen:
            address = f"{server.url}&theme={theme}"
            kept = None if fresh else kept_open.get(address)
            screen = new_screen(theme, kept)
            if kept is None:
                screen.page.goto(address)
                screen.page.locator(".encdec").first.wait_for()
            screen.kernel = stack.enter_context(Kernel(server.connection_file(kernel_of_app(screen))))
            if kept is not None:
                show_another_designer(screen)
            if not fresh:
                kept_open[address] = screen.page
            return screen

        yield opened
