"""A designer that meets other designers, other tabs and kernels that stop, restart or were never there."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
from playwright.sync_api import Browser, expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.notebook import load_notebook, run_cells
from tests.browser.page import Screen
from tests.browser.saved import (
    KERNEL,
    NOT_FOUND,
    choose_no_kernel,
    command,
    hides_the_error,
    save,
    shows_the_still,
    still_in,
    without_kernel,
)
from tests.browser.servers import Lab, until

START = [1, 16, 32, 64, 128, 128, 256, 256, 128, 64, 32]
WIDER = [1, 17, 34, 68, 136, 136, 272, 272, 136, 68, 34]
WIDEST = [1, 18, 36, 72, 144, 144, 288, 288, 144, 72, 36]
SMALL, SMALLER = [1, 8, 16, 16, 16], [1, 7, 14, 14, 14]

SEVERAL = [
    """
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder, UNet
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock
one = Designer()
one
""",
    "two = Designer(Design(UNet(filters=8, down_blocks=2, up_blocks=1, middle_block=False), (64, 64, 1)))\ntwo",
    "one",
]
# A build that takes as long as one wishes, in the background and in a cell.
SLOW = """
import time
naps, begun = [0], []

class Slow(SimpleConvBlock):
    def make_block(self, *arguments, **more):
        begun.append(self)
        time.sleep(naps[0])
        return super().make_block(*arguments, **more)

slow = Designer(Design(CustomEncoderDecoder(encoder=(Slow(filters=4),)), (64, 64, 1)))
slow
"""
# The broken chains that ipywidgets draws on each widget, and what can be used of the designer.
_STATE = """root => ({
    chains: [root, ...root.querySelectorAll('*')].filter(part =>
        part.classList.contains('jupyter-widgets-disconnected')
        && getComputedStyle(part, '::before').content !== 'none').length,
    usable: [...root.querySelectorAll('input, button, select, [tabindex]')].filter(part =>
        part.getClientRects().length && !part.closest('[inert]')).length,
})"""
GONE = "The kernel that drew this has gone."
# Notebook 7.6.5 itself, with any notebook, also an empty one.
NOTEBOOK_7 = r"uncaught: Cannot read properties of undefined \(reading 'schema'\)"

# Jupyter's client, when a page is left just as it reconnects to a kernel that was restarted for a dead one.
CUT_OFF = r"uncaught: Kernel connection disconnected"
# A Voila page that is left asks for its kernel's end; a kernel that died meanwhile may make the server answer so.
ENDED_ALREADY = r"status of 500 .*/voila/api/shutdown/"


def view_of(designer: DesignerPage) -> list[list[float]]:
    """Which part of the picture is seen: the ranges of its axes."""
    found: list[list[float]] = designer.root.locator(".js-plotly-plot").evaluate(
        "plot => [plot._fullLayout.xaxis, plot._fullLayout.yaxis].map(axis => axis.range.map(Math.round))"
    )
    return found


def test_several_designers_views_and_tabs_in_one_notebook(
    open_notebook: Callable[..., Screen], new_screen: Callable[[], Screen], jupyterlab: Lab
) -> None:
    screen = open_notebook(SEVERAL, fresh=True)
    first, second, again = (DesignerPage(screen, number) for number in range(3))
    assert (first.boxes(), second.boxes(), again.boxes()) == (START, SMALL, START)

    # The same designer twice: both follow, whichever is edited. The other one stays.
    first.press_slider("filters", "ArrowRight")
    for view in (first, again):
        view.wait_for_boxes(WIDER)
    again.press_slider("filters", "ArrowRight")
    for view in (first, again):
        view.wait_for_boxes(WIDEST)
        assert view.number("filters") == "18"
    assert second.boxes() == SMALL

    # Each view has a zoom of its own, which edits in the other one leave.
    whole = view_of(again)
    first.root.locator(".encdec-boxes").press("+")
    until(lambda: view_of(first) != whole, "the first view is zoomed")
    zoomed = view_of(first)
    again.press_slider("filters", "ArrowLeft")
    for view in (first, again):
        view.wait_for_boxes(WIDER)
    assert (view_of(first), view_of(again)) == (zoomed, whole)
    again.press_slider("filters", "ArrowRight")
    for view in (first, again):
        view.wait_for_boxes(WIDEST)
    second.press_slider("filters", "ArrowLeft")
    second.wait_for_boxes(SMALLER)
    assert (first.boxes(), again.boxes()) == (WIDEST, WIDEST)

    # A second tab on the same notebook and kernel: what is edited in one is seen in the other.
    notebook = save(screen, jupyterlab)
    tab = new_screen()
    load_notebook(jupyterlab, tab, notebook.name)
    there = DesignerPage(tab)
    there.wait_for_boxes(WIDEST)
    there.press_slider("filters", "ArrowLeft")
    for view in (there, first, again):
        view.wait_for_boxes(WIDER)
    first.press_slider("filters", "ArrowLeft")
    for view in (first, there):
        view.wait_for_boxes(START)
        assert view.number("filters") == "16"

    # A cell that is run again has a designer of its own; the old one goes on where it is still shown.
    first.press_slider("filters", "ArrowRight")
    again.wait_for_boxes(WIDER)
    screen.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0 }")
    command(screen, "notebook:run-cell")
    first = DesignerPage(screen)
    first.wait_for_boxes(START)
    first.press_slider("filters", "ArrowRight", "ArrowRight")
    first.wait_for_boxes(WIDEST)
    assert again.boxes() == WIDER
    again.press_slider("filters", "ArrowLeft")  # though a view of its picture has gone
    again.wait_for_boxes(START)
    assert first.boxes() == WIDEST


def test_an_interrupted_kernel_has_a_designer_that_works(open_notebook: Callable[..., Screen]) -> None:
    screen = open_notebook([*SEVERAL[:1], SLOW], fresh=True)
    assert screen.kernel
    designer = DesignerPage(screen, 1)

    # While nothing happens.
    screen.page.evaluate(f"() => {KERNEL}.session.kernel.interrupt()")
    DesignerPage(screen).press_slider("filters", "ArrowRight")
    DesignerPage(screen).wait_for_boxes(WIDER)

    # While a cell builds.
    screen.kernel.run("naps[0] = 20")
    error = screen.page.evaluate(
        f"""async () => {{
            const kernel = {KERNEL}.session.kernel;
            const request = kernel.requestExecute({{code: "slow.set('encoder[0].filters', 9)"}});
            setTimeout(() => kernel.interrupt(), 1000);
            return (await request.done).content.ename;
        }}"""
    )
    assert error == "KeyboardInterrupt"
    assert designer.boxes() == [1, 4]
    screen.kernel.run("naps[0] = 0\nslow.set('encoder[0].filters', 6)")
    designer.wait_for_boxes([1, 6])

    # While a build is under way in the background.
    screen.kernel.run("naps[0] = 2\nbegun.clear()")
    designer.turn_to("Input & head")
    screen.type("channels", "2", within=designer.root)
    until(lambda: screen.kernel and screen.kernel.value("len(begun)"), "the build has begun")
    screen.page.evaluate(f"() => {KERNEL}.session.kernel.interrupt()")
    screen.kernel.run("naps[0] = 0")
    screen.type("channels", "3", within=designer.root)
    designer.wait_for_boxes([3, 6])


def test_a_kernel_that_went_and_a_notebook_without_one(
    open_notebook: Callable[..., Screen], jupyterlab: Lab, browser: Browser
) -> None:
    screen = open_notebook(CELLS, fresh=True)
    designer = DesignerPage(screen)
    assert designer.root.evaluate(_STATE)["usable"] > 10
    expect(screen.page.locator(".encdec-still")).to_be_hidden()

    # Its keys are not the notebook's, for which "d", "d" deletes the cell.
    designer.press_slider("filters", "d", "d", "ArrowRight")
    designer.wait_for_boxes(WIDER)

    # Restarted: it says so, once, and can't be used; the cell run again works.
    screen.page.evaluate(f"() => {KERNEL}.session.kernel.restart()")
    gone = designer.root.locator(".encdec-gone").filter(has_text=GONE)
    expect(gone).to_have_text(f"{GONE} Run this cell again.")
    assert designer.root.evaluate(_STATE) == {"chains": 0, "usable": 0}
    run_cells(screen)
    designer = DesignerPage(screen)
    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    expect(gone).to_have_count(0)

    # Shut down, which ipywidgets does not notice.
    notebook = save(screen, jupyterlab)
    screen.page.evaluate(f"() => {KERNEL}.shutdown()")
    expect(gone).to_have_text(f"{GONE} Run this cell again.")
    assert designer.root.evaluate(_STATE)["usable"] == 0

    # Opened again: with another kernel, with none, and by somebody who doesn't trust it.
    screen.allowed_errors.append(NOT_FOUND)
    load_notebook(jupyterlab, screen, notebook.name)
    shows_the_still(screen.page)
    hides_the_error(screen.page)
    screen.page.evaluate(f"() => {KERNEL}.shutdown()")
    unnamed = without_kernel(notebook, trusted_by=jupyterlab, language=True)
    load_notebook(
        jupyterlab, screen, unnamed.name
    )  # of which JupyterLab starts the only kernel of its language
    shows_the_still(screen.page)
    hides_the_error(screen.page)
    screen.page.evaluate(f"() => {KERNEL}.shutdown()")
    untrusted = without_kernel(notebook, trusted_by=None, language=False)
    load_notebook(jupyterlab, screen, untrusted.name)  # of no language: JupyterLab asks
    choose_no_kernel(screen)
    shows_the_still(screen.page)
    screen.page.goto("about:blank")

    # Without any script, as a page that shows notebooks would have it.
    page, svg = still_in(notebook)
    assert len(page) < 60_000
    # It is brought up to date once the edits rest.
    assert any(all(f">{channels}</text>" in svg for channels in boxes) for boxes in (START, WIDER))
    plain = Screen(browser.new_context(java_script_enabled=False).new_page())
    plain.page.set_content(page)
    expect(plain.page.locator("p")).to_contain_text("parameters. Run this cell again to edit it.")
    box = plain.page.get_by_role("img", name="parameters").bounding_box()
    plain.page.context.close()
    assert box
    assert box["height"] > 200
    assert not plain.complaints()


HOSTILE = """
import attrs
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import CustomEncoderDecoder
from encdec_widgets.architectures.encoder_decoder import SimpleConvBlock, SimpleUpsamplingBlock

bad = '''<img src=x onerror="document.title='pwned'">'''
Bad = type(bad, (SimpleConvBlock,), {})
Family = type(bad, (CustomEncoderDecoder,), {})
encoder = [Bad(filters=4), Bad(filters=4)]
designer = Designer(Design(Family(encoder=encoder, decoder=[SimpleUpsamplingBlock()]), (64, 64, 1)))
designer
"""
_TAG = """<img src=x onerror="document.title='pwned'">"""


def test_text_from_a_user_is_shown_as_text(open_notebook: Callable[..., Screen], jupyterlab: Lab) -> None:
    screen = open_notebook([HOSTILE], fresh=True)
    designer = DesignerPage(screen)
    assert screen.kernel
    assert screen.kernel.value("designer.problem is None")
    title = screen.page.title()
    expect(designer.root).to_contain_text(_TAG)
    for box in designer.root.locator(".barlayer .point path").all():
        box.hover(force=True)
    screen.kernel.run("designer.set(bad, bad)\ndesigner.set('stacks', bad)")
    expect(designer.root.locator(".encdec-problems .encdec-error").last).to_contain_text(
        "Received: stacks='<img src=x"
    )
    assert screen.page.locator(".encdec img").count() == 0
    assert screen.page.title() == title

    screen.page.mouse.move(0, 0)  # plotly tells the kernel when the mouse leaves it, also one that has gone
    notebook = save(screen, jupyterlab)
    page, svg = still_in(notebook)
    assert re.findall(r"<(\w+)", page) == ["div", "style", "p", "strong", "img"]
    assert "<img" not in svg
    screen.allowed_errors.append(NOT_FOUND)
    screen.page.evaluate(f"() => {KERNEL}.shutdown()")
    load_notebook(jupyterlab, screen, notebook.name)
    shows_the_still(screen.page)
    expect(screen.page.locator(".encdec-still")).to_contain_text(_TAG)
    assert "pwned" not in screen.page.title()


def test_notebook_7(open_notebook: Callable[..., Screen]) -> None:
    screen = open_notebook(CELLS, server="notebook7")
    screen.allowed_errors.append(NOTEBOOK_7)
    designer = DesignerPage(screen)
    assert designer.boxes() == START
    expect(screen.page.locator(".encdec-still")).to_be_hidden()
    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    designer.wait_until_it_agrees()
    designer.press_slider("filters", "d", "d", "ArrowLeft")  # "d", "d" of the notebook deletes a cell
    designer.wait_for_boxes(START)
    designer.wait_until_the_picture_fits()
    assert screen.scrolls_sideways() == []
    screen.page.evaluate(f"() => {KERNEL}.shutdown()")
    expect(designer.root.locator(".encdec-gone")).to_have_text(f"{GONE} Run this cell again.")


def test_the_app_whose_kernel_died_says_what_to_do(open_app: Callable[..., Screen]) -> None:
    screen = open_app(fresh=True)
    screen.allowed_errors.extend((CUT_OFF, ENDED_ALREADY))
    designer = DesignerPage(screen)
    assert screen.kernel
    psutil.Process(screen.kernel.value("__import__('os').getpid()")).kill()
    expect(designer.root.locator(".encdec-gone")).to_have_text(f"{GONE} Reload this page.")
    screen.page.reload()
    DesignerPage(screen).wait_for_boxes(START)


MISSED = "Error displaying widget: model not found"  # Jupyter's own words


def test_the_app_whose_widget_was_missed_loads_its_page_again(open_app: Callable[..., Screen]) -> None:
    scripts = (Path(sys.prefix) / "share/jupyter/labextensions/@jupyter-widgets").rglob("*.js")
    assert any(MISSED in script.read_text(encoding="utf-8") for script in scripts)
    screen = open_app(fresh=True)
    screen.allowed_errors.extend((CUT_OFF, ENDED_ALREADY))
    loads: list[str] = []
    screen.page.on("framenavigated", lambda frame: loads.append(frame.url))
    # As if it had been missed each time: the place of a widget says so once the page is there, before the designer is.
    screen.page.add_init_script(
        f"""document.addEventListener("DOMContentLoaded", () => {{
            const before = new MutationObserver(() => {{
                if (document.getElementById("loading")?.style.display === "flex") return;
                before.disconnect();
                const place = document.createElement("div");
                place.className = "jupyter-widgets";
                place.textContent = {MISSED!r};
                document.body.append(place);
            }});
            before.observe(document.body, {{ attributes: true, childList: true, subtree: true }});
        }});"""
    )
    screen.page.reload(wait_until="commit")
    expect(screen.page.locator("#loading")).to_contain_text("Reload this page")
    assert len(loads) == 3
