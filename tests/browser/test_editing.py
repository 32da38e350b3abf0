"""A new user's first quarter of an hour, by mouse and by keyboard alone: a level, its skips, and all of it undone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

START = [1, 16, 32, 64, 128, 128, 256, 256, 128, 64, 32]
LEVEL_DOWN = [1, 16, 32, 64, 128, 256, 256, 512, 512, 256, 128, 64]
LEVEL_ADDED = [*LEVEL_DOWN, 32]


def skips(designer: DesignerPage) -> list[str]:
    """How each skip of the network in the kernel joins."""
    assert designer.screen.kernel
    return list(
        designer.screen.kernel.value(
            "[e['merge'] for *_, e in designer.backbone.blocks.edges(data=True) if e['skip']]"
        )
    )


def wait_for_skips(designer: DesignerPage, merges: list[str]) -> None:
    until(lambda: skips(designer) == merges, f"skips by {merges}")


def box(designer: DesignerPage, index: int) -> Locator:
    return designer.root.locator(".barlayer .point path").nth(index)


def test_by_mouse(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    last_edit = designer.root.locator(".encdec-last-edit")

    # A level more: one further down, one further up. A drag is one step.
    handle = designer.row("down blocks").locator(".noUi-handle").bounding_box()
    track = designer.row("down blocks").locator(".noUi-base").bounding_box()
    assert handle
    assert track
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 31):
        page.mouse.move(x - step, y)  # a detour to fewer levels
    for step in range(30, -1, -1):
        page.mouse.move(x - step, y)
    slider = designer.row("down blocks").locator(".noUi-handle")
    end = track["x"] + track["width"]
    for right in range(round(x) + 2, round(end), 2):
        page.mouse.move(right, y)
        if (
            float(slider.get_attribute("aria-valuenow") or 0) >= 5
        ):  # the page's own: the number comes by the kernel
            break
    page.mouse.up()
    designer.wait_for_boxes(LEVEL_DOWN)
    undo = designer.undo
    expect(undo).to_have_attribute("title", "Undo: down blocks 4 to 5")
    designer.screen.type("up blocks", "4")
    designer.wait_for_boxes(LEVEL_ADDED)
    expect(last_edit).to_contain_text("Up blocks 3 → 4 +")

    # All skips from concatenation to addition, then one less.
    with designer.awaiting_fields():
        box(designer, 9).click(force=True)
        expect(page.get_by_label("block", exact=True)).to_have_value("dec0: SimpleUpsamplingBlock")
    with designer.awaiting_fields():
        page.get_by_label("block", exact=True).select_option("decoder: all 4 blocks")
    page.get_by_role("checkbox", name="skip add").check()
    wait_for_skips(designer, ["addition"] * 4)
    expect(last_edit).to_contain_text("Skip add on in 4 blocks")
    with designer.awaiting_fields():
        box(designer, 12).click(force=True)
    expect(page.get_by_label("block", exact=True)).to_have_value("dec3: SimpleUpsamplingBlock")
    page.get_by_role("checkbox", name="skip connection").uncheck()
    wait_for_skips(designer, ["addition"] * 3)
    expect(page.get_by_role("checkbox", name="skip add")).to_be_disabled()
    expect(designer.root).to_contain_text("No effect while skip connection is off.")

    # The layers of that block, and back; the selection stays.
    page.get_by_role("button", name="layers of the block").click()
    expect(designer.root.locator(".scatterlayer")).to_contain_text("refine_")
    page.get_by_role("button", name="blocks", exact=True).first.click()
    designer.wait_for_boxes(LEVEL_ADDED)
    expect(page.get_by_label("block", exact=True)).to_have_value("dec3: SimpleUpsamplingBlock")

    # All of it undone.
    for merges in (["addition"] * 4, ["concatenation"] * 4):
        undo.click()
        wait_for_skips(designer, merges)
    undo.click()
    designer.wait_for_boxes(LEVEL_DOWN)
    undo.click()
    designer.wait_for_boxes(START)
    expect(undo).to_be_disabled()
    designer.wait_until_it_agrees()


def test_numbers_beyond_the_slider_stay_as_they_were_typed(open_notebook: Callable[..., Screen]) -> None:
    """Also those of a block whose page is not on screen; and a number that was taken is undone from where it stands."""
    designer = DesignerPage(open_notebook(CELLS[:1], fresh=True))
    page = designer.screen.page
    assert designer.screen.kernel
    designer.screen.kernel.run("designer.select('encoder[3]')")
    expect(page.get_by_label("kind", exact=True)).to_be_visible()
    designer.turn_to("Network")
    expect(page.get_by_label("kind", exact=True)).to_be_hidden()
    undo = designer.undo
    for label, number in (
        ("kernel size", "15"),
        ("filters rate", "1"),
        ("filters", "150"),
        ("height", "2048"),
    ):
        designer.turn_to("Input & head" if label == "height" else "Network")
        shown = designer.root.get_by_label(label, exact=True).locator("visible=true")
        before = shown.input_value()
        shown.press("Control+A")
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        words = label.replace("height", "input size")
        expect(undo).to_have_attribute("title", re.compile(f"Undo: {words} .*{number}"))
        designer.settle()
        expect(undo).to_have_attribute("title", re.compile(f"Undo: {words} .*{number}"))
        assert shown.input_value() == number
        page.keyboard.press("Control+z")
        expect(shown).to_have_value(before)
        expect(page.get_by_role("button", name="Redo")).to_have_attribute(
            "title", re.compile(f"Redo: {words}")
        )
    expect(undo).to_be_disabled()
    designer.wait_until_it_agrees()


class Hand:
    """A hand that has only a keyboard."""

    def __init__(self, designer: DesignerPage) -> None:
        self.page = designer.screen.page

    def to(self, what: Locator) -> None:
        """Press Tab until the focus is there."""
        element = what.first.element_handle()  # asked once: finding it by its name takes longer than a key
        for _ in range(120):
            if element.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab never came to {what}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def test_by_keyboard_alone(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    hand = Hand(designer)

    hand.to(page.get_by_label("down blocks", exact=True))
    hand.press("Control+A", "5", "Enter")
    designer.wait_for_boxes(LEVEL_DOWN)
    hand.to(designer.row("up blocks").locator(".noUi-handle"))
    hand.press("ArrowRight")
    designer.wait_for_boxes(LEVEL_ADDED)

    hand.to(page.get_by_role("tab", name="Network", exact=True))
    hand.press("ArrowRight")
    blocks = page.get_by_label("block", exact=True)
    hand.to(blocks)
    with designer.awaiting_fields():
        hand.press(*"decoder")  # as a list is searched by typing
    expect(blocks).to_have_value("decoder: all 4 blocks")
    hand.to(page.get_by_role("checkbox", name="skip add"))
    hand.press("Space")
    wait_for_skips(designer, ["addition"] * 4)

    # The table chooses a block too.
    hand.to(page.get_by_role("button", name="Table", exact=True))
    hand.press("Enter")
    hand.to(page.get_by_role("row").get_by_role("button", name="dec3"))
    with designer.awaiting_fields():
        hand.press("Enter")
    expect(blocks).to_have_value("dec3: SimpleUpsamplingBlock")
    hand.to(page.get_by_role("checkbox", name="skip connection"))
    hand.press("Space")
    wait_for_skips(designer, ["addition"] * 3)

    for merges in (["addition"] * 4, ["concatenation"] * 4):
        hand.press("Control+z")
        wait_for_skips(designer, merges)
    hand.press("Control+z")
    designer.wait_for_boxes(LEVEL_DOWN)
    hand.press("Control+z")
    designer.wait_for_boxes(START)
    hand.press("Control+Shift+Z")
    designer.wait_for_boxes(LEVEL_DOWN)
    designer.wait_until_it_agrees()


def test_all_that_can_be_focused_has_a_name(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    designer.turn_to("Block")
    with designer.awaiting_fields():
        page.get_by_label("block", exact=True).select_option("dec0: SimpleUpsamplingBlock")
    page.get_by_role("button", name="10 more fields").click()
    expect(page.get_by_label("transposed conv kernel size", exact=True)).to_be_visible()
    page.get_by_label("refine convs", exact=True).focus()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('.encdec button, .encdec input, .encdec select, .encdec [tabindex]')]
            .filter(e => e.tabIndex >= 0 && e.getClientRects().length && !e.closest('.modebar'))
            .filter(e => !(e.getAttribute('aria-label') || e.labels?.length || e.textContent.trim() || e.title))
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    page.get_by_text("skip connection", exact=True).last.hover()
    expect(page.locator(".encdec-help:visible")).to_contain_text("fine detail")
    expect(page.get_by_role("slider", name="refine convs, slider", exact=True)).to_have_count(1)
    expect(page.get_by_role("button", name="blocks", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="all layers", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_column_is_enough(theme: str, open_notebook: Callable[..., Screen]) -> None:
    """On a page of 800 px picture, card and controls stand below each other, and nothing is cut off at a side."""
    designer = DesignerPage(open_notebook([*CELLS[:1], "designer.select('decoder[0]')"], theme))
    designer.screen.page.set_viewport_size({"width": 800, "height": 720})
    designer.wait_until_the_picture_fits()

    def places() -> list[float]:
        parts = (".encdec-picture", ".encdec-card", ".encdec-blocks", ".encdec-foot")
        boxes = [designer.root.locator(part).first.bounding_box() for part in parts]
        return [box["y"] for box in boxes if box]

    until(lambda: len(places()) == 4 and places() == sorted(places()), "one part below the other")
    # A table of fourteen columns may scroll in a box of its own; nothing else does.
    assert [found for found in designer.screen.scrolls_sideways() if "encdec-facts-box" not in found] == []
