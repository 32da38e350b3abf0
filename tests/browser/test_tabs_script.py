"""The script of tabs on a bare page: which tab names which page, however many designers begin at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import encdec_widgets.widgets.base.tabs as tabs_module

SCRIPT = Path(tabs_module.__file__).with_name("tabs.js")
TABS = """
<div class="encdec-tabs"><div class="strip"></div>
  <div class="encdec-panels"><div class="encdec-page">{0} of {1}</div></div>
</div>"""
# As in a notebook: each row of tabs has a script of its own, and several begin in the same millisecond.
BEGIN = """source => {
    Date.now = () => 0;
    for (const [index, el] of [...document.querySelectorAll(".strip")].entries()) {
        const traits = { names: [`tab ${index}`], tooltips: [""], label: `tabs ${index}`, chosen: `tab ${index}` };
        const model = { get: (name) => traits[name], set() {}, save_changes() {}, on() {}, off() {} };
        new Function(source.replace("export default { render };", "return render;"))()({ model, el });
    }
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    designers = ("".join(TABS.format(side, name) for side in ("left", "right")) for name in ("one", "two"))
    page.set_content("".join(f'<div class="encdec">{designer}</div>' for designer in designers))
    page.evaluate(BEGIN, SCRIPT.read_text(encoding="utf-8"))
    yield page
    context.close()


def test_every_page_is_named_by_its_own_tab(page: Page) -> None:
    for index, text in enumerate(("left of one", "right of one", "left of two", "right of two")):
        named = page.get_by_role("tabpanel", name=f"tab {index}", exact=True)
        expect(named).to_have_text(text)
        controlled = page.get_by_role("tab", name=f"tab {index}", exact=True).get_attribute("aria-controls")
        assert named.get_attribute("id") == controlled
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == 8


def test_a_page_that_comes_later_than_its_tab_is_named_too(page: Page) -> None:
    page.locator(".encdec-panels").first.evaluate(
        """panels => {
            panels.replaceChildren();
            const page = panels.appendChild(document.createElement("div"));
            page.className = "encdec-page";
            page.textContent = "late";
        }"""
    )
    expect(page.get_by_role("tabpanel", name="tab 0", exact=True)).to_have_text("late")


def test_each_page_keeps_the_place_that_it_was_scrolled_to(page: Page) -> None:
    box = page.locator(".encdec-panels").first
    box.evaluate(
        """box => {
            box.style.cssText = "height: 100px; overflow: auto";
            box.replaceChildren(...["none", ""].map((display) => {
                const page = document.createElement("div");
                page.className = "encdec-page";
                page.style.cssText = `height: 1000px; display: ${display}`;
                return page;
            }));
        }"""
    )

    def turn_to(number: int) -> None:
        box.evaluate(
            """(box, number) => [...box.children].forEach((one, at) => {
                one.style.display = at === number ? "" : "none";
            })""",
            number,
        )

    def expect_at(top: int) -> None:
        page.wait_for_function("top => document.querySelector('.encdec-panels').scrollTop === top", arg=top)

    box.evaluate("box => { box.scrollTop = 300; }")
    page.evaluate("() => new Promise(requestAnimationFrame)")  # it has been told that it scrolled
    turn_to(0)
    expect_at(0)
    box.evaluate("box => { box.scrollTop = 120; }")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    turn_to(1)
    expect_at(300)
    turn_to(0)
    expect_at(120)
