"""The state before an edit, seen for a moment: it fades, or stands still for whoever wants less motion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

import encdec_widgets.widgets.picture.hands.hands as hands_module

SCRIPT = Path(hands_module.__file__).with_name("fading.js")
READY = """() => {
    const before = ghost({ get: () => [[0, 9, 0, 9]] }, () => ({ x: 1, y: 2, width: 3, height: 4 }));
    document.body.append(before.svg);
    before.show();
    window.path = before.svg.firstChild;
}"""
OPACITIES = """() => {
    const [animation] = path.getAnimations();
    animation.pause();
    return [0, 750, 1400, 1499].map((ms) => ((animation.currentTime = ms), Number(getComputedStyle(path).opacity)));
}"""
GONE = """() => {
    path.getAnimations()[0].finish();
    return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(path.getAttribute("d")))));
}"""


@pytest.fixture
def drawn(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    motion: Literal["reduce", "no-preference"] = request.param
    context = browser.new_context(reduced_motion=motion)
    page = context.new_page()
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    page.evaluate(READY)
    yield page
    context.close()


@pytest.mark.parametrize("drawn", ["no-preference"], indirect=True)
def test_it_fades(drawn: Page) -> None:
    opacities = drawn.evaluate(OPACITIES)
    assert opacities[0] == 1
    assert opacities[0] > opacities[1] > opacities[2] > opacities[3]
    assert opacities[3] < 0.01


@pytest.mark.parametrize("drawn", ["reduce"], indirect=True)
def test_it_stands_still_where_less_motion_is_wanted(drawn: Page) -> None:
    assert drawn.evaluate(OPACITIES)[:3] == [1, 1, 1]


@pytest.mark.parametrize("drawn", ["no-preference", "reduce"], indirect=True)
def test_it_goes_by_itself(drawn: Page) -> None:
    assert drawn.evaluate("() => path.getAttribute('d')") == "M1 2h3v4h-3Z"
    assert drawn.evaluate(GONE) is None
