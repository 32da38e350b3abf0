"""JupyterLab and a headless Chromium for one benchmark: notebooks are opened, run and closed again.

Nothing leaves this machine: Chromium finds no other host.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.traffic import Traffic
from tests.browser.kernel import Kernel
from tests.browser.launch import launch
from tests.browser.notebook import end_kernel, load_notebook, run_cells, write_notebook
from tests.browser.page import Screen
from tests.browser.servers import Lab
from tests.chromium import find_or_install

PATIENCE = 300_000  # milliseconds: seconds of building, on one core that is shared
_SIZE = {"width": 1280, "height": 720}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that knows no other host than this one."""
    with sync_playwright() as playwright:
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        browser = launch(playwright, find_or_install(), nowhere)
        yield browser
        browser.close()


def new_screen(browser: Browser) -> Screen:
    """An empty page, in a context (cookies, storage) of its own."""
    context = browser.new_context(viewport=_SIZE, color_scheme="light")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return Screen(context.new_page())


def close(screen: Screen) -> None:
    """Close the page; one of Voila ends its kernel."""
    screen.page.goto("about:blank")
    screen.page.context.close()


@attrs.frozen
class Notebook:
    """A notebook on a page, run to its last cell.

    Attributes:
        screen: The page.
        kernel: Its kernel, to be asked past the page.
        traffic: What goes to and fro between the two.
    """

    screen: Screen
    kernel: Kernel
    traffic: Traffic


class Bench:
    """A running JupyterLab with a browser before it."""

    def __init__(self, lab: Lab, browser: Browser) -> None:
        self.lab = lab
        self.browser = browser

    @contextmanager
    def loaded(self, cells: list[str]) -> Iterator[tuple[Screen, Traffic]]:
        """A page with a notebook of these cells, which are not run yet; then its kernel is ended."""
        name = f"{len(list(self.lab.notebooks.iterdir()))}.ipynb"
        write_notebook(self.lab.notebooks / name, cells)
        screen = new_screen(self.browser)
        traffic = Traffic(screen.page)  # sees only connections that are made from now on
        load_notebook(self.lab, screen, name)
        yield screen, traffic
        end_kernel(screen)
        close(screen)

    @contextmanager
    def opened(self, cells: list[str]) -> Iterator[Notebook]:
        """A page with a notebook of these cells, all run; then its kernel is ended."""
        with (
            self.loaded(cells) as (screen, traffic),
            Kernel(self.lab.connection_file(run_cells(screen)["kernel"])) as kernel,
        ):
            yield Notebook(screen, kernel, traffic)


@contextmanager
def bench() -> Iterator[Bench]:
    """A JupyterLab and a browser, until the end of the `with`."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Lab(Path(folder) / "lab") as lab,
        chromium() as browser,
    ):
        yield Bench(lab, browser)
