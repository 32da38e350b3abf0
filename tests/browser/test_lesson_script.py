"""Parts of a lesson on a bare page: what a guess lacks, an answer that failed, and chips without room on their line."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import encdec_widgets.lessons.screen.panel as panel_module
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.lessons import Lesson, at_least
from encdec_widgets.lessons.quantities import QUANTITIES
from encdec_widgets.lessons.screen.panel_state import panel_state

FOLDER = Path(panel_module.__file__).parent
PARTS = (FOLDER / "parts.js").read_text(encoding="utf-8")
STYLE = """[hidden] { display: none !important } #row { display: flex; overflow: hidden; white-space: nowrap }
    #row > *, .chip { flex: none } .chip { display: inline-block; width: 100px }"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(
        '<div id="place"></div><div id="row"><span id="chips"></span><span id="more"></span></div>'
    )
    page.add_script_tag(content=PARTS)
    page.add_style_tag(content=STYLE)
    yield page
    context.close()


def test_what_a_guess_lacks_is_said_until_it_comes(page: Page) -> None:
    page.evaluate(
        """() => {
            const part = { question: "Which?", choices: ["one", "two"], stage: "asked" };
            guessView(document.getElementById("place"), part, (told) => { window.told = told }).show(part);
        }"""
    )
    missing = page.get_by_text("Choose one of the answers first.")
    page.get_by_role("button", name="Guess").click()
    expect(missing).to_be_visible()
    page.get_by_label("two").check()
    expect(missing).to_be_hidden()
    page.get_by_role("button", name="Guess").click()
    assert page.evaluate("told") == {"do": "guess", "text": "two"}


def test_an_answer_that_failed_is_tried_again_from_the_keyboard(page: Page) -> None:
    page.evaluate(
        """() => {
            const part = { question: "How many?", choices: [], unit: "", guess: "5", problem: "" };
            window.told = [];
            window.view = guessView(document.getElementById("place"), part, (told) => window.told.push(told));
            window.show = (stage, problem = "") => window.view.show({ ...part, stage, problem });
            window.show("asked");
        }"""
    )
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_hidden()
    page.evaluate("show('failed', 'The worker is gone.')")
    again.press("Enter")
    assert page.evaluate("told") == [{"do": "guess", "text": ""}]
    page.evaluate("show('computing')")
    expect(again).to_be_hidden()
    expect(page.locator(".encdec-lesson-told")).to_be_focused()
    page.evaluate("show('told')")
    expect(again).to_be_hidden()


@pytest.mark.parametrize(
    ("width", "shown", "more"),
    [(400, "a b c", ""), (250, "b c", "+1"), (150, "b", "+2")],
)
def test_chips_without_room_are_counted_and_those_that_hold_go_first(
    page: Page, width: int, shown: str, more: str
) -> None:
    found = page.evaluate(
        """(width) => {
            const [row, chips, more] = ["row", "chips", "more"].map((id) => document.getElementById(id));
            row.style.width = `${width}px`;
            const figures = [["a", "held"], ["b", "missed"], ["c", "missed"]].map(([label, holds]) =>
                ({ label, short_label: label, holds, sign: "", word: "", value: "1", bound: "at least 2", off: "",
                    short: "" }));
            each(chips, figures, "span", "chip", chipParts, showChip);
            fitChips(row, chips, more, figures);
            const seen = [...chips.children].filter((chip) => !chip.hidden);
            return [seen.map((chip) => chip.children[1].textContent).join(" "), more.textContent, more.title];
        }""",
        width,
    )
    assert found[:2] == [shown, more]
    assert ("a: 1, at least 2" in found[2]) == bool(more)


def _figures() -> list[dict[str, Any]]:
    """A figure of each quantity, as the panel gets them."""
    designer = Designer(Design(UNet(filters=4, down_blocks=1, up_blocks=1), (64, 64, 1)))
    lesson = Lesson("chips", designer, keep=None)
    lesson.goal("All.", task="left or right", **{name: at_least(1) for name in QUANTITIES})  # type: ignore[arg-type]
    figures: list[dict[str, Any]] = panel_state(lesson)["parts"][0]["figures"]
    assert len(figures) == len(QUANTITIES)
    return figures


def test_what_a_chip_is_of_is_never_cut(page: Page) -> None:
    with ThreadPoolExecutor(
        1
    ) as aside:  # the event loop of this thread is the browser's: it would build later
        figures = aside.submit(_figures).result()
    page.add_style_tag(content=(FOLDER / "panel.css").read_text(encoding="utf-8"))
    cut = page.evaluate(
        """(figures) => {
            document.body.className = "encdec-lesson";
            const chips = document.getElementById("chips");
            each(chips, figures, "span", "encdec-lesson-chip", chipParts, showChip);
            return [...chips.querySelectorAll(".encdec-lesson-chip-what")]
                .filter((what) => !what.clientWidth || what.scrollWidth > what.clientWidth)
                .map((what) => what.textContent);
        }""",
        figures,
    )
    assert cut == []


def test_a_short_title_begins_where_the_steps_do_in_the_rail(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.set_content(
        """<div class="encdec-lesson"><div class="encdec-lesson-frame"><div class="encdec-lesson-panel">
        <div class="encdec-lesson-head"><h2 class="encdec-lesson-title">Sizes</h2></div>
        <ol class="encdec-lesson-steps"><li><button>1</button></li></ol></div>
        <div style="height: 300px"></div></div></div>"""
    )
    page.add_style_tag(content=(FOLDER / "panel.css").read_text(encoding="utf-8"))
    left = "part => part.getBoundingClientRect().left"
    title, steps = page.locator(".encdec-lesson-title"), page.locator(".encdec-lesson-steps")
    assert title.evaluate(left) == steps.evaluate(left)
