"""A lesson where no JupyterLab draws it: on a page of Voila, and in a notebook that is opened without a kernel."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Route, expect

from encdec_widgets.lessons.screen.lesson_fallback import HIDDEN
from tests.browser.conftest import SHOWN, VIEWPORT
from tests.browser.designer_page import DesignerPage
from tests.browser.lesson_page import guess, lesson_cell, lesson_of
from tests.browser.notebook import load_notebook
from tests.browser.page import HERE, Screen
from tests.browser.saved import KERNEL, NOT_FOUND, choose_no_kernel, save, without_kernel
from tests.browser.servers import Lab, until
from tests.browser.voila import Voila

OF_VOILA = ("net::ERR_FAILED", "The getter for the shared module is not a function")
"""What the console says of Voila's own page: it asks another host for icons, and loads all extensions of JupyterLab."""


def _stop_others(route: Route) -> None:
    if urlsplit(route.request.url).hostname in HERE:
        route.continue_()
    else:
        route.abort()


def test_a_lesson_on_a_page_of_voila_goes_from_the_guess_to_the_code(
    browser: Browser, tmp_path: Path
) -> None:
    with Voila(tmp_path, [lesson_cell("on-voila")], backend="numpy") as voila:
        context = browser.new_context(viewport=VIEWPORT)
        context.set_default_timeout(SHOWN)
        page = context.new_page()
        page.route("**/*", _stop_others)
        screen = Screen(page)
        page.goto(voila.url)
        lesson = lesson_of(page)
        panel = lesson.locator(".encdec-lesson-panel")
        expect(lesson.locator(".encdec-lesson-card")).to_have_text(HIDDEN)
        expect(page.locator(".encdec-still")).to_be_hidden()
        guess(lesson, "20 k")
        panel.get_by_role("button", name="Next: 2 Goal").click()
        designer = DesignerPage(screen)
        expect(designer.root.locator(".encdec-figures")).to_be_visible()
        box = designer.root.get_by_label("down blocks", exact=True)
        box.fill("2")
        box.press("Enter")
        expect(panel.get_by_role("button", name="2 Goal, done")).to_be_visible()
        panel.get_by_role("button", name="Code, done").click()
        code = panel.get_by_label("Your code, to hand in")
        expect(code).to_be_visible()
        assert code.input_value().startswith("on-voila ✓ ")
        assert list((tmp_path / ".encdec-lessons").iterdir()), "what was done is kept beside the notebook"
        assert [error for error in screen.errors if not any(own in error for own in OF_VOILA)] == []
        context.close()


def _still_of(notebook: Path) -> str:
    """The HTML of the still that is saved with the first cell."""
    outputs = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["outputs"]
    return "".join(outputs[0]["data"]["text/html"])


def test_a_notebook_that_is_opened_without_a_kernel_shows_the_lessons_still_picture(
    open_notebook: Callable[..., Screen], jupyterlab: Lab
) -> None:
    screen = open_notebook([lesson_cell("still")], fresh=True)
    page = screen.page
    lesson = lesson_of(page)
    expect(page.locator(".encdec-still")).to_be_hidden()
    before = _still_of(save(screen, jupyterlab))
    assert HIDDEN in before
    assert "<img" not in before, "no picture before the guess"
    guess(lesson, "20 k")
    until(lambda: "<img" in _still_of(save(screen, jupyterlab)), "the picture is saved with the notebook")
    notebook = save(screen, jupyterlab)

    screen.allowed_errors.append(NOT_FOUND)
    page.evaluate(f"() => {KERNEL}.shutdown()")
    load_notebook(jupyterlab, screen, without_kernel(notebook, jupyterlab, language=False).name)
    choose_no_kernel(screen)
    still = page.locator(".encdec-still")
    expect(still).to_be_visible()
    expect(still).to_contain_text("still: Levels. What does a level do?")
    expect(still).to_contain_text("Run this cell again to go on.")
    until(lambda: still.locator("img").evaluate("image => image.naturalWidth > 0"), "the picture")
