"""Words of the glossary in a real browser: marked once a page, opened by keys and by the pointer, never clipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from encdec_widgets.explain.glossary import GLOSSARY
from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen

# Of each page of the designer, the terms that are marked on it.
MARKED = """root => Object.values(Object.groupBy(
    [...root.querySelectorAll('.encdec-term')].filter(term => term.checkVisibility()),
    term => [...root.querySelectorAll('.encdec-page, .encdec-frame > *')].findLastIndex(page => page.contains(term))
)).map(terms => terms.map(term => term.dataset.term))"""
# Whether a card is seen as a whole: its corners and its middle are not covered.
SEEN = """card => {
    const { left, right, top, bottom } = card.getBoundingClientRect();
    const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    const points = [[left + 9, top + 9], [right - 9, bottom - 9], [(left + right) / 2, (top + bottom) / 2]];
    return inside && points.every(([x, y]) => card.contains(document.elementFromPoint(x, y)));
}"""

# How far the help lies below the row of a control, or above it where there is more room; null without help.
GAP = """control => {
    const help = document.querySelector('.encdec-help:popover-open')?.getBoundingClientRect();
    const row = control.closest('.encdec-row').getBoundingClientRect();
    return help && Math.round(Math.max(help.top - row.bottom, row.top - help.bottom));
}"""
SCROLL = """(control, by) => {
    const scrolls = at => at.scrollHeight > at.clientHeight + 1 && getComputedStyle(at).overflowY !== 'visible';
    let around = control.parentElement;
    while (around && !scrolls(around)) around = around.parentElement;
    (around ?? document.scrollingElement).scrollBy(0, by);
}"""


def entry(designer: DesignerPage, name: str) -> Locator:
    """The card of a term, once it is there with its picture and told to screen readers."""
    title = GLOSSARY[name].title
    card = designer.root.get_by_role("dialog", name=title, exact=True)
    expect(card).to_be_visible()
    expect(card.locator(".encdec-term-text")).to_have_text(GLOSSARY[name].text)
    expect(card.get_by_role("img")).to_be_visible()
    assert card.evaluate(SEEN)
    return card


def violations(designer: DesignerPage) -> list[Any]:
    found: list[Any] = Axe().run(designer.screen.page, ".encdec").response["violations"]
    return [
        (rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_word_opens_its_entry_by_keys_and_is_never_clipped(
    theme: Literal["light", "dark"], open_app: Callable[..., Screen], tmp_path: Path
) -> None:
    designer = DesignerPage(open_app(theme))
    page = designer.screen.page
    page.set_viewport_size({"width": 934, "height": 650})
    designer.turn_to("Costs")
    word = designer.root.locator(".encdec-costs .encdec-term", has_text="multiply-adds").first
    expect(word).to_be_visible()
    for terms in designer.root.evaluate(MARKED):
        assert len(set(terms)) == len(terms), "a page has a word marked once"
        assert set(terms) <= GLOSSARY.keys()

    for key in ("Enter", "Space"):
        word.focus()
        page.keyboard.press(key)
        card = entry(designer, "multiply-adds")
        expect(card).to_be_focused()
        assert not violations(designer)
        designer.screen.screenshot(tmp_path / f"{theme}-{key}.png")
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(word).to_be_focused()

    # From one entry to the next, and to all; where the keyboard leaves it, it closes.
    page.keyboard.press("Enter")
    card = entry(designer, "multiply-adds")
    card.get_by_role("button", name="parameter").click()
    card = entry(designer, "parameter")
    card.get_by_role("button", name="All words").click()
    every = designer.root.get_by_role("dialog", name="All words")
    expect(every.get_by_role("button")).to_have_count(len(GLOSSARY) + 1)
    assert every.evaluate(SEEN)
    designer.screen.screenshot(tmp_path / f"{theme}-all.png")
    every.get_by_role("button", name="sigma").click()
    entry(designer, "sigma").get_by_role("button", name="Close").click()
    expect(designer.root.get_by_role("dialog")).to_have_count(0)
    expect(word).to_be_focused()


def test_a_word_in_the_help_of_a_control_is_reached_by_the_tab_key(
    open_app: Callable[..., Screen], tmp_path: Path
) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    designer.turn_to("Network")
    number = page.get_by_label("down blocks", exact=True)
    word = designer.root.locator(".encdec-help .encdec-term").first
    number.focus()
    expect(word).to_be_visible()
    name = word.get_attribute("data-term") or ""
    designer.screen.screenshot(tmp_path / "help.png")
    page.keyboard.press("Tab")
    expect(word).to_be_focused()
    page.keyboard.press("Enter")
    entry(designer, name)
    designer.screen.screenshot(tmp_path / "from-help.png")
    page.keyboard.press("Escape")
    expect(number).to_be_focused()

    # The pointer, from a label to a word of its help; a click elsewhere closes the card.
    word.click()
    card = entry(designer, name)
    page.mouse.click(700, 400)
    expect(card).to_be_hidden()


def test_help_goes_where_its_row_goes_and_away_with_it(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    designer.turn_to("Network")
    number = page.get_by_label("down blocks", exact=True)
    number.focus()
    expect(designer.root.locator(".encdec-help")).to_be_visible()
    gap = number.evaluate(GAP)
    page.set_viewport_size({"width": 1100, "height": 420})
    for by in (30, -20):
        before = number.bounding_box()
        number.evaluate(SCROLL, by)
        page.wait_for_timeout(100)
        assert number.bounding_box() != before, "the row was scrolled"
        assert number.evaluate(GAP) == gap
    number.evaluate(SCROLL, 2000)
    expect(designer.root.locator(".encdec-help")).to_be_hidden()


def test_words_of_a_notebook_open_in_a_narrow_cell(
    open_notebook: Callable[..., Screen], tmp_path: Path
) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    page = designer.screen.page
    page.set_viewport_size({"width": 640, "height": 360})  # 1280 x 720 at 200 %
    designer.turn_to("Receptive field")
    word = designer.root.locator(".encdec-aside .encdec-term").first
    word.scroll_into_view_if_needed()
    word.focus()
    page.keyboard.press("Enter")
    card = entry(designer, word.get_attribute("data-term") or "")
    designer.screen.screenshot(tmp_path / "small.png")
    assert not designer.screen.complaints()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(word).to_be_focused()
