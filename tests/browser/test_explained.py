"""Costs, receptive fields and checks in a real browser: on the picture, in the pages beside it, in the table."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

START = [1, 16, 32, 64, 128, 128, 256, 256, 128, 64, 32]
WIDER = [1, 17, 34, 68, 136, 136, 272, 272, 136, 68, 34]


def button(designer: DesignerPage, name: str) -> Locator:
    return designer.root.get_by_role("button", name=name, exact=True)


def test_figures_show_that_parameters_are_not_where_the_work_is(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    picture = designer.root.locator(".js-plotly-plot")
    seen: list[list[str]] = []
    before = designer.colours()
    for figure, words in (
        ("Parameters", "of it in enc6, dec0"),
        ("Multiply-adds", "of it in dec"),
        ("Memory to train", "MB"),
        ("The output sees", "236 px"),
    ):
        designer.root.get_by_role("button", name=figure).click()
        expect(picture).to_contain_text(words)
        until(lambda: designer.colours() not in (before, *seen), f"colours of {figure}")
        seen.append(designer.colours())
    designer.root.get_by_role("button", name="The output sees").click()
    expect(picture).to_contain_text("Encoder")
    until(lambda: designer.colours() not in seen, "the colours of the stages")


def test_costs_and_what_if_follow_the_control_in_hand(
    open_notebook: Callable[..., Screen], tmp_path: Path
) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    costs = designer.root.locator(".encdec-costs")
    designer.turn_to("Costs")
    expect(costs).to_contain_text("1,953,072")
    charts = costs.get_by_role("img")
    designer.screen.type("batch size", "4", within=costs)
    expect(costs.locator(".encdec-what-if")).to_contain_text("4 images")

    # A slider that is moved while values are tried is not held up, and becomes the field in question.
    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    designer.wait_until_it_agrees()
    what_if = costs.get_by_label("what if", exact=True)
    expect(what_if).to_have_value("filters")
    expect(charts.first).to_have_attribute("aria-label", re.compile("17"))
    designer.press_slider("filters", "ArrowLeft")
    designer.wait_for_boxes(START)
    what_if.select_option("down blocks")
    expect(charts.last).to_have_attribute("aria-label", re.compile("236 px"))
    expect(costs.locator(".encdec-what-if")).not_to_contain_text("Computing")
    costs.get_by_text("All values as a table").press("Enter")
    expect(costs.get_by_role("rowheader", name="4, now")).to_be_visible()
    designer.screen.screenshot(tmp_path / "table.png")
    assert designer.screen.scrolls_sideways() == []


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x99" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


@pytest.mark.tensorflow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_field_on_an_image(theme: str, open_app: Callable[..., Screen], tmp_path: Path) -> None:
    designer = DesignerPage(open_app(theme))
    page = designer.screen.page
    field = designer.root.locator(".encdec-receptive")
    expect(field).to_contain_text("236 × 236 px (exact)")
    expect(field).to_contain_text("SLEAP's dialog would show 76 px")
    expect(field).to_contain_text("The animal of 150 px fits")

    # The animal by keyboard; what is too small for it is a check, which can be dismissed.
    checks = designer.root.locator(".encdec-checks")
    expect(checks.locator(".encdec-check:visible")).to_have_count(0)
    animal = page.get_by_role("slider", name="length of the animal")
    animal.press("End")
    expect(checks).to_contain_text("receptive field below the animal")
    assert not designer.screen.scrolls_sideways()
    designer.open("Checks")
    button(designer, "Dismiss receptive field below the animal").press("Enter")
    expect(button(designer, "show 1 dismissed")).to_be_focused()
    designer.open("Checks")  # It lies over the end of the page.
    designer.screen.type("animal", "200", within=field)
    expect(field).to_contain_text("The animal of 200 px fits")
    designer.screen.type("input scale", "0.5", within=field)
    expect(field).to_contain_text("472")

    # An image of one's own, and a file that is none.
    bad, good = tmp_path / "bad.png", tmp_path / "good.png"
    bad.write_bytes(b"this is no image")
    good.write_bytes(png(300, 200))
    page.get_by_label("Image …", exact=True).set_input_files(bad)
    expect(field).to_contain_text("bad.png")
    page.get_by_label("Image …", exact=True).set_input_files(good)
    kernel = designer.screen.kernel
    assert kernel
    until(
        lambda: kernel.value("list(designer.aside.receptive_field.view.image_size)") == [200, 300],
        "the image's size",
    )

    # The effective receptive field is measured elsewhere, and drawn.
    button(designer, "Effective receptive field").click()
    expect(button(designer, "Stop measuring")).to_be_visible()
    expect(field).to_contain_text(re.compile(r"effective.* px", re.IGNORECASE), timeout=240_000)
    expect(button(designer, "Effective receptive field")).to_be_visible()
    designer.screen.screenshot(tmp_path / f"{theme}.png")


def test_advice_is_mended_by_keyboard_and_marked_on_the_picture(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS[:1]))
    page = designer.screen.page
    checks = designer.root.locator(".encdec-checks")
    names = designer.root.locator(".scatterlayer text")
    page.get_by_role("checkbox", name="up interpolate").uncheck()
    expect(checks).to_contain_text("checkerboard")
    until(lambda: sum("⚠" in text for text in names.all_text_contents()) == 3, "signs at three blocks")
    designer.open("Checks")
    button(designer, "interpolate instead").press("Enter")
    expect(checks.locator(".encdec-check:visible")).to_have_count(0)
    until(lambda: not any("⚠" in text for text in names.all_text_contents()), "no signs")
    expect(page.get_by_role("checkbox", name="up interpolate")).to_be_checked()
    designer.undo.click()
    expect(checks).to_contain_text("checkerboard")


def test_the_table_of_costs_is_sorted(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS[:1]))
    designer.open("Table")
    button(designer, "Block costs").click()
    table = designer.root.locator(".encdec-facts")
    header = table.get_by_role("columnheader", name="multiply-adds", exact=True)
    expect(header).to_be_visible()
    header.get_by_role("button").click()
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(table.locator("tbody tr button").first).to_have_text(re.compile("^dec"))
    # A table of many columns may scroll in a box of its own; nothing else does.
    assert [found for found in designer.screen.scrolls_sideways() if "encdec-facts-box" not in found] == []
