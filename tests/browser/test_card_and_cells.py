"""Where a card ends in what if, and the cells of the output on the image, in a real browser and both themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until


def serious(designer: DesignerPage) -> list[str]:
    found = Axe().run(designer.screen.page, context=".encdec").response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_is_typed_and_its_memory_ends_the_chart(open_app: Callable[..., Screen], theme: str) -> None:
    designer = DesignerPage(open_app(theme))
    page, root, kernel = designer.screen.page, designer.root, designer.screen.kernel
    assert kernel
    designer.turn_to("Costs")
    root.get_by_label("what if", exact=True).select_option(label="filters")
    reading = root.locator(".encdec-what-if-reading")
    expect(root.locator(".encdec-what-if")).not_to_contain_text("Computing")
    needed = kernel.value("designer.backbone.cost().training_bytes")
    card = root.get_by_role("combobox", name="memory of your card")
    card.fill(f"{1.05 * needed / 1e6:.0f} MB")
    card.press("Enter")
    line = root.locator(".encdec-what-if-plot path[style*='6 2']")
    expect(line).to_have_count(1)
    expect(root.locator(".encdec-what-if")).to_contain_text("A training step fits into")
    expect(root.locator(".encdec-what-if")).to_contain_text("Up to 1 image at once fits into")
    plot = root.get_by_role("slider", name=re.compile("^what if"))
    plot.focus()
    page.keyboard.press("End")
    expect(reading).to_contain_text("(more than ")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r"\(more than "))
    assert serious(designer) == []

    card.fill("a lot")
    card.press("Enter")
    expect(root.locator(".encdec-card-field .encdec-error")).to_be_visible()
    expect(line).to_have_count(0)
    card.fill("T4")
    card.press("Enter")
    until(lambda: kernel.value("designer.session.conditions.card_bytes") == 16_000_000_000, "the T4")
    assert designer.screen.scrolls_sideways() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_are_drawn_to_scale_and_looked_at_closely(open_app: Callable[..., Screen], theme: str) -> None:
    designer = DesignerPage(open_app(theme))
    root = designer.root
    designer.turn_to("Receptive field")
    view = root.locator(".encdec-receptive-view")
    item = view.get_by_role("listitem").filter(has_text="cell ")
    expect(item).to_contain_text("cell 2 px, ± 1 px")
    cells = view.get_by_role("button", name="Cells")
    expect(cells).to_have_attribute(
        "title", re.compile("^A cell of the output is 2 px of the camera's image")
    )
    cells.focus()
    cells.press("Enter")
    expect(cells).to_have_attribute("aria-pressed", "true")
    expect(view.get_by_text("± 1 px", exact=True)).to_be_visible()
    expect(view.get_by_text("sigma 2.5 px", exact=True)).to_be_visible()
    box = view.locator(".encdec-receptive-image").get_attribute("viewBox")
    assert box
    assert [float(side) for side in box.split()[2:]] == [18, 18], "nine cells from edge to edge"
    side = view.locator(".encdec-receptive-image rect").last.bounding_box()
    whole = view.locator(".encdec-receptive-image").bounding_box()
    assert side
    assert whole
    assert side["width"] == pytest.approx(min(whole["width"], whole["height"]) / 9, rel=0.15)
    assert serious(designer) == []
    designer.screen.type("input scale", "0.5")
    expect(item).to_contain_text("cell 4 px, ± 2 px")
    expect(view.get_by_text("± 2 px", exact=True)).to_be_visible()
    view.get_by_role("button", name="Closer").click()
    expect(cells).to_have_attribute("aria-pressed", "false")
    expect(view.get_by_text("± 2 px", exact=True)).to_have_count(0)
    assert designer.screen.scrolls_sideways() == []
