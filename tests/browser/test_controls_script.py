"""Scripts of controls and pages on bare pages: help under a row, problems in view, charts read and chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import encdec_widgets.widgets.base.page as page_module

WIDGETS = Path(page_module.__file__).parents[1]
ROW = """
<div class="encdec-row" id="row-{name}"><div class="jupyter-widgets encdec-integer">
  <label for="{name}" title="Help of {name}.">{name}</label><input type="number" id="{name}" value="1">
</div></div>"""
DESIGNER = f"""
<style>.encdec-controls {{ height: 200px; overflow-y: auto; width: 260px; }} .encdec-row {{ height: 60px; }}</style>
<div class="encdec">
  <div class="encdec-controls">
    {"".join(ROW.format(name=name) for name in ("first", "second", "third", "fourth", "fifth"))}
    <div class="encdec-row"><div class="encdec-flag"><label class="widget-label-basic">
      <input type="checkbox" id="box" title="a box"><span title="a box">a box</span></label></div></div>
  </div>
  <button id="elsewhere">elsewhere</button>
  <div id="script"></div>
</div>"""
MODEL = """const traits = %s;
    const listeners = [];
    window.model = {
        get: (name) => traits[name], save_changes() { window.saved = (window.saved ?? 0) + 1 },
        set: (name, value) => { traits[name] = value; listeners.forEach((listener) => listener()) },
        on: (event, listener) => listeners.push(listener), off() {},
    };"""


@pytest.fixture
def bare(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`bare(html, traits, *files)`: a page with the scripts of these files, and a model that holds its traits."""
    contexts = []

    def opened(html: str, traits: str, *files: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 800, "height": 600}))
        page = contexts[-1].new_page()
        page.set_content(html)
        script = "\n".join((WIDGETS / file).read_text(encoding="utf-8") for file in files)
        page.add_script_tag(content=script.replace("export default { render }", "window.renderPage = render"))
        page.evaluate(f"() => {{ {MODEL % traits} }}")
        page.evaluate("() => { window.end = renderPage({ model, el: document.getElementById('script') }) }")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(bare: Callable[..., Page]) -> Page:
    return bare(DESIGNER, '{ flags: { "a box": "What the box does." } }', "controls/help.js")


def places(page: Page) -> list[float]:
    found: list[float] = page.eval_on_selector_all(
        ".encdec-row", "rows => rows.map(row => row.getBoundingClientRect().y)"
    )
    return found


def test_help_stands_under_the_row_that_has_the_focus_and_moves_no_other(page: Page) -> None:
    before = places(page)
    page.focus("#first")
    help_ = page.locator(".encdec-help")
    expect(help_).to_be_visible()
    expect(help_).to_have_text("Help of first.")
    expect(page.locator("#first")).to_have_accessible_description("Help of first.")
    assert places(page) == before
    row, shown = (page.locator(css).bounding_box() for css in ("#row-first", ".encdec-help"))
    assert row
    assert shown
    assert shown["y"] >= row["y"] + row["height"]
    # A line of text in a row is a widget with an empty label, whose title is no help.
    page.evaluate("""() => document.getElementById("row-second").insertAdjacentHTML("beforeend",
        '<div class="jupyter-widgets widget-html"><label title="null"></label><div>not tested</div></div>')""")
    page.focus("#second")
    expect(help_).to_have_text("Help of second.")
    page.focus("#box")
    expect(help_).to_have_text("What the box does.")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.focus("#second")
    expect(help_).to_have_text("Help of second.")
    page.focus("#elsewhere")
    expect(help_).to_be_hidden()


def test_a_control_that_has_the_focus_before_the_script_begins_has_its_help(
    bare: Callable[..., Page],
) -> None:
    page = bare(DESIGNER, "{ flags: {} }", "controls/help.js")
    page.focus("#second")
    page.evaluate(
        "() => { window.end(); window.end = renderPage({ model, el: document.getElementById('script') }) }"
    )
    expect(page.locator(".encdec-help")).to_have_text("Help of second.")
    expect(page.locator(".encdec-help")).to_be_visible()


def test_help_that_changes_is_told_anew(page: Page) -> None:
    page.focus("#first")
    page.evaluate("document.querySelector('#row-first label').title = 'Now something else.'")
    page.focus("#second")
    page.focus("#first")
    expect(page.locator(".encdec-help")).to_have_text("Now something else.")


def test_the_pointer_is_helped_as_well(page: Page) -> None:
    page.hover("#row-third label")
    expect(page.locator(".encdec-help")).to_have_text("Help of third.")


def test_the_help_goes_with_the_pointer_and_lies_over_no_definition(page: Page) -> None:
    help_ = page.locator(".encdec-help")
    page.eval_on_selector("#third", "control => control.type = 'range'")  # a press focuses it as a slider
    page.click("#third")
    expect(help_).to_have_text("Help of third.")
    page.eval_on_selector(".encdec", "root => root.style.paddingBottom = '100px'")
    root = page.locator(".encdec").bounding_box()
    assert root
    page.mouse.move(root["x"] + 5, root["y"] + root["height"] - 5)
    expect(help_).to_be_hidden()
    page.eval_on_selector(
        "body",
        """body => {
            const card = body.appendChild(document.createElement("div"));
            card.className = "encdec-term-card";
            card.popover = "manual";
            card.showPopover();
        }""",
    )
    page.focus("#first")
    expect(help_).to_be_hidden()
    page.eval_on_selector(".encdec-term-card", "card => card.hidePopover()")
    page.focus("#second")
    expect(help_).to_have_text("Help of second.")


def test_what_takes_the_keyboard_in_the_help_comes_after_its_control(page: Page) -> None:
    help_ = page.locator(".encdec-help")
    page.focus("#second")
    expect(help_).to_be_visible()
    help_.evaluate("""help => help.innerHTML = 'Help of <span tabindex="0">second</span>.'""")
    page.keyboard.press("Tab")
    expect(help_.locator("span")).to_be_focused()
    expect(help_).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#second")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#third")).to_be_focused()
    expect(help_).to_have_text("Help of third.")


def test_what_is_not_possible_comes_into_view_and_takes_the_place_of_the_help(page: Page) -> None:
    page.focus("#third")
    expect(page.locator(".encdec-help")).to_be_visible()
    page.evaluate(
        """() => {
            const row = document.querySelector("#row-third");
            row.classList.add("encdec-bad");
            row.style.height = "auto";
            row.insertAdjacentHTML("beforeend",
                '<div class="encdec-problems" style="height: 90px"><div class="encdec-error">Too many.</div></div>');
        }"""
    )
    expect(page.locator(".encdec-help")).to_be_hidden()
    page.wait_for_function(
        """() => {
            const column = document.querySelector(".encdec-controls").getBoundingClientRect();
            const problem = document.querySelector(".encdec-problems").getBoundingClientRect();
            return problem.bottom <= column.bottom + 1 && problem.top >= column.top;
        }"""
    )
    page.focus("#first")
    page.focus("#third")
    expect(page.locator("#third")).to_have_attribute("aria-invalid", "true")
    assert "Too many." in page.evaluate(
        """() => document.querySelector("#third").getAttribute("aria-describedby").split(" ")
            .map((id) => document.getElementById(id)?.textContent).join(" ")"""
    )


def test_it_leaves_nothing_behind(page: Page) -> None:
    page.focus("#first")
    page.evaluate("end()")
    expect(page.locator(".encdec-help")).to_have_count(0)


CHARTS = """{ value: '<svg width="200" height="50" viewBox="0 0 200 50"></svg><details>All values</details>',
    places: [10, 60, 110, 190], readings: ["n 1: a", "n 2: b", "n 3: c", "n 4: d"], current: 1, chosen: [0, 0] }"""


def test_points_of_what_if_are_read_and_chosen_by_keys_and_by_the_pointer(bare: Callable[..., Page]) -> None:
    page = bare('<div id="script"></div>', CHARTS, "pages/what_if_view.js")
    reading, plot = page.locator(".encdec-what-if-reading"), page.get_by_role("slider")
    expect(reading).to_have_text("n 2: b.")
    plot.press("ArrowRight")
    expect(reading).to_contain_text("n 3: c.")
    expect(plot).to_have_attribute("aria-valuetext", "n 3: c")
    plot.press("End")
    plot.press("Enter")
    assert page.evaluate("model.get('chosen')") == [1, 3]
    page.evaluate("model.set('current', 3)")
    expect(reading).to_have_text("n 4: d.")
    place = page.locator("svg").bounding_box()
    assert place
    page.mouse.move(place["x"] + 64, place["y"] + 20)
    expect(reading).to_contain_text("n 2: b.")
    page.mouse.click(place["x"] + 14, place["y"] + 20)
    assert page.evaluate("model.get('chosen')") == [2, 0]
    assert page.evaluate("saved") == 2
    plot.press("Escape")
    expect(reading).to_have_text("n 4: d.")
    page.mouse.move(0, 500)
    plot.press("Enter")  # what is there already is not set again
    assert page.evaluate("saved") == 2
