"""The six lessons as a pupil clicks through them: from the first guess to the line for the class."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.amount import full_or
from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen

LESSONS = {
    path.name[0]: path for path in sorted((Path(__file__).parents[2] / "notebooks/lessons").glob("*.ipynb"))
}
TRAINS_MS = 240_000
"""A training or a race, on a busy machine."""


class Pupil:
    """Clicks in a lesson, in the panel beside the designer and in the designer."""

    def __init__(self, screen: Screen) -> None:
        self.lesson = screen.page.locator(".encdec-lesson")
        self.panel = self.lesson.locator(".encdec-lesson-panel")
        self.panel.locator(".encdec-lesson-ask").wait_for(state="attached")
        assert screen.kernel
        self.screen, self.kernel = screen, screen.kernel

    @property
    def designer(self) -> DesignerPage:
        return DesignerPage(self.screen)

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def choose(self, answer: str) -> None:
        expect(self.lesson.locator(".encdec-lesson-card")).to_be_visible()
        self.panel.get_by_label(answer, exact=True).check()
        self._guess()

    def say(self, number: str) -> None:
        self.panel.get_by_label("Your guess").fill(number)
        self._guess()

    def _guess(self) -> None:
        self.button("Guess").click()
        expect(self.panel.locator(".encdec-lesson-gap")).to_be_visible(timeout=TRAINS_MS)
        self.go_on()

    def go_on(self) -> None:
        going_on = self.panel.get_by_role("button", name=re.compile("^Next"))
        if not going_on.is_visible():
            self.panel.get_by_role("button", name="Goal and hints").click()
        going_on.click()

    def set(self, **fields: int) -> None:
        """Type numbers into the boxes of fields, whose labels are these names."""
        for name, value in fields.items():
            box = self.designer.root.get_by_label(name.replace("_", " "), exact=True)
            box.fill(str(value))
            box.press("Enter")
            self.designer.settle()

    def in_designer(self, name: str) -> Locator:
        return self.designer.root.get_by_role("button", name=name, exact=True)

    def train(self) -> None:
        self.designer.turn_to("Learn")
        self.in_designer("Train").click()
        expect(self.in_designer("Stop").last).to_be_enabled(timeout=TRAINS_MS)
        expect(self.in_designer("Stop").last).to_be_disabled(timeout=TRAINS_MS)

    def reaches(self, timeout: float = 60_000) -> None:
        expect(self.panel.locator(".encdec-lesson-brief .encdec-lesson-reached")).to_be_attached(
            timeout=timeout
        )

    def code(self) -> str:
        line = self.panel.get_by_label("Your code, to hand in")
        if not line.is_visible():  # after a last guess it is there
            self.go_on()
        return line.input_value()


def sizes(pupil: Pupil) -> None:
    pupil.choose("240 px")
    pupil.set(down_blocks=6, up_blocks=5)
    pupil.designer.turn_to("Input & head")
    pupil.set(height=512, width=512)
    pupil.reaches()


def skips(pupil: Pupil) -> None:
    pupil.say("25")
    for block in (0, 2):
        pupil.kernel.run(f"skips.designer.set('decoder[{block}].skip_connection', False)")
    pupil.train()
    pupil.reaches()


def seeing_far(pupil: Pupil) -> None:
    pupil.choose("32 filters in place of 16")
    pupil.set(convs_per_block=4, filters=8)
    pupil.reaches()
    pupil.go_on()
    pupil.say("80")
    pupil.set(convs_per_block=2, up_blocks=2, down_blocks=2, filters=4)
    pupil.train()
    pupil.reaches()


def parameters_lie(pupil: Pupil) -> None:
    pupil.say("2")
    pupil.choose("slower")
    pupil.designer.turn_to("Timing")
    pupil.in_designer("Pin as A").click()
    pupil.set(filters_rate=1, up_blocks=3, down_blocks=3, filters=64)
    pupil.in_designer("Race A and B").click()
    # Whether it is slow enough is the machine's to say; a busy one may say too little.
    expect(pupil.designer.root.locator(".encdec-timing")).to_contain_text("times", timeout=TRAINS_MS)


def stacks(pupil: Pupil) -> None:
    pupil.say("2")
    pupil.set(stacks=2, filters=128)
    pupil.reaches()
    pupil.go_on()
    pupil.choose("FC-DenseNet56")
    pupil.say("82")


def for_your_lab(pupil: Pupil) -> None:
    pupil.say("5")
    pupil.set(filters=8)
    pupil.designer.root.get_by_label("up interpolate", exact=True).check()
    pupil.reaches()


PUPILS = {
    "1": (sizes, r"1 ✓ 0 .*input_shape=512x512x1.*"),
    "2": (skips, r"2 ✓ 1 .*f1:0\.\d+.*"),
    "3": (seeing_far, r"3 ✓✓ 01 .*right:.*"),
    "4": (parameters_lie, r"4 [✓–] 1\d .*"),
    "5": (stacks, r"5 ✓ 201 stacks=2 filters=128 .*"),
    "6": (for_your_lab, r"6 ✓ 0 filters=8 up_interpolate=on .*"),
}


@pytest.mark.timeout(900)
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", full_or(tuple(PUPILS), ("1", "5")))
def test_a_pupil_clicks_from_the_first_guess_to_the_line(
    name: str, open_notebook: Callable[..., Screen]
) -> None:
    cells = nbformat.read(LESSONS[name], as_version=4).cells
    screen = open_notebook([cell.source for cell in cells if cell.cell_type == "code"])
    pupil = Pupil(screen)
    pupil.kernel.run(
        f"designer = {cells[1].source.splitlines()[-1]}.designer"
    )  # which is what helpers ask for
    clicks, line = PUPILS[name]
    clicks(pupil)
    assert re.fullmatch(line, pupil.code())
