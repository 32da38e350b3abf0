"""The timing panel in a real browser: where the time goes, on the picture too; a race; stopping; keys alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen

pytestmark = pytest.mark.tensorflow


def test_blocks_are_timed_and_coloured_and_a_pinned_network_is_raced(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page, root = designer.screen.page, designer.root
    colour = page.get_by_label("colour", exact=True)
    expect(colour.locator("option", has_text="time")).to_have_count(0)
    stages = _colours(designer)

    designer.turn_to("Timing")
    page.get_by_role("checkbox", name="each block too").check()
    page.get_by_role("button", name="Time it").click()
    page.get_by_role("button", name="Timing …").wait_for()
    result = root.locator(".encdec-result")
    result.wait_for()
    expect(page.get_by_role("region", name="times of blocks")).to_contain_text("enc0")
    expect(root.locator(".encdec-timing")).to_contain_text("remainder")
    colour.select_option("time")
    root.get_by_text("no time").wait_for()
    root.get_by_text("of it in").wait_for()
    assert _colours(designer) != stages

    page.get_by_role("button", name="Pin as A").click()
    designer.screen.type("filters", "8")
    expect(colour).to_have_value("stage")  # the times were another network's
    page.get_by_role("button", name="Race A and B").click()
    race = root.locator(".encdec-race")
    race.wait_for()
    expect(race).to_contain_text("95 %")
    expect(root.locator(".encdec-timing")).to_contain_text("Out of date")  # the timing, not the race


def test_a_timing_is_started_and_stopped_by_keys_alone(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    designer.turn_to("Timing")
    start = page.get_by_role("button", name="Time it")
    start.press("Enter")
    page.get_by_role("button", name="Timing …").wait_for()
    assert page.evaluate("() => document.activeElement.textContent") == "Timing …"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(designer.root.locator(".encdec-timing")).to_contain_text("stopped")
    stop = page.get_by_role("button", name="Stop", exact=True).and_(page.locator(".encdec-timing button"))
    expect(stop).to_be_disabled()  # there is nothing to stop, and the keyboard goes on
    page.wait_for_function("() => document.activeElement.textContent === 'Pin as A'")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    designer.root.locator(".encdec-result").wait_for()


def _colours(designer: DesignerPage) -> list[str]:
    boxes = designer.root.locator(".barlayer .point path")
    return [str(boxes.nth(index).evaluate("box => box.style.fill")) for index in range(boxes.count())]
