"""Compare and Advise in a real browser: nothing moves, the keyboard reaches all of it, and axe finds nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen


def no_violations(designer: DesignerPage) -> None:
    """Hold what is on screen against axe's rules."""
    found = Axe().run(designer.screen.page, context=".encdec").response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pin_compare_advise_and_use(open_app: Callable[..., Screen], theme: str) -> None:
    designer = DesignerPage(open_app(theme))
    page, root = designer.screen.page, designer.root
    picture = root.locator(".encdec-picture")
    before = picture.bounding_box()

    # All of it by keyboard: open, pin, pin a preset, take the table away.
    compare = root.get_by_role("button", name=re.compile("^Compare"))
    compare.focus()
    page.keyboard.press("Enter")
    expect(compare).to_have_attribute("aria-expanded", "true")
    pin = root.get_by_role("button", name="Pin this design")
    pin.press("Enter")
    expect(compare).to_have_text("Compare (1)")
    expect(pin).to_be_disabled()
    root.get_by_label("Preset to pin").select_option("LEAP CNN")
    root.get_by_role("button", name="Pin preset").press("Enter")
    table = root.get_by_role("region", name="Designs that are compared")
    expect(table.get_by_role("columnheader")).to_have_count(2)
    expect(table.locator("svg")).to_have_count(2)
    expect(table.get_by_role("row", name=re.compile("^Parameters exact"))).to_contain_text("×")
    no_violations(designer)
    assert picture.bounding_box() == before, "the page does not move when the table opens"
    with page.expect_download() as download:
        root.get_by_role("button", name="CSV", exact=True).press("Enter")
    assert download.value.suggested_filename == "compared-designs.csv"

    # Use, and Undo leads back; Escape gives the keyboard back to the button.
    table.get_by_role("button", name="Use LEAP CNN").press("Enter")
    designer.undo.and_(page.get_by_title("Undo: load LEAP CNN")).wait_for()
    table.get_by_role("button", name="Unpin LEAP CNN").focus()
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    expect(compare).to_be_focused()
    designer.undo.click()

    # Advise: one family, then a design on screen with the scale of its images.
    designer.turn_to("Advise")
    advise = root.locator(".encdec-advise")
    advise.get_by_label("family").select_option("U-Net")
    advise.get_by_role("button", name="Advise", exact=True).press("Enter")
    expect(advise).to_contain_text(re.compile("Chosen from [0-9,]+ designs"))
    # The answer comes into view, and nothing but its column moves.
    expect(advise.get_by_text(re.compile("Chosen from"))).to_be_in_viewport(ratio=1)
    expect(advise.get_by_role("heading", name="Fewest multiply-adds")).to_be_in_viewport()
    assert picture.bounding_box() == before
    assert page.evaluate("scrollY") == 0
    expect(advise.get_by_role("heading", name="Most exact output")).to_be_visible()
    expect(advise.get_by_role("img", name=re.compile("^Cells of"))).to_be_visible()
    no_violations(designer)
    advise.get_by_role("button", name="Use this").first.press("Enter")
    expect(advise.get_by_text(re.compile("On screen: U-Net"))).to_be_in_viewport(ratio=1)
    designer.undo.and_(page.get_by_title(re.compile("Undo: load U-Net"))).wait_for()
    advise.get_by_role("button", name="Pin", exact=True).first.press("Enter")
    expect(compare).to_have_text("Compare (3)")
    expect(advise.get_by_text(re.compile("Pinned as U-Net|pinned already"))).to_be_in_viewport(ratio=1)

    # What is typed stays with its error, whatever else is typed, and a button mends it; fields keep their columns.
    left = {name: advise.get_by_label(name, exact=True).bounding_box()["x"] for name in ("memory", "card")}
    for name, text in (("memory", "a lot"), ("images per second", "quick"), ("batch size", "0")):
        advise.get_by_label(name, exact=True).fill(text)
        advise.get_by_label(name, exact=True).press("Enter")
    expect(advise.locator(".encdec-row .encdec-error")).to_have_count(3)
    expect(advise.get_by_label("memory", exact=True)).to_have_value("a lot")
    assert left == {name: advise.get_by_label(name, exact=True).bounding_box()["x"] for name in left}
    no_violations(designer)
    for mend in ("Use 8 GB", "Leave it empty", "Use 1"):
        advise.get_by_role("button", name=mend, exact=True).press("Enter")
    expect(advise.locator(".encdec-row .encdec-error")).to_have_count(0)

    # Nothing is cut off at the sides, in any width.
    for width, height in ((1280, 720), (934, 650), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for part in (
            ".encdec-advise",
            ".encdec-aside > .encdec-tablist",
            ".encdec-controls > .encdec-tablist",
        ):
            sizes = root.locator(part).evaluate("e => [e.scrollWidth, e.clientWidth]")
            assert sizes[0] <= sizes[1] + 1, (part, width, json.dumps(sizes))
