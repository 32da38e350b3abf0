"""Designs that are handed over to SLEAP and come from it, in a real browser and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from encdec_widgets import read_design
from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

FOLDER = Path(__file__).parent.parent / "data" / "handoff"


def test_a_design_goes_to_sleap_and_comes_from_it(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page, kernel = designer.screen.page, designer.screen.kernel

    def serious() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [one["id"] for one in found if one["impact"] in ("serious", "critical")]

    away = designer.root.get_by_role("button", name="Take away")
    away.click()
    designer.root.get_by_role("menuitem", name="SLEAP up to 1.4").press("Enter")
    kinds = designer.root.get_by_role("menuitem")
    expect(kinds.first).to_have_text("single_instance: parts of the one animal in an image")
    expect(kinds.first).to_be_focused()
    expect(designer.root.locator(".encdec-menu-text")).to_contain_text("Trained weights carry over exactly")
    assert serious() == []
    page.keyboard.press("ArrowDown")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    expect(away).to_be_focused()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert '"centroid": {' in text
    assert read_design(text).design.to_json() == kernel.value("designer.design.to_json()")

    kernel.run("designer.set('kernel_size', 5)")
    away.press("ArrowDown")
    designer.root.get_by_role("menuitem", name="SLEAP up to 1.4").press("Enter")
    expect(kinds.first).to_contain_text("single_instance")
    page.keyboard.press("Enter")
    expect(designer.root.locator(".encdec-menu-text")).to_have_text(
        "SLEAP JSON: kernel size must be 3, not 5."
    )
    expect(kinds.first).to_contain_text("Mend: kernel size = 3 (−")
    page.keyboard.press("Enter")
    until(lambda: kernel.value("designer.design.architecture.kernel_size") == 3, "the mended kernel size")

    opening = designer.root.get_by_role("button", name="Open…")
    opening.click()
    designer.root.get_by_label("A file of a design").set_input_files(FOLDER / "sleap_nn-59.yaml")
    said = designer.root.get_by_role("status").filter(has_text="Opened from sleap-nn YAML")
    expect(said).to_contain_text("assumed model_config.backbone_config.unet.stacks")
    assert kernel.value("[head.name for head in designer.design.heads]") == ["confmaps", "pafs"]
    assert serious() == []
    opening.focus()
    page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    assert kernel.value("designer.header.open_design.notes") == []
