"""`encdec-designer --lesson 1`: the lesson is on the screen, and Shift and Enter show it beside its designer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.page import Screen
from tests.browser.servers import App


def test_a_lesson_opens_in_jupyterlab_and_its_first_cell_shows_it(
    new_screen: Callable[[], Screen], tmp_path: Path
) -> None:
    with App(tmp_path, "--lesson", "1", backend="numpy") as app:
        page = new_screen().page
        page.goto(app.url)
        expect(page.locator(".lm-TabBar-tab.jp-mod-current", has_text=".ipynb")).to_have_text("1-sizes.ipynb")
        expect(page.locator(".jp-Notebook h1").first).to_be_visible()
        files = page.locator(".jp-FileBrowser:visible")
        expect(files).to_have_count(0)  # a designer needs the width
        # JupyterLab forgets a cell that is run before there is a kernel.
        page.locator("#jp-main-statusbar").get_by_text("Python 3 | Idle").wait_for()
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.locator(".jp-OutputArea .encdec-lesson-panel").wait_for()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("tab", name="File Browser").click()
        expect(files).to_have_count(1)
        page.goto("about:blank")  # the page goes before its server, which it would miss aloud
