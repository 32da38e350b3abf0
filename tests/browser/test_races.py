"""Pinned designs raced, and advised designs timed, in a real browser: by keys alone, with real timings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import ANSWERED
from tests.browser.test_compare_and_advise import no_violations

pytestmark = pytest.mark.tensorflow


def test_all_pinned_are_raced_by_keys_alone_and_stop_ends_it(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app("light"))
    page, root = designer.screen.page, designer.root
    root.get_by_role("button", name=re.compile("^Compare")).press("Enter")
    race = root.locator(".encdec-compare").get_by_role("button", name=re.compile("^(Race|Racing)"))
    stop = root.locator(".encdec-compare").get_by_role("button", name="Stop", exact=True)
    expect(race).to_be_disabled()
    root.get_by_role("button", name="Pin this design").press("Enter")
    root.get_by_label("Preset to pin").select_option("SLEAP medium top-down")
    root.get_by_role("button", name="Pin preset").press("Enter")
    expect(race).to_have_text(re.compile(r"Race 2 pinned: \d+ s or more"))
    expect(race).to_be_enabled()

    race.press("Enter")
    expect(root.get_by_role("progressbar", name="How far the race is")).to_be_visible()
    expect(stop).to_be_focused()  # the button that began it is disabled meanwhile
    no_violations(designer)
    page.keyboard.press("Enter")
    expect(root.locator(".encdec-compare")).to_contain_text("The measurement was stopped.")
    expect(stop).to_be_disabled()
    expect(race).to_be_focused()

    race.press("Enter")
    table = root.get_by_role("region", name="Designs that are compared")
    time = table.get_by_role("row", name=re.compile("^Time of a run"))
    expect(time).to_contain_text(
        re.compile(r"ms.*× [\d.]+ \(95 %: [\d.]+ to [\d.]+\)"), timeout=ANSWERED * 1000
    )
    expect(root.locator(".encdec-compare-notices")).to_contain_text("Raced in turn on CPU: compared with")
    no_violations(designer)
    for width, height in ((1280, 720), (934, 650), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        sizes = root.locator(".encdec-compare-bar").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert sizes[0] <= sizes[1] + 1, (width, sizes)


def test_advised_designs_are_timed_by_keys_alone(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app("dark"))
    page, root = designer.screen.page, designer.root
    designer.turn_to("Advise")
    advise = root.locator(".encdec-advise")
    advise.get_by_label("family").select_option("U-Net")
    time = advise.get_by_role("button", name=re.compile("^(Time the|Timing)"))
    expect(time).to_be_hidden()
    advise.get_by_role("button", name="Advise", exact=True).press("Enter")
    expect(time).to_have_text(re.compile(r"Time the \d designs?: \d+ s or more"))
    stop = advise.get_by_role("button", name="Stop", exact=True)

    time.press("Enter")
    expect(advise).to_contain_text(re.compile(r"Timing design 1 of \d"))
    stop.press("Enter")
    expect(advise).to_contain_text("The timing was stopped.")
    expect(time).to_be_enabled()

    time.press("Enter")
    expect(advise).to_contain_text(
        re.compile(r"Measured times were .* what was predicted"), timeout=2 * ANSWERED * 1000
    )
    expect(advise).to_contain_text(re.compile(r"Measured: [\d.]+ ms a run"))
    no_violations(designer)
    for width, height in ((1280, 720), (934, 650), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        sizes = advise.evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert sizes[0] <= sizes[1] + 1, (width, sizes)
