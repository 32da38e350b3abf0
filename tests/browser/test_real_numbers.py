"""Sliders of real numbers on a page: live while they are dragged, and read as the number that they stand for."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until


def test_a_slider_of_real_numbers_is_live_and_told_as_the_number_that_it_stands_for(
    open_notebook: Callable[..., Screen],
) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    handle = designer.row("filters rate").locator(".noUi-handle")
    designer.press_slider("filters rate", "ArrowLeft")
    expect(handle).to_have_attribute("aria-valuetext", "1.9")
    until(lambda: designer.number("filters rate") == "1.9", "the number follows")
    box = handle.bounding_box()
    assert box
    page = designer.screen.page
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 40):
        page.mouse.move(x - step, y)
    until(
        lambda: float(designer.number("filters rate")) < 1.9, "the number follows the hand"
    )  # it is down still
    page.mouse.up()
    designer.settle()
    designer.wait_until_it_agrees()

    # What lies between the ticks stays as it is typed, whatever the slider is shown.
    designer.screen.type("filters rate", "1.55")
    designer.settle()
    designer.screen.type("filters", "20")
    designer.settle()
    assert designer.number("filters rate") == "1.55"
    assert designer.screen.kernel
    assert designer.screen.kernel.value("designer.design.architecture.filters_rate") == 1.55
