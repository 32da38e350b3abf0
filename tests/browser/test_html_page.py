"""The page that needs nothing, opened from a disk with the network cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.formatting import count_text
from tests.builds import built

_DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
_VALUES = {"filters": (2, 4, 8), "down_blocks": (2, 3, 7), "up_interpolate": (False, True)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    _DESIGN.to_html(path, vary=_VALUES, progress=False)
    return path


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Iterator[Page]:
    """The page in a browser that reaches nothing; what it asks for and complains of fails the test."""
    context = browser.new_context(
        offline=True, color_scheme=request.param, viewport={"width": 900, "height": 900}
    )
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert set(asked) == {file.as_uri()}
    assert complaints == []
    context.close()


def _parameters(filters: int, down: int) -> str:
    return count_text(built(_DESIGN.replace_all({"filters": filters, "down_blocks": down})).parameters)


def test_sliders_show_other_networks_by_keyboard_alone(page: Page) -> None:
    figure = page.locator(".figures dd").first
    expect(figure).to_have_text(_parameters(2, 2))
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="filters")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(figure).to_have_text(_parameters(4, 2))
    expect(page.get_by_role("slider", name="filters")).to_have_attribute("aria-valuetext", "4")
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(figure).to_have_text(_parameters(8, 3))
    expect(page.get_by_role("status")).to_contain_text("U-Net, 3 levels")
    assert page.locator(".picture [data-box]").count() == len(built(_DESIGN.replace("down_blocks", 3)).blocks)

    page.keyboard.press("ArrowRight")  # what is not possible is said, and the last network stays
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("There is no network with filters 8, down blocks 7, up interpolate off: ")
    expect(alert).to_contain_text("Below is the one with filters 8, down blocks 3, up interpolate off.")
    expect(figure).to_have_text(_parameters(8, 3))
    page.keyboard.press("Home")
    expect(alert).to_be_hidden()
    expect(figure).to_have_text(_parameters(8, 2))
    page.get_by_label("up interpolate").select_option("on")
    expect(page.locator("pre")).to_contain_text("up_interpolate=true")
    page.reload()
    expect(figure).to_have_text(_parameters(2, 2))


def test_axe_finds_nothing_serious_in_a_page(page: Page, file: Path) -> None:
    # Its script is let in by the browser itself, as the page lets in none.
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.get_by_role("slider", name="down blocks").press("End")
    expect(page.get_by_role("alert")).to_be_visible()
    violations = Axe().run(page).response["violations"]
    assert [one["id"] for one in violations if one["impact"] in ("serious", "critical")] == []


def test_a_page_is_printed_in_light_with_the_values_and_without_the_controls(page: Page) -> None:
    page.emulate_media(media="print")
    expect(page.get_by_label("filters")).to_be_hidden()
    expect(page.locator(".control .value").first).to_have_text("2")
    expect(page.locator(".control .value").last).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 40)"
    box = page.locator(".picture svg").bounding_box()
    assert box
    assert box["width"] > 600
