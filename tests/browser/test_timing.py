"""The timing panel in a real browser: where the time goes, on the picture too; a race; stopping; keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen

pytestmark = pytest.mark.tensorflow


def test_blocks_are_timed_and_coloured_and_a_pinned_network_is_raced(
    open_notebook: Callable[..., Screen],
) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    page, root = designer.screen.page, designer.root
    picture = root.locator(".js-plotly-plot")
    stages = designer.colours()

    designer.turn_to("Timing")
    page.get_by_role("checkbox", name="each block too").check()
    page.get_by_role("button", name="Time it").click()
    page.get_by_role("button", name="Timing …").wait_for()
    result = root.locator(".encdec-result")
    result.wait_for()
    expect(page.get_by_role("region", name="times of blocks")).to_contain_text("enc0")
    expect(root.locator(".encdec-timing")).to_contain_text("remainder")
    root.locator(".encdec-figure").last.click()  # the time, which was measured
    times = re.compile(r"\d ms")
    expect(picture).to_contain_text(times)
    assert designer.colours() != stages

    page.get_by_role("button", name="Pin as A").click()
    designer.screen.type("filters", "8")
    expect(picture).not_to_contain_text(times)  # the times were another network's
    page.get_by_role("button", name="Race A and B").click()
    race = root.locator(".encdec-race")
    race.wait_for()
    expect(race).to_contain_text("95 %")
    # The race has measured the network on screen: its time is told, and the one before is no more.
    expect(root.locator(".encdec-timing")).not_to_contain_text("Out of date")


def test_a_timing_is_started_and_stopped_by_keys_alone(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS))
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
