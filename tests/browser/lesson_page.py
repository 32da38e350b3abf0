"""A small lesson as a cell, and what a person does in it on any page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

_MADE = """
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
from encdec_widgets.lessons import Lesson, at_least, at_most

designer = Designer(Design(UNet(filters=8, down_blocks=1, up_blocks=1), (64, 64, 1)))
start = designer.design
lesson = Lesson("levels", designer, title="Levels", question="What does a level do?", home="Levels see far.",
                controls=["down_blocks", "filters"])
"""
_ASKS = """
lesson.predict("How many parameters have two levels?", lambda: start.replace("down_blocks", 2).build().parameters,
               because="Each level has twice as many channels.")
"""
_WANTS = """
lesson.goal("See 40 px.", receptive_field=at_least(40), parameters=at_most(40_000), hints=("Go deeper.",))
lesson
"""


def lesson_cell(name: str = "levels", options: str = "", *, asks: bool = True) -> str:
    """A cell with a lesson of this name, which keeps what is done in a file of the name.

    Args:
        name: Its name.
        options: More arguments of ``Lesson``, as code.
        asks: Whether a guess comes before its goal.
    """
    made = _MADE.replace('"levels"', f'"{name}"').replace('"filters"])', f'"filters"], {options})')
    return f"{made}{_ASKS if asks else ''}{_WANTS}"


def lesson_of(page: Page) -> Locator:
    """The lesson on a page, once its panel is drawn."""
    lesson = page.locator(".encdec-lesson")
    lesson.locator(".encdec-lesson-ask").wait_for(state="attached")
    return lesson


def guess(lesson: Locator, number: str) -> None:
    """Make the guess, and wait for its answer."""
    panel = lesson.locator(".encdec-lesson-panel")
    panel.get_by_label("Your guess").fill(number)
    panel.get_by_role("button", name="Guess", exact=True).click()
    expect(panel.locator(".encdec-lesson-gap")).to_contain_text(f"you said {number}")
