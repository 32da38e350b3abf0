"""The controls in a real browser: filled sliders, help, problems under their fields, an image that is enlarged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen

# The track reaches half a handle beyond the slider's own box on either side.
SLIDERS = """root => [...root.querySelectorAll(".encdec-controls .encdec-row")].filter(row => row.offsetHeight)
    .map(row => row.querySelector(".noUi-target")).filter(Boolean).map(slider => {
        const part = name => slider.querySelector(name).getBoundingClientRect();
        const filled = getComputedStyle(slider.querySelector(".noUi-origin"), "::before");
        const handle = part(".noUi-handle");
        return {
            wide: slider.getBoundingClientRect().width + 16, colour: filled.backgroundColor,
            ends: part(".noUi-origin").right, middle: handle.x + handle.width / 2,
        };
    })"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_controls_are_filled_helped_and_told_what_is_not_possible(
    theme: str, open_app: Callable[..., Screen], tmp_path: Path
) -> None:
    designer = DesignerPage(open_app(theme))
    page = designer.screen.page
    sliders = designer.root.evaluate(SLIDERS)
    assert len(sliders) >= 5
    accent = {"light": "rgb(11, 99, 197)", "dark": "rgb(88, 166, 255)"}[theme]
    for slider in sliders:
        assert slider["wide"] >= 160
        assert slider["colour"] == accent
        assert abs(slider["ends"] - slider["middle"]) <= 1  # it is filled up to its handle

    filters = page.get_by_label("filters", exact=True)
    filters.focus()
    expect(page.locator(".encdec-help")).to_be_visible()
    expect(filters).to_have_accessible_description(re.compile("^Width of the first level, "))
    designer.screen.screenshot(tmp_path / f"{theme}-help.png")

    # The last field that is on screen: what is not possible comes into view, under it.
    designer.screen.type("convs per block", "99")
    problem = designer.row("convs per block").locator(".encdec-problems")
    expect(problem).to_contain_text("Convs per block must be a whole number from 0 to 32, not 99. Use 32.")
    expect(problem).to_be_in_viewport(ratio=1)
    expect(page.locator(".encdec-help")).to_be_hidden()
    designer.screen.screenshot(tmp_path / f"{theme}-problem.png")
    problem.get_by_role("button", name="undo this change").click()
    expect(designer.root.locator(".encdec-error")).to_have_count(0)

    designer.turn_to("Receptive field")
    image = designer.root.locator(".encdec-receptive-image")
    small = image.bounding_box()
    page.get_by_role("button", name="Enlarge").click()
    large = image.bounding_box()
    assert small
    assert large
    assert large["width"] > 1.5 * small["width"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Enlarge")).to_be_focused()
    assert image.bounding_box() == small
