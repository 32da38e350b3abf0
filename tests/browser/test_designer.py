"""The designer in a real browser: the same behaviour in JupyterLab and as the app that `encdec-designer` serves."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.saved import reload
from tests.browser.servers import until

START = [1, 16, 32, 64, 128, 128, 256, 256, 128, 64, 32]
WIDER = [1, 17, 34, 68, 136, 136, 272, 272, 136, 68, 34]


@pytest.fixture(params=["jupyterlab", "voila"])
def designer(
    request: pytest.FixtureRequest,
    open_notebook: Callable[..., Screen],
    open_app: Callable[..., Screen],
) -> DesignerPage:
    return DesignerPage(open_app(fresh=True) if request.param == "voila" else open_notebook(CELLS))


@pytest.mark.tensorflow
def test_from_a_slider_to_a_picture_a_mend_and_a_timing(designer: DesignerPage, tmp_path: Path) -> None:
    page = designer.screen.page
    assert designer.boxes() == START
    assert designer.rows() == [f"{f'1/{2**i}' if i else 1} {256 >> i} × {256 >> i}" for i in range(5)]
    designer.wait_until_it_agrees()

    # A slider moved by keyboard: the number, the picture, the status line and the model follow.
    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    assert designer.number("filters") == "17"
    designer.wait_until_it_agrees()
    assert designer.screen.kernel.value("designer.design.architecture.filters") == 17

    # A bad value is named and mended by one click; until then the picture and the model stay.
    parameters = designer.built_parameters()
    designer.screen.type("down blocks", "5")
    until(lambda: designer.rows()[-1] == "1/32 8 × 8", "a further row")
    designer.turn_to("Input & head")
    for label in ("height", "width"):
        designer.screen.type(label, "300")
    problem = page.locator(".encdec-problems .encdec-error")
    expect(problem).to_contain_text("(300, 300, 1)")
    expect(problem).to_contain_text("300 px can't be halved five times (300, 150, 75). Use 288 or 320.")
    assert designer.number("height") == "300"
    designer.wait_until_it_agrees()
    assert designer.screen.kernel.value("designer.design.input_shape") == [256, 256, 1]
    page.get_by_role("button", name="Use 320 × 320").click()
    expect(problem).to_have_count(0)
    until(lambda: designer.rows()[0] == "1 320 × 320", "the first row")
    assert designer.screen.kernel.value("designer.design.input_shape") == [320, 320, 1]
    designer.wait_until_it_agrees()
    assert designer.built_parameters() > parameters

    designer.turn_to("Network")
    designer.screen.type("filters", "0")
    expect(problem).to_contain_text("filters must be a whole number from 1")
    page.get_by_role("button", name="set filters to 1", exact=True).click()
    expect(problem).to_have_count(0)
    assert designer.number("filters") == "1"
    designer.wait_until_it_agrees()  # What is drawn is what is timed.

    # The network on screen is really timed; an edit makes the figures out of date.
    designer.turn_to("Timing")
    page.get_by_role("button", name="Time it").click()
    result = designer.root.locator(".encdec-result")
    result.wait_for()
    for words in (" ms a forward pass", "p10", "p90", "images/s", "run", "on CPU"):
        expect(result).to_contain_text(words)
    expect(designer.root).not_to_contain_text("Out of date")
    time = designer.root.locator(".encdec-figure-value").last
    expect(time).to_have_text(re.compile(r"^[\d.,]+ ms$"))
    designer.press_slider("filters", "ArrowRight")
    expect(designer.root).to_contain_text("Out of date")
    expect(time).to_have_text(re.compile(r"^≈ [\d.,]+ ms$"))
    designer.screen.screenshot(tmp_path / "end.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["jupyterlab", "voila"])
def test_everything_fits_and_can_be_read(
    place: str,
    theme: str,
    open_notebook: Callable[..., Screen],
    open_app: Callable[..., Screen],
    tmp_path: Path,
) -> None:
    screen = open_app(theme, fresh=True) if place == "voila" else open_notebook(CELLS, theme)
    designer = DesignerPage(screen)
    screen.screenshot(tmp_path / f"{place}-{theme}.png")
    designer.wait_until_the_picture_fits()
    assert screen.scrolls_sideways() == []
    assert _unreadable(screen) == []
    screen.page.set_viewport_size({"width": 1000, "height": 720})
    designer.wait_until_the_picture_fits()
    assert designer.root.locator("[data-title*='Share'], [data-title*='cloud']").count() == 0


def test_a_quick_hand_ends_with_the_right_picture(open_notebook: Callable[..., Screen]) -> None:
    """Keys as fast as the browser takes them, on two sliders, while networks are built."""
    designer = DesignerPage(open_notebook(CELLS))
    designer.press_slider("filters", *["ArrowRight"] * 25, *["ArrowLeft"] * 4)
    designer.press_slider("down blocks", "ArrowLeft")
    designer.wait_for_boxes([1, 37, 74, 148, 148, 296, 296, 148, 74, 37])
    assert (designer.number("filters"), designer.number("down blocks")) == ("37", "3")
    assert designer.screen.kernel
    assert designer.screen.kernel.value("designer.design.architecture.filters") == 37
    designer.wait_until_it_agrees()


def test_a_reloaded_page_shows_what_was_there(open_notebook: Callable[..., Screen]) -> None:
    screen = open_notebook(CELLS, fresh=True)
    designer = DesignerPage(screen)
    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    screen.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    reload(screen)
    designer = DesignerPage(screen)
    designer.wait_for_boxes(WIDER)
    assert designer.number("filters") == "17"
    designer.wait_until_it_agrees()
    designer.press_slider("filters", "ArrowLeft")
    designer.wait_for_boxes(START)


def test_the_next_cell_has_the_network_on_screen(open_notebook: Callable[..., Screen]) -> None:
    screen = open_notebook(CELLS)
    designer = DesignerPage(screen)
    assert str(designer.parameters()) in screen.page.locator(".jp-OutputArea-executeResult").last.inner_text()


def _unreadable(screen: Screen) -> list[str]:
    """Texts of the designer whose contrast to what lies behind is below 4.5:1 (WCAG AA)."""
    found: list[str] = screen.page.evaluate(
        """() => {
            const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
            const light = c => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
            const lum = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
            const over = (top, under) => {
                const a = top.length > 3 ? top[3] : 1;
                return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a));
            };
            const behind = element => {
                const layers = [];
                for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
                return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
            };
            const texts = [...document.querySelectorAll('.encdec *')].filter(e =>
                [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                && e.getClientRects().length && !e.closest('style, .barlayer, .scatterlayer')
                && !e.matches(':disabled, option'));
            return texts.map(e => {
                const style = getComputedStyle(e), under = behind(e);
                const colour = parse(e.closest('svg') ? style.fill : style.color);
                const [a, b] = [lum(over(colour, under)), lum(under)].sort((x, y) => y - x);
                return [(a + 0.05) / (b + 0.05), e.textContent.trim().slice(0, 40)];
            }).filter(([contrast]) => contrast < 4.5).map(([contrast, text]) => `${contrast.toFixed(1)}: ${text}`);
        }"""
    )
    return found
