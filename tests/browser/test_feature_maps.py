"""Feature maps and worked examples in a real browser: by pointer, by keyboard and in words, in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until
from tests.browser.test_explained import png

CELLS = [
    """
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head

designer = Designer(Design(UNet(filters=8, down_blocks=2, up_blocks=2), (64, 64, 1), Head(2)))
designer
"""
]


def opened(open_notebook: Callable[..., Screen], theme: str = "light") -> tuple[DesignerPage, Locator]:
    designer = DesignerPage(open_notebook(CELLS, theme=theme))
    designer.turn_to("Learn")
    return designer, designer.root.locator(".encdec-maps")


def show(maps: Locator) -> None:
    maps.get_by_role("button", name="Show feature maps").click()
    expect(maps.locator(".encdec-maps-tile")).to_have_count(8)
    expect(maps.get_by_role("button", name="Show feature maps")).to_be_visible()


def seen_px(maps: Locator) -> list[tuple[float, ...]]:
    """The boxes on the image: that of the position, and of what it sees, outside first."""
    boxes: list[Any] = maps.locator(".encdec-maps-marks > rect").evaluate_all(
        "all => all.map(r => ['x', 'y', 'width', 'height'].map(a => Number(r.getAttribute(a))))"
    )
    return [tuple(box) for box in boxes]


def serious(designer: DesignerPage) -> list[str]:
    """What the rules for accessible pages find in the designer, beside what JupyterLab around it does."""
    found = Axe().run(designer.screen.page, ".encdec").response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_maps_of_a_block_are_looked_at_by_pointer_and_keys(
    open_notebook: Callable[..., Screen], theme: str, tmp_path: Path
) -> None:
    designer, maps = opened(open_notebook, theme)
    page = designer.screen.page
    show(maps)
    tile = maps.locator(".encdec-maps-tile").first
    tile.hover()
    expect(maps.locator(".encdec-maps-range")).to_contain_text(
        re.compile(r"Channel \d: black is .*, white .*; all values from .* to ")
    )
    said = maps.locator(".encdec-maps-said")
    expect(said).to_contain_text("stride 1, sees 5 × 5 px")
    # The keyboard goes from the middle, a position each time.
    tile.focus()
    page.keyboard.press("Home")
    expect(said).to_contain_text("Row 33 of 64, column 33 of 64")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Row 34 of 64, column 34 of 64")
    until(lambda: (31, 31, 5, 5) in seen_px(maps), "what the position sees is marked on the image")
    # Another block, of stride 2: a position is two px wide.
    designer.root.locator(".barlayer .point path").nth(2).click(force=True)
    expect(maps).to_contain_text("enc1: 32 × 32, stride 2")
    page.keyboard.press("Escape")
    maps.locator(".encdec-maps-marks").focus()
    page.keyboard.press("Home")
    expect(said).to_contain_text("Row 17 of 32, column 17 of 32: stride 2")
    until(lambda: (32, 32, 2, 2) in seen_px(maps), "the position covers two px")
    expect(maps.locator(".encdec-maps-peak")).to_have_count(2)
    maps.get_by_text("All of it as tables").click()
    expect(maps.get_by_role("rowheader", name="enc1", exact=True)).to_be_visible()
    assert designer.screen.scrolls_sideways() == []
    assert serious(designer) == []
    designer.screen.screenshot(tmp_path / f"maps-{theme}.png")


def test_an_image_of_ones_own_goes_through(open_notebook: Callable[..., Screen], tmp_path: Path) -> None:
    _, maps = opened(open_notebook)
    image = tmp_path / "mine.png"
    image.write_bytes(png(300, 200))
    maps.locator("input[type=file]").set_input_files(image)
    expect(maps.get_by_label("Image", exact=True)).to_have_value("own image: mine.png")
    expect(maps.locator(".encdec-maps-number")).not_to_have_count(0)
    (tmp_path / "none.png").write_text("no image")
    maps.locator("input[type=file]").set_input_files(tmp_path / "none.png")
    expect(maps).to_contain_text("“none.png” is no image that this browser can draw")


def test_small_pictures_of_all_blocks_stand_in_their_boxes(
    open_notebook: Callable[..., Screen], tmp_path: Path
) -> None:
    designer, maps = opened(open_notebook)
    show(maps)
    image = designer.root.locator(".js-plotly-plot .imagelayer image")
    maps.get_by_label("Also in the boxes of the picture").check()
    until(lambda: "svg+xml" in (image.first.get_attribute("href") or ""), "the boxes have pictures")
    designer.screen.screenshot(tmp_path / "boxes.png")
    designer.press_slider("filters", "ArrowRight")
    until(lambda: "svg+xml" not in (image.first.get_attribute("href") or ""), "old pictures go")
    expect(maps).to_contain_text("These maps are of the network before the last edit or training.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_layers_are_explained_with_numbers(
    open_notebook: Callable[..., Screen], theme: str, tmp_path: Path
) -> None:
    designer, _ = opened(open_notebook, theme)
    button = designer.root.get_by_role("button", name="Explain these layers with numbers")
    expect(button).to_be_hidden()
    designer.root.get_by_role("button", name="layers of the block").click()
    designer.root.locator(".encdec-worked-examples").get_by_role("button").click()
    worked = designer.root.locator(".encdec-worked")
    expect(worked.first).to_contain_text("Convolution, 3 × 3")
    expect(worked.first.locator("mark")).to_have_count(10)  # nine under the kernel, and the result
    assert serious(designer) == []
    designer.screen.screenshot(tmp_path / f"worked-{theme}.png")
    assert designer.screen.scrolls_sideways() == []
    designer.root.get_by_role("button", name="Close the explanation").click()
    expect(worked).to_have_count(0)
