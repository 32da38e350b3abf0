"""Designs of a sweep in a real browser: swept, walked by keys, opened, pinned and read as a table, in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until


def serious(designer: DesignerPage) -> list[str]:
    found = Axe().run(designer.screen.page).response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_designs_are_swept_walked_opened_pinned_and_read(open_app: Callable[..., Screen], theme: str) -> None:
    designer = DesignerPage(open_app(theme))
    page, kernel, root = designer.screen.page, designer.screen.kernel, designer.root
    assert kernel
    before = kernel.value("designer.design.to_json()")
    root.get_by_role("button", name="designs", exact=True).click()
    sweep = root.get_by_role("button", name="Sweep", exact=True)
    expect(root.locator(".encdec-sweep-foot")).to_contain_text("designs;")
    assert serious(designer) == []

    root.get_by_label("values of field 1").fill("6, 8, 12")
    root.get_by_label("values of field 2").fill("3, 4, 9")
    page.keyboard.press("Tab")
    expect(root.locator(".encdec-sweep-foot")).to_contain_text("9 designs;")
    sweep.press("Enter")
    boxes = root.locator(".encdec-boxes")
    until(lambda: kernel.value("[len(designer.swept.rows), designer.swept.busy]") == [9, False], "all rows")
    expect(boxes.locator("[role=option]")).to_have_count(6)
    expect(boxes).to_have_attribute("aria-label", "Designs of the sweep")
    assert serious(designer) == []

    boxes.focus()
    page.keyboard.press("Home")
    active = root.locator(f"#{boxes.get_attribute('aria-activedescendant')}")
    expect(active).to_contain_text("filters 6, down blocks 3")
    expect(active).to_contain_text("on the Pareto front")
    page.keyboard.press("Enter")
    until(lambda: kernel.value("designer.design.architecture.filters") == 6, "the design that was opened")
    expect(active).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+z")
    until(lambda: kernel.value("designer.design.to_json()") == before, "the design before")

    boxes.focus()
    page.keyboard.press("Home")
    page.keyboard.press("i")
    until(lambda: kernel.value("len(designer.session.pins)") == 1, "the pin")
    page.keyboard.press("l")
    place = root.locator(".encdec-lasso").bounding_box()
    assert place
    x, y, width, height = (place[name] for name in ("x", "y", "width", "height"))
    page.mouse.move(x + 2, y + 2)
    page.mouse.down()
    for across, down in ((width - 2, 2), (width - 2, height - 2), (2, height - 2)):
        page.mouse.move(x + across, y + down, steps=4)
    page.mouse.up()
    until(lambda: kernel.value("len(designer.session.pins)") == 6, "all of the six that were around")
    expect(root.locator(".encdec-lasso")).to_be_hidden()

    root.get_by_role("button", name="Table", exact=True).first.click()
    rows = root.locator(".encdec-facts tbody tr")
    expect(rows).to_have_count(9)
    assert serious(designer) == []
    rows.nth(1).get_by_role("button").first.click()
    until(lambda: kernel.value("designer.design.architecture.filters") == 6, "the design of the row")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
