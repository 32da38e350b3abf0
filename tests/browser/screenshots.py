"""Makes the README's pictures of the real designer: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.designer_page import DesignerPage
from tests.browser.launch import launch
from tests.browser.page import Screen
from tests.browser.servers import App
from tests.chromium import find_or_install

ADVISED_MS = 120_000
IMAGES = Path(__file__).parents[2] / "notebooks" / "images"


def main() -> None:
    """Serve the app, change the network and a block, time it, look at its field, and keep it in both themes."""
    with tempfile.TemporaryDirectory() as folder, App(Path(folder)) as app, sync_playwright() as playwright:
        browser = launch(playwright, find_or_install())
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{app.url}&theme={theme}")
            designer = DesignerPage(Screen(page))
            designer.screen.type("filters", "24")
            designer.wait_for_boxes([1, 24, 48, 96, 192, 192, 384, 384, 192, 96, 48])
            with designer.awaiting_fields():
                designer.root.locator(".barlayer .point path").nth(9).click(force=True)
            page.get_by_role("checkbox", name="skip add").check()
            designer.undo.and_(page.get_by_title("Undo: dec1 skip add on")).wait_for()
            designer.turn_to("Timing")
            page.get_by_role("button", name="Time it").click()
            designer.root.locator(".encdec-result").wait_for()
            keep(designer, f"designer-{theme}")

            designer.root.get_by_role("button", name="Multiply-adds").click()
            designer.turn_to("Receptive field")
            designer.root.get_by_text("px (exact)").first.wait_for()
            designer.screen.type("animal", "120")
            designer.root.get_by_text("The animal of 120 px").wait_for()
            designer.root.get_by_text("of it in").wait_for()
            keep(designer, f"field-{theme}")

            designer.root.get_by_role("button", name="Multiply-adds").click()  # colours of the stages again
            # Fields of a family are swept; a list of blocks has none.
            designer.screen.control("family").select_option("U-Net")
            designer.turn_to("Network")
            designer.root.get_by_role("button", name="designs", exact=True).click()
            designer.root.get_by_role("button", name="Sweep", exact=True).click()
            designer.turn_to("Advise")
            designer.screen.type("memory", "8 GB")
            designer.root.get_by_role("button", name="Advise", exact=True).click()
            designer.root.get_by_role("button", name="Use this").first.wait_for(timeout=ADVISED_MS)
            swept = re.compile(r"^Pareto front: \d+ of 36 designs")
            designer.root.get_by_text(swept).first.wait_for(timeout=ADVISED_MS)
            keep(designer, f"designs-{theme}")
            page.close()
        browser.close()


def keep(designer: DesignerPage, name: str) -> None:
    """Keep what is to be seen, without a pointer or a focus in it."""
    page = designer.screen.page
    page.mouse.move(0, 0)
    page.evaluate("() => document.activeElement?.blur()")
    page.wait_for_timeout(500)  # what the pointer had unfolded has gone
    designer.screen.screenshot(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
