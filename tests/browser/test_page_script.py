"""The designer's script on a bare page: where the keyboard goes on, and what the one live region reads aloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import encdec_widgets.widgets.base.page as page_module

FOLDER = Path(page_module.__file__).parent
SCRIPT = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ("around.js", "page.js"))
DESIGNER = """
<div class="encdec">
  <div class="encdec-picture"></div>
  <div class="encdec-history">
    <button class="encdec-undo" id="undo">Undo</button><button class="encdec-redo" id="redo">Redo</button>
  </div>
  <div class="encdec-blocks">
    <select id="list"><option>a block</option></select>
    <div id="chosen">
      <div class="encdec-buttons"><button id="add">Add</button><button id="remove">Remove</button></div>
    </div>
  </div>
  <div class="encdec-mends"><button id="mend">filters = 1</button></div>
  <div id="script"></div>
</div>
"""
# The script with a model that holds its traits, as a kernel does; what the live region reads is kept.
BEGIN = """() => {
    const listeners = {};
    const traits = { said: [0, ""], help: {}, held: false };
    const model = {
        get: (name) => traits[name], set: (name, value) => (traits[name] = value), save_changes() {},
        on: (event, listener) => (listeners[event] = listener), off() {},
    };
    window.say = (text) => {
        traits.said = [traits.said[0] + 1, text];
        listeners["change:said"]();
    };
    window.heard = [];
    renderPage({ model, el: document.getElementById("script") });
    const region = document.querySelector(".encdec-said");
    new MutationObserver(() => region.textContent && heard.push(region.textContent))
        .observe(region, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(DESIGNER)
    script = SCRIPT.replace("export default { render }", "window.renderPage = render")
    page.add_script_tag(content=script)
    page.evaluate(BEGIN)
    yield page
    context.close()


def wait_for_focus(page: Page, where: str) -> None:
    page.wait_for_function("where => document.activeElement.id === where", arg=where)


@pytest.mark.parametrize(
    ("focused", "what_happens", "where"),
    [
        ("undo", "undo.disabled = true", "redo"),
        ("redo", "redo.disabled = true", "undo"),
        ("remove", "remove.disabled = true", "add"),
        ("remove", "chosen.style.display = 'none'", "list"),
        ("remove", "chosen.remove()", "list"),
        ("mend", "mend.remove()", "undo"),
        ("mend", "undo.disabled = true; mend.remove()", "remove"),
    ],
)
def test_the_keyboard_goes_on_from_a_button_that_goes(
    page: Page, focused: str, what_happens: str, where: str
) -> None:
    page.focus(f"#{focused}")
    page.evaluate(f"() => {{ {what_happens} }}")
    wait_for_focus(page, where)


def test_what_a_person_has_left_does_not_call_the_keyboard_back(page: Page) -> None:
    page.focus("#undo")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("new Promise((done) => setTimeout(done))")  # the script has heard of it
    page.evaluate("() => { undo.disabled = true }")
    # Another button that goes is followed, after which the first would have been.
    page.focus("#remove")
    page.evaluate("() => { remove.disabled = true }")
    wait_for_focus(page, "add")


def test_of_texts_that_come_at_once_the_last_is_read_and_the_same_one_again(page: Page) -> None:
    page.evaluate("() => { say('one'); say('two') }")
    page.wait_for_function("heard.length === 1")
    page.evaluate("() => say('two')")
    page.wait_for_function("heard.length === 2")
    part = "document.getElementById('list')"
    page.evaluate(
        f"{part}.dispatchEvent(new CustomEvent('encdec-say', {{ bubbles: true, detail: 'three' }}))"
    )
    page.wait_for_function("heard.length === 3")
    assert page.evaluate("heard") == ["two", "two", "three"]


def test_there_is_one_live_region(page: Page) -> None:
    assert page.locator("[aria-live], [role=status], [role=alert], [role=log]").count() == 1


@pytest.mark.parametrize("css", ["encdec-answer", "encdec-answer encdec-answer-top"])
def test_an_answer_comes_into_view_in_its_column_for_whoever_works_here(page: Page, css: str) -> None:
    page.evaluate(
        """() => {
        const column = document.createElement("div");
        column.id = "column";
        column.style = "height: 100px; overflow-y: auto";
        column.innerHTML = '<div style="height: 600px"></div><div id="place"></div><div style="height: 600px"></div>';
        document.querySelector(".encdec").append(column);
        document.body.style.height = "3000px";
    }"""
    )
    answer = f'() => document.getElementById("place").innerHTML = `<div class="{css}">Pinned.</div>`'
    page.evaluate("() => document.activeElement.blur()")
    page.evaluate(answer)
    page.evaluate(
        "() => new Promise((done) => setTimeout(done, 0)).then(() => new Promise(requestAnimationFrame))"
    )
    assert page.evaluate("() => document.getElementById('column').scrollTop") == 0, "nobody works here"
    page.focus("#add")
    page.evaluate(answer)
    place = """() => {
        const [seen, there] = ["column", "place"].map((id) => document.getElementById(id).getBoundingClientRect());
        return [there.top - seen.top, seen.bottom - there.bottom];
    }"""
    page.wait_for_function(f"() => ({place})().every((room) => room >= 0)")
    if "top" in css:
        page.wait_for_function(f"() => ({place})()[0] < 10")
    assert page.evaluate("() => scrollY") == 0
