"""A lesson in a real browser: hidden before the guess, beside the designer, by keyboard alone, kept over restarts."""

from __future__ import annotations

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.browser.designer_page import DesignerPage
from tests.browser.lesson_page import lesson_cell, lesson_of
from tests.browser.notebook import change_theme, run_cells
from tests.browser.page import Screen
from tests.browser.saved import KERNEL, command
from tests.browser.servers import until

WITH_FILE_BROWSER = {"width": 934, "height": 650}


def _serious(screen: Screen) -> list[str]:
    """What axe finds in the lesson."""
    found = Axe().run(screen.page, context=".encdec-lesson").response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def _seen_in_designer(lesson: Locator) -> list[str]:
    """What is seen of the designer, by eye or by a screen reader."""
    seen: list[str] = lesson.locator(".encdec").evaluate(
        """designer => [designer, ...designer.querySelectorAll("*")]
            .filter(part => part.checkVisibility({ visibilityProperty: true }))
            .map(part => part.className)"""
    )
    return seen


def _tab_to(screen: Screen, wanted: Locator) -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(40):
        if wanted.evaluate("part => part === document.activeElement"):
            return
        screen.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_from_the_guess_to_the_code_by_keyboard_and_over_restarts(
    open_notebook: Callable[..., Screen],
) -> None:
    screen = open_notebook([lesson_cell()], fresh=True)
    page, kernel = screen.page, screen.kernel
    assert kernel
    lesson = lesson_of(screen.page)
    panel = lesson.locator(".encdec-lesson-panel")

    # Before the guess nothing of the network is to be seen or heard.
    expect(lesson.locator(".encdec-lesson-card")).to_have_text("The designer comes after your next guess.")
    lesson.locator(".js-plotly-plot .main-svg").first.wait_for(state="attached")
    assert _seen_in_designer(lesson) == []
    heard = lesson.aria_snapshot()
    assert "How many parameters have two levels?" in heard
    assert "Parameters" not in heard
    assert "Undo" not in heard
    assert _serious(screen) == []
    panel.get_by_role("button", name="2 Goal, closed").press("Enter")
    expect(panel).to_contain_text("This step opens when the guess before it is made.")

    # A guess that is none, then one, by keyboard.
    box = panel.get_by_label("Your guess")
    panel.get_by_role("button", name="1 Guess").focus()
    _tab_to(screen, box)
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    expect(box).to_have_accessible_description("A guess is a number. Received: 'many'. Would work: 25, say.")
    page.keyboard.press("Control+A")
    page.keyboard.type("20 k")
    page.keyboard.press("Enter")
    gap = panel.locator(".encdec-lesson-gap")
    expect(gap).to_contain_text("you said 20 k")
    expect(panel.locator(".encdec-said")).to_contain_text("Each level has twice as many channels.")
    expect(lesson.locator(".encdec-lesson-card")).to_be_hidden()
    designer = DesignerPage(screen)
    expect(designer.root.locator(".encdec-figures")).to_be_visible()
    expect(designer.root.get_by_label("kernel size", exact=True)).to_have_count(0)
    designer.root.get_by_role("button", name="More settings").wait_for()

    # The goal, beside JupyterLab's file browser: its figures stay in sight while the controls are used.
    _tab_to(screen, panel.get_by_role("button", name="Next: 2 Goal"))
    page.keyboard.press("Enter")
    expect(panel.locator(".encdec-lesson-ask")).to_have_text("See 40 px.")
    _tab_to(screen, panel.get_by_role("button", name="Hint (1)"))
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Go deeper.")).to_be_visible()

    # A word of it is explained: neither what is pressed in the definition nor what closes it closes the goal.
    panel.locator(".encdec-term").first.click()
    definition = lesson.locator(".encdec-term-card:popover-open")
    definition.locator(".encdec-term-text").click()
    expect(panel.get_by_text("Go deeper.")).to_be_visible()
    definition.get_by_role("button", name="Close").click()
    expect(definition).to_be_hidden()
    expect(panel.get_by_text("Go deeper.")).to_be_visible()

    for part in (panel.get_by_text("Go deeper."), panel.get_by_role("button", name="Next: Code")):
        expect(part).to_be_in_viewport(ratio=0.98)
    expect(panel.get_by_text("A click beside it closes it.")).to_be_in_viewport(ratio=0.98)
    page.set_viewport_size(WITH_FILE_BROWSER)
    page.evaluate("() => window.jupyterapp.shell.expandLeft()")
    page.keyboard.press("Escape")
    expect(panel.get_by_text("Go deeper.")).to_be_hidden()
    chips = panel.locator(".encdec-lesson-chip")
    expect(chips).to_have_count(2)
    designer.root.locator(".encdec-middle").evaluate(
        "picture => { picture.style.scrollMarginTop = '76px'; picture.scrollIntoView({ block: 'start' }) }"
    )  # below the strip
    for part in (
        designer.root.locator(".encdec-picture"),
        designer.row("filters"),
        designer.row("down blocks"),
    ):
        expect(part).to_be_in_viewport(ratio=0.98)  # what is edited, beside what comes of it
    foot, end = designer.root.locator(".encdec-foot").bounding_box(), designer.root.bounding_box()
    assert foot
    assert end
    assert foot["y"] + foot["height"] <= end["y"] + end["height"] + 1
    height = panel.bounding_box()
    handle = designer.row("down blocks").locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    handle.focus()
    expect(chips.first).to_be_in_viewport(ratio=0.98)
    expect(chips.first).to_contain_text("✗")
    panel.get_by_role("button", name="Goal and hints").press("Enter")
    expect(panel.get_by_role("button", name="Next: Code")).to_be_in_viewport(
        ratio=0.98
    )  # and not cut by the lesson's end
    page.keyboard.press("Escape")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("button", name="2 Goal, done")).to_be_in_viewport(ratio=0.98)
    expect(panel.locator(".encdec-lesson-brief .encdec-lesson-reached")).to_have_text("✓ Reached")
    expect(chips.first).to_contain_text("✓")
    expect(panel.locator(".encdec-said")).to_have_text("Reached: See 40 px.")
    expect(panel.locator(".encdec-lesson-brief .encdec-lesson-reached")).to_be_in_viewport(ratio=0.98)
    for part in panel.locator(".encdec-lesson-chip:not([hidden]), .encdec-lesson-step").all():
        expect(part).to_be_in_viewport(ratio=0.98)  # none is cut, nor behind another
    expect(chips.last).to_contain_text("≤ 40 k")
    after = panel.bounding_box()
    assert height
    assert after
    assert after["height"] == height["height"]
    assert [part for part in screen.scrolls_sideways() if ".cm-" not in part] == []  # the cell's own code may

    # The cell is run again, which closes what it showed; the kernel is another one; and the theme is dark.
    kernel.run("before = lesson")
    command(screen, "notebook:run-all-cells")
    expect(lesson_of(screen.page).get_by_role("button", name="2 Goal, done")).to_be_visible()
    assert kernel.value("[before.designer.session.closed, lesson.designer.session.closed]") == [True, False]
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.evaluate(f"() => {KERNEL}.session.kernel.restart()")
    change_theme(screen, "JupyterLab Dark")
    run_cells(screen)
    lesson = lesson_of(screen.page)
    panel = lesson.locator(".encdec-lesson-panel")
    expect(panel.get_by_role("button", name="1 Guess, done")).to_be_visible()
    expect(lesson.locator(".encdec-lesson-card")).to_be_hidden()
    designer = DesignerPage(screen)
    until(lambda: designer.number("down blocks") == "2", "the network that was on screen")
    until(lambda: "encdec-dark" in (lesson.get_attribute("class") or ""), "the dark theme")
    frame, rail = designer.root.bounding_box(), panel.bounding_box()
    assert frame
    assert rail
    assert rail["x"] + rail["width"] <= frame["x"] + 1
    assert rail["height"] <= frame["height"] + 1
    assert _serious(screen) == []

    panel.get_by_role("button", name="1 Guess").focus()
    _tab_to(screen, panel.get_by_role("button", name="Next: Code"))
    page.keyboard.press("Enter")
    expect(panel).to_contain_text("Levels see far.")
    code = panel.get_by_label("Your code, to hand in")
    assert code.input_value() == kernel.value("str(lesson.code())")
    assert code.input_value().startswith("levels ✓ ")
    expect(code).to_have_accessible_description(re.compile("^It holds the lesson"))
    assert code.evaluate("box => box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight")
    _tab_to(screen, panel.get_by_role("button", name="Copy"))
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="Copied")).to_be_focused()
