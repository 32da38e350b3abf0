"""Words of the glossary on a bare page: which are marked, which are left alone, and what is asked of the kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import encdec_widgets.widgets.glossary.glossary as glossary_module
from encdec_widgets.explain.glossary import GLOSSARY, PATTERN

FOLDER = Path(glossary_module.__file__).parent
WORDS = {"pattern": PATTERN, "words": {term.name: term.spellings for term in GLOSSARY.values()}}
ENTRY = {
    "title": "Stride",
    "text": "One. Two.",
    "svg": "<svg></svg>",
    "caption": "A caption.",
    "related": ["pooling"],
}
DESIGNER = """
<div class="encdec"><div class="encdec-frame">
  <div class="encdec-page" id="first">
    <div class="widget-html-content" id="text">
      A stride of 2, and another Stride. In addition, <a href="#">pooling</a>.</div>
    <div class="widget-html-content" id="below">
      Strides again; the filters; <code>kernel</code>, enc[1], encoder[1].</div>
    <div class="encdec-row" id="row"><label for="kernel">kernel size</label><input id="kernel">
      <div class="encdec-help" id="help">Larger kernels see farther.</div></div>
    <div class="encdec-row"><label for="other">batch size</label><input id="other">
      <div class="encdec-help" id="label-help">How many at once.</div></div>
  </div>
  <div class="encdec-page" id="second" style="display: none"><div class="widget-html-content">A stride.</div></div>
  <div class="encdec-page" id="third"><div class="widget-html-content">A stride.</div><p>heat map</p>
    <p class="encdec-words">sigma</p></div>
</div><div id="script"></div><button id="elsewhere">elsewhere</button></div>"""
MODEL = """(told) => {
    const listeners = [];
    window.sent = [];
    window.hear = (message) => listeners.forEach((listener) => listener(message));
    window.model = {
        on: (event, listener) => listeners.push(listener), off() {}, send: (message) => window.sent.push(message),
    };
    window.end = renderPage({ model, el: document.getElementById("script") });
    if (told) window.hear(told);
}"""


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.set_content(DESIGNER)
    script = "\n".join((FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in glossary_module._PARTS)
    page.add_script_tag(content=script.replace("export default { render }", "window.renderPage = render"))
    page.add_style_tag(content=(FOLDER / "glossary.css").read_text(encoding="utf-8"))
    yield page
    context.close()


@pytest.fixture
def page(blank: Page) -> Page:
    blank.evaluate(MODEL, WORDS)
    expect(blank.locator("#text .encdec-term")).to_have_count(1)
    return blank


def marked(page: Page, where: str) -> list[str]:
    return page.locator(f"{where} .encdec-term").all_text_contents()


def test_the_first_word_of_each_page_is_marked_and_what_does_something_else_is_left_alone(page: Page) -> None:
    assert marked(page, "#text") == ["stride"]
    assert marked(page, "#below") == ["filters"]
    assert marked(page, "#second") == []
    assert marked(page, "#third") == ["stride", "sigma"]
    assert (
        page.locator("#text").text_content() or ""
    ).strip() == "A stride of 2, and another Stride. In addition, pooling."
    assert page.evaluate("sent") == [{"ask": "words"}]


def test_the_help_of_a_control_has_the_words_of_its_label_too(page: Page) -> None:
    assert marked(page, "#help") == ["kernels"], "the label says the same"
    assert marked(page, "#label-help") == ["batch size"]
    expect(page.get_by_label("batch size", exact=True)).to_have_id("other")


def test_texts_that_change_are_marked_anew_and_others_stay_as_they_are(page: Page) -> None:
    page.evaluate("document.querySelector('#third .encdec-term').kept = true")
    page.evaluate("document.querySelector('#text').innerHTML = 'A heat map.'")
    expect(page.locator("#text .encdec-term")).to_have_text(["heat map"])
    expect(page.locator("#below .encdec-term")).to_have_text(["Strides", "filters"])
    assert page.evaluate("document.querySelector('#third .encdec-term').kept")
    page.evaluate("document.querySelector('#text').innerHTML = 'A stride.'")
    expect(page.locator("#text .encdec-term")).to_have_text(["stride"])
    expect(page.locator("#below .encdec-term")).to_have_text(["filters"])
    page.evaluate("document.querySelector('#second').style.display = ''")
    page.click("#elsewhere")
    expect(page.locator("#second .encdec-term")).to_have_text(["stride"])


def test_an_entry_is_asked_for_once(page: Page) -> None:
    card = page.get_by_role("dialog")
    for time in range(2):
        page.locator("#text .encdec-term").press("Enter")
        expect(card).to_be_visible()
        if time == 0:
            expect(card).to_have_text("stride×…All words", use_inner_text=False)
            page.evaluate(f"hear({json.dumps({'entry': 'stride', **ENTRY})})")
        expect(card).to_contain_text("One. Two.")
        page.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(page.locator("#text .encdec-term")).to_be_focused()
    assert page.evaluate("sent") == [{"ask": "words"}, {"ask": ["stride"]}]


def test_a_card_closes_when_the_keyboard_or_a_click_goes_elsewhere(page: Page) -> None:
    card = page.get_by_role("dialog")
    page.locator("#text .encdec-term").click()
    expect(card).to_be_focused()
    page.focus("#elsewhere")
    expect(card).to_be_hidden()
    expect(page.locator("#elsewhere")).to_be_focused()
    page.locator("#text .encdec-term").click()
    expect(card).to_be_visible()
    page.mouse.click(790, 590)
    expect(card).to_be_hidden()


LESSON = """(told) => {
    const lesson = document.createElement("div");
    lesson.className = "encdec-lesson";
    lesson.innerHTML = '<p class="encdec-words" id="asked">A stride.</p><div></div>';
    const designer = document.querySelector(".encdec");
    designer.replaceWith(lesson);
    lesson.append(designer);
    const model = { on: (event, listener) => (model.hear = listener), off() {}, send() {} };
    renderPage({ model, el: lesson.children[1] });
    model.hear(told);
}"""


@pytest.mark.parametrize("key", [None, "Enter"])
def test_a_word_is_explained_once_by_the_designer_or_the_lesson_around_it(
    blank: Page, key: str | None
) -> None:
    blank.evaluate(LESSON, WORDS)
    blank.evaluate(MODEL, WORDS)
    for word, root in (("#text", ".encdec"), ("#asked", ".encdec-lesson")):
        mark = blank.locator(f"{word} .encdec-term")
        expect(mark).to_have_count(1)
        mark.press(key) if key else mark.click()
        opened = blank.locator(".encdec-term-card:popover-open")
        expect(opened).to_have_count(1)
        assert opened.evaluate("(card, root) => card.parentElement.matches(root)", root)
        opened.press("Escape")
        expect(opened).to_have_count(0)


def test_words_are_plain_where_no_kernel_answers(blank: Page) -> None:
    blank.evaluate(MODEL, None)
    assert blank.evaluate("sent") == [{"ask": "words"}]
    blank.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))")
    assert marked(blank, ".encdec") == []
    assert blank.locator("[role=dialog]").count() == 0


def test_it_leaves_nothing_behind(page: Page) -> None:
    page.evaluate("end()")
    assert page.locator("[role=dialog]").count() == 0
    page.locator("#text .encdec-term").press("Enter")
    assert page.evaluate("sent") == [{"ask": "words"}]


def test_the_words_are_asked_for_again_while_no_answer_comes(blank: Page) -> None:
    blank.clock.install()
    blank.evaluate(MODEL, None)
    blank.clock.run_for(11_000)
    assert blank.evaluate("window.sent") == [{"ask": "words"}] * 3
    blank.evaluate("words => window.hear(words)", WORDS)
    blank.clock.run_for(20_000)
    assert blank.evaluate("window.sent") == [{"ask": "words"}] * 3
    expect(blank.locator("#text .encdec-term")).to_have_count(1)
