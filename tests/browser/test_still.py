"""The still picture of a designer: seen wherever the designer itself is not drawn, and nowhere beside it."""

from __future__ import annotations

from collections.abc import Callable

from nbconvert import HTMLExporter
from playwright.sync_api import Browser, expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.notebook import load_notebook, run_cells
from tests.browser.page import Screen
from tests.browser.saved import (
    KERNEL,
    NOT_FOUND,
    choose_no_kernel,
    command,
    save,
    shows_the_still,
    without_kernel,
)
from tests.browser.servers import Lab

# Counts the frames from now on, and those in which a still picture and a designer are seen.
_COUNT_FRAMES = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].some(
        part => part.checkVisibility({ visibilityProperty: true }) && part.offsetHeight > 0);
    window.frames = { all: 0, designer: 0, both: 0 };
    const look = () => {
        const [still, designer] = [seen(".encdec-still"), seen(".encdec")];
        frames.all += 1;
        frames.designer += designer;
        frames.both += still && designer;
        requestAnimationFrame(look);
    };
    look();
}"""


def test_it_is_seen_where_the_designer_is_not_drawn_and_nowhere_both(
    open_notebook: Callable[..., Screen], jupyterlab: Lab, browser: Browser
) -> None:
    screen = open_notebook(CELLS[:1], fresh=True)
    page = screen.page
    designer = DesignerPage(screen)
    still = page.locator(".encdec-still")
    expect(still).to_be_hidden()
    page.evaluate(_COUNT_FRAMES)
    command(screen, "notebook:clear-all-cell-outputs")
    run_cells(screen)
    designer = DesignerPage(screen)
    frames = page.evaluate("() => frames")
    assert 0 < frames["designer"] < frames["all"]
    assert frames["both"] == 0
    expect(still).to_be_hidden()

    # In another program: whatever its markup is, a designer that is drawn hides its own picture and no other.
    page.evaluate(
        """() => {
            const place = document.body.appendChild(document.createElement("main"));
            place.style = "position: fixed; inset: 0 auto auto 0; z-index: 9";
            const still = document.querySelector(".encdec-still");
            for (const name of [still.dataset.encdecStill, "another"]) {
                const copy = place.appendChild(still.cloneNode(true));
                copy.querySelector("style").remove();
                copy.dataset.encdecStill = name;
            }
        }"""
    )
    elsewhere = page.locator("main > .encdec-still")
    expect(elsewhere.first).to_be_hidden()
    expect(elsewhere.last).to_be_visible()
    notebook = save(screen, jupyterlab)
    command(screen, "notebook:clear-all-cell-outputs")
    expect(designer.root).to_have_count(0)
    expect(elsewhere.first).to_be_visible()

    # JupyterLab, trusted and without a kernel: it says "Loading widget..." for ever.
    screen.allowed_errors.append(NOT_FOUND)
    page.evaluate(f"() => {KERNEL}.shutdown()")
    load_notebook(jupyterlab, screen, without_kernel(notebook, jupyterlab, language=False).name)
    choose_no_kernel(screen)
    shows_the_still(page)
    page.goto("about:blank")

    # A page that nbconvert has made, as nbviewer's are: with scripts, of which those from other hosts don't come,
    # without scripts, and on paper.
    exported = notebook.with_suffix(".html")
    exported.write_text(HTMLExporter().from_filename(str(notebook))[0], encoding="utf-8")
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts)
        context.route("http*://**", lambda route: route.abort())
        plain = context.new_page()
        plain.goto(exported.as_uri())
        assert plain.locator(".encdec-still").is_visible(), "at once"
        shows_the_still(plain)
        plain.emulate_media(media="print")
        expect(plain.locator(".encdec-still img")).to_be_visible()
        context.close()
