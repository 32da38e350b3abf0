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
from tests.export.packages import CONFIGURATIONS, JOB, zipped

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
    until(lambda: kernel.value("designer.header.open_design.notes") == [], "the kernel hears of it")


def test_a_file_a_folder_and_a_package_are_opened(open_app: Callable[..., Screen], tmp_path: Path) -> None:
    designer = DesignerPage(open_app())
    page, kernel = designer.screen.page, designer.screen.kernel
    form = designer.root.get_by_role("dialog", name="Open a design")
    browser = page.context.new_cdp_session(page)

    def drop(path: Path) -> None:
        """Drag a file or folder of this disk onto the picture and let it fall there."""
        place = designer.root.locator(".encdec-picture").bounding_box()
        assert place
        at = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
        carried = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for event in ("dragEnter", "dragOver", "drop"):
            browser.send("Input.dispatchDragEvent", {"type": event, **at, "data": carried})

    def heads() -> list[str]:
        return list(kernel.value("[head.name for head in designer.design.heads]"))

    run = tmp_path / "run1"
    run.mkdir()
    file = run / "training_config.json"
    file.write_text(CONFIGURATIONS["centroid.json"], encoding="utf-8")
    drop(run)
    expect(form).to_contain_text("The browser can't read run1. If it is a folder, drop the file in it")
    page.keyboard.press("Escape")
    assert heads() == []
    drop(file)
    until(lambda: heads() == ["confmaps"], "the design of the file that was dropped")
    assert kernel.value("designer.design.head.channels") == 1
    expect(form).to_be_hidden()

    package = tmp_path / "job.zip"
    package.write_bytes(zipped(JOB))
    designer.root.get_by_role("button", name="Open…").click()
    form.get_by_label("A file of a design").set_input_files(package)
    expect(form).to_contain_text("holds 2 configurations: centroid.json and centered_instance.json")
    expect(form.get_by_role("button", name="centroid.json")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(lambda: kernel.value("designer.design.head.channels") == 5, "the configuration that was chosen")
    expect(form).to_be_hidden()
    browser.detach()
