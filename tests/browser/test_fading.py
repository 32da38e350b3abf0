"""The state before an edit, seen for a moment: it fades, or stands still for whoever wants less motion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

import encdec_widgets.widgets.picture.hands.hands as hands_module

SCRIPT = Path(hands_module.__file__).with_name("fading.js")
PLOT = """<div id="script"></div><svg><g class="scatterlayer"><g class="traceghost"><path d="M0 0H9"/></g></g></svg>"""
READY = """() => {
    window.plot = document.querySelector("svg");
    plot._fullData = [{ name: "before", uid: "ghost", x: [1], y: [1] }];
    window.plotUnder = () => plot;
    window.before = ghost(document.getElementById("script"));
    before.drawn();
}"""
OPACITIES = """() => {
    const group = document.querySelector(".traceghost");
    const [animation] = group.getAnimations();
    animation.pause();
    return [0, 750, 1400, 1500].map((ms) => ((animation.currentTime = ms), Number(getComputedStyle(group).opacity)));
}"""


@pytest.fixture
def drawn(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    motion: Literal["reduce", "no-preference"] = request.param
    context = browser.new_context(reduced_motion=motion)
    page = context.new_page()
    page.set_content(PLOT)
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    page.evaluate(READY)
    yield page
    context.close()


@pytest.mark.parametrize("drawn", ["no-preference"], indirect=True)
def test_it_fades(drawn: Page) -> None:
    opacities: Any = drawn.evaluate(OPACITIES)
    assert opacities[0] == 1
    assert opacities[0] > opacities[1] > opacities[2] > opacities[3] == 0


@pytest.mark.parametrize("drawn", ["reduce"], indirect=True)
def test_it_stands_still_and_goes_where_less_motion_is_wanted(drawn: Page) -> None:
    assert drawn.evaluate(OPACITIES) == [1, 1, 1, 0]


@pytest.mark.parametrize("drawn", ["reduce"], indirect=True)
def test_the_same_state_is_not_shown_twice(drawn: Page) -> None:
    again = drawn.evaluate(
        """() => {
            const group = document.querySelector(".traceghost");
            const [first] = group.getAnimations();
            before.drawn();
            const same = group.getAnimations()[0] === first;
            plot._fullData[0].x = [2];
            before.drawn();
            return [same, group.getAnimations()[0] === first, group.getAnimations().length];
        }"""
    )
    assert again == [True, False, 1]
