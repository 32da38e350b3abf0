"""Designs of a sweep in a real browser: swept, walked by keys, opened, pinned and read as a table, in both themes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

LINES = """element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length;
}"""
FREE = """list => {
    const style = getComputedStyle(list);
    const context = document.createElement("canvas").getContext("2d");
    context.font = style.font;
    const longest = Math.max(...[...list.options].map(option => context.measureText(option.text).width));
    return list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - longest;
}"""
"""How many px of a list its longest choice leaves free."""


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
    expect(root.locator(".encdec-sweep-foot")).to_contain_text("designs;")
    assert serious(designer) == []

    root.get_by_label("values of field 1").fill("6, 8, 12")
    root.get_by_label("values of field 2").fill("3-4, 9")
    page.keyboard.press("Tab")
    expect(root.locator(".encdec-sweep-foot")).to_contain_text("9 designs;")
    root.get_by_label("values of field 2").fill("3 to 4, 9")
    page.keyboard.press("Enter")
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
    expect(rows.first).to_contain_text(" MB")
    assert rows.first.get_by_role("button").first.evaluate(LINES) == 1, (
        "the name of a design stands in one line"
    )
    assert serious(designer) == []
    rows.nth(1).get_by_role("button").first.click()
    until(lambda: kernel.value("designer.design.architecture.filters") == 6, "the design of the row")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sweep_is_stopped_goes_on_and_its_rows_are_kept(
    open_app: Callable[..., Screen], theme: str, tmp_path: Path
) -> None:
    designer = DesignerPage(open_app(theme))
    page, kernel, root = designer.screen.page, designer.screen.kernel, designer.root
    assert kernel
    name = f"{tmp_path.name}.jsonl"
    root.get_by_role("button", name="designs", exact=True).click()
    foot = root.locator(".encdec-sweep-foot")
    expect(foot).to_contain_text("(a rough estimate)")
    root.get_by_label("time", exact=True).select_option(label="a forward pass")
    expect(foot).to_contain_text("timed one after the other")
    root.get_by_label("time", exact=True).select_option(label="nothing")
    root.get_by_label("values of field 1").fill(", ".join(map(str, range(4, 44))))
    root.get_by_label("values of field 2").fill("3")
    root.get_by_label("keep rows in").fill("../elsewhere.jsonl")
    page.keyboard.press("Tab")
    expect(foot).to_contain_text("must be a name that ends in .jsonl")
    root.get_by_label("keep rows in").fill(name)
    page.keyboard.press("Tab")
    expect(foot).to_contain_text("40 designs; about ")
    assert serious(designer) == []
    assert designer.screen.scrolls_sideways() == []

    root.get_by_role("button", name="Sweep", exact=True).click()
    progress = root.locator(".encdec-designs-progress")
    expect(progress).to_contain_text("of 40 designs")
    until(lambda: kernel.value("len(designer.swept.rows)") > 2, "some rows")
    root.get_by_role("button", name="Stop", exact=True).click()
    expect(progress).to_contain_text("Stopped: ")
    expect(root.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    for label in ("across", "up", "colour"):
        free = root.get_by_label(label, exact=True).evaluate(FREE)
        assert free >= 0, f"each choice in the list {label} is read as a whole"
    stopped = kernel.value("len(designer.swept.rows)")
    assert 2 < stopped < 40
    go_on = root.get_by_role("button", name="Go on")
    go_on.press("Enter")
    until(lambda: kernel.value("[len(designer.swept.rows), designer.swept.busy]") == [40, False], "all rows")
    expect(go_on).to_be_hidden()
    kept = f"open({name!r}).read().count('\\n')"
    assert kernel.value(kept) == 41
    kernel.run(f"import os; os.remove({name!r})")


def test_the_form_has_room_in_jupyterlab_beside_its_list_of_files(
    open_notebook: Callable[..., Screen],
) -> None:
    designer = DesignerPage(open_notebook(CELLS[:1]))
    page, root = designer.screen.page, designer.root
    page.set_viewport_size({"width": 934, "height": 650})
    root.get_by_role("button", name="designs", exact=True).click()
    expect(root.locator(".encdec-sweep-foot")).to_contain_text("designs;")
    for label in ("values of field 1", "values of field 3", "keep rows in", "time"):
        box = root.get_by_label(label, exact=True).bounding_box()
        assert box
        assert box["width"] >= 60, f"{label} can be read"
    assert designer.screen.scrolls_sideways() == []
    expect(root.get_by_role("button", name="Sweep", exact=True)).to_be_in_viewport()
    picture = root.locator(".encdec-middle-part > .encdec-picture").bounding_box()
    assert picture
    assert picture["height"] >= 240, "points and words have room, where all of it scrolls"
    root.get_by_role("button", name="blocks", exact=True).click()
    middle = root.locator(".encdec-middle-part")
    fits = "part => part.scrollHeight <= part.clientHeight"  # other views never scroll
    page.wait_for_function(fits, arg=middle.element_handle())
