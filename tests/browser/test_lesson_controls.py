"""The controls of a lesson in a browser: those that it is not about are locked, or folded behind one button."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.lesson_page import lesson_cell
from tests.browser.page import Screen
from tests.browser.servers import until

LOCKED = "This lesson is about down blocks and filters; the other settings are locked."
CELLS = [
    lesson_cell("locked", 'others="locked", keep=None', asks=False),
    lesson_cell("folded", 'others="folded", keep=None', asks=False),
]


def test_what_a_lesson_is_not_about_is_locked_or_folded_for_the_hand(
    open_notebook: Callable[..., Screen],
) -> None:
    screen = open_notebook(CELLS)
    locked, folded = DesignerPage(screen), DesignerPage(screen, 1)

    expect(locked.root.locator(".encdec-locked")).to_have_text(LOCKED)
    expect(locked.root.get_by_label("filters", exact=True)).to_be_enabled()
    expect(locked.root.get_by_label("kernel size", exact=True)).to_be_disabled()
    slider = locked.row("kernel size").locator(".noUi-target")
    expect(slider).to_have_attribute("disabled", "true")
    before = locked.number("kernel size")
    locked.press_slider("kernel size", "ArrowRight")
    locked.press_slider("filters", "ArrowRight")
    until(lambda: locked.number("filters") == "9", "what the lesson is about goes on")
    assert locked.number("kernel size") == before
    lists = locked.root.locator(".encdec-family select")
    expect(lists).to_have_count(2)
    for each in lists.all():
        expect(each).to_be_disabled()  # a preset changes everything
    found = Axe().run(screen.page, context=".encdec-lesson .encdec-controls").response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    kernel_size = folded.root.get_by_label("kernel size", exact=True)
    expect(kernel_size).to_be_hidden()
    more = folded.root.get_by_role("button", name="More settings")
    more.press("Enter")
    expect(kernel_size).to_be_visible()
    kernel_size.fill("5")
    kernel_size.press("Enter")
    folded.wait_until_it_agrees()
    folded.root.get_by_role("button", name="Fewer settings").press("Enter")
    expect(kernel_size).to_be_hidden()
    assert screen.kernel
    assert screen.kernel.value("designer.design.architecture.kernel_size") == 5

    # What is not possible is seen wherever its control is.
    screen.kernel.run("designer.set('kernel_size', 0)")
    expect(kernel_size).to_be_visible()
    expect(folded.root.locator(".encdec-problems")).to_contain_text("kernel size")
