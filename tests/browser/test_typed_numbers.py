"""Real numbers stay as they were typed, and their sliders are moved by a person alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen


def test_a_number_of_the_network_stays_as_it_was_typed(open_notebook: Callable[..., Screen]) -> None:
    """Also when it lies between the steps of the slider, or beyond its ends."""
    designer = DesignerPage(open_notebook(CELLS[:1]))
    page = designer.screen.page
    undo = designer.undo
    for number in ("1.55", "1.7", "0.95", "3.05", "1.4999"):
        designer.screen.type("filters rate", number)
        designer.settle()
        expect(undo).to_have_attribute("title", re.compile(f"Undo: filters rate .* to {number}$"))
        assert designer.number("filters rate") == number
        undo.click()  # each by itself: numbers in quick succession are one step
        expect(undo).to_be_disabled()
        expect(page.get_by_label("filters rate", exact=True)).to_have_value("2")
    designer.wait_until_it_agrees()


def test_the_budget_of_a_timing_stays_as_it_was_typed_or_is_refused(
    open_notebook: Callable[..., Screen],
) -> None:
    """Also when its slider is drawn anew, which puts it on its grid again."""
    designer = DesignerPage(open_notebook(CELLS[:1]))
    designer.turn_to("Timing")
    timing = designer.root.locator(".encdec-timing")
    fold = timing.locator(".encdec-fold")
    fold.click()
    refused = timing.locator(".encdec-error")

    for number in ("5", "2.55", "0.05", "20", "30", "600", "0.01"):
        designer.screen.type("budget", number)
        designer.settle()
        assert designer.number("budget") == number
        fold.click()
        fold.click()
        designer.settle()
        assert designer.number("budget") == number
        expect(refused).to_have_count(0)
    for number in ("0", "700", "0.005"):
        designer.screen.type("budget", number)
        designer.settle()
        assert designer.number("budget") == number
        expect(refused).to_contain_text("budget_s must be a number from 0.01 to 600.")
        expect(designer.row("budget")).to_have_class(re.compile("encdec-bad"))
        designer.screen.type("budget", "5")
        expect(refused).to_have_count(0)


def test_the_slider_of_a_real_number_goes_by_tenths(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS[:1]))
    page = designer.screen.page
    number = page.get_by_label("filters rate", exact=True)
    undo = designer.undo

    for keys, value in (
        (["ArrowLeft"], "1.9"),
        (["ArrowLeft"] * 6, "1.3"),
        (["ArrowRight"] * 4, "1.7"),
        (["Home"], "1"),
        (["ArrowRight"] * 3, "1.3"),
        (["End"], "3"),
        (["ArrowLeft"], "2.9"),
    ):
        designer.press_slider("filters rate", *keys)
        expect(number).to_have_value(value)
    designer.screen.type("filters rate", "1.55")
    expect(designer.row("filters rate").locator(".noUi-handle")).to_have_attribute("aria-valuetext", "1.6")
    designer.press_slider("filters rate", "ArrowRight", "ArrowRight", "ArrowLeft")
    expect(number).to_have_value("1.7")
    designer.settle()
    expect(undo).to_have_attribute("title", re.compile("Undo: filters rate .* to 1.7$"))
    before = undo.get_attribute("title") or ""

    handle = designer.row("filters rate").locator(".noUi-handle").bounding_box()
    track = designer.row("filters rate").locator(".noUi-base").bounding_box()
    assert handle
    assert track
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.up()
    designer.settle()
    expect(undo).to_have_attribute("title", before)  # a click that moves nothing
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.5, y, steps=10)
    page.mouse.move(track["x"] + track["width"] * 0.3, y, steps=10)
    page.mouse.up()
    expect(undo).to_have_attribute("title", re.compile("Undo: filters rate 1.7 to 1.6$"))
    expect(number).to_have_value("1.6")
    designer.screen.type("filters rate", "2")
    expect(number).to_have_value("2")
    designer.wait_until_it_agrees()
