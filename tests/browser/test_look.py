"""The look of the designer: type and controls are of one scale; the page says what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import App

SIZES, WEIGHTS = {"11px", "13px", "15px", "20px"}, {"400", "600"}
OF_A_CHANGE = "12px"  # what an edit changed, beside the figures of 20 px
CONTROL = 28  # px
PAGES = ("Network", "Block", "Input & head", "Receptive field", "Costs", "Timing", "Learn", "Advise")

# Of each text that is seen its family, size and weight, with words for whoever looks for it. A drawing with a viewBox
# is as large as its place, with its texts.
_TYPE = """root => [...root.querySelectorAll('*')].filter(element =>
    element.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !element.closest('.encdec-unseen, svg[viewBox]')
    && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
).map(element => {
    const {fontFamily, fontSize, fontWeight} = getComputedStyle(element);
    const where = `${element.localName}.${element.getAttribute('class')}: ${element.textContent.slice(0, 30)}`;
    return [fontFamily, fontSize, fontWeight, where];
})"""
# Figures, tabs and what stands in a table are as high as their rows, a mend as its lines; signs stand in the picture;
# and the layer over an image that the keyboard reaches is not seen.
_HEIGHTS = """root => [...root.querySelectorAll('button, select, input:not([type=checkbox], [type=radio])')].filter(
    element => element.checkVisibility()
        && !element.matches('.encdec-figure, .encdec-tab, th *, td *, .encdec-mends *, .encdec-sign')
        && !element.matches('.encdec-receptive-unseen, .encdec-unseen')
).map(element => [element.offsetHeight, `${element.localName}.${element.className}: ${element.textContent}`])"""


def test_type_and_controls_are_of_one_scale(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())

    def judge(what: str) -> None:
        texts: list[Any] = designer.root.evaluate(_TYPE)
        assert len({family for family, *_ in texts}) == 1, what
        odd = [
            (size, weight, where)
            for _, size, weight, where in texts
            if weight not in WEIGHTS
            or (size not in SIZES and not (size == OF_A_CHANGE and "change" in where))
        ]
        assert not odd, what
        assert not [found for found in designer.root.evaluate(_HEIGHTS) if found[0] != CONTROL], what

    for page in PAGES:
        designer.turn_to(page)
        judge(page)
    view = designer.root.get_by_role("button", name="designs", exact=True)
    view.click()
    expect(designer.root.get_by_role("button", name="Sweep", exact=True)).to_be_visible()
    judge("designs, before a sweep")
    designer.root.get_by_role("button", name="blocks", exact=True).click()
    designer.turn_to("Network")
    designer.screen.type("filters", "24")
    designer.wait_until_it_agrees()
    designer.open("Table")
    judge("the table, after an edit")
    designer.turn_to("Input & head")
    # The page Advise has a height of its own, which is seen while it was turned to last.
    inputs = designer.root.get_by_role("tabpanel", name="Input & head")
    designer.screen.type("height", "300", within=inputs)
    expect(designer.root.locator(".encdec-error").first).to_be_visible()
    judge("what is not possible")


@pytest.mark.usefixtures("browser")
def test_the_page_says_what_it_waits_for(new_screen: Callable[..., Screen], voila: App) -> None:
    screen = new_screen()
    screen.page.goto(voila.url, wait_until="commit")
    waiting = screen.page.locator("#loading")
    expect(waiting).to_contain_text("Starting Python and loading widgets and plotly")
    expect(waiting).to_have_role("status")
    DesignerPage(screen)
    expect(waiting).to_be_hidden()
