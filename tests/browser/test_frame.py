"""The frame of the designer in a real browser: nothing moves or is cut off, and all of it is reached by keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from encdec_widgets import preset, read_design
from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

PARTS = ("header", "figures", "controls", "picture", "card", "aside", "foot")
WIDER = [1, 17, 34, 68, 136, 136, 272, 272, 136, 68, 34]


# Drops a file with this text on an element, as a person does who drags it in from another window. What the page does
# not take, the browser would open instead of the page.
_DROPPED = """(element, text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "design.json", { type: "application/json" }));
    for (const name of ["dragenter", "dragover", "drop"]) {
        const event = new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer });
        element.dispatchEvent(event);
        if (name !== "dragenter" && !event.defaultPrevented) throw new Error(`${name} is left to the browser`);
    }
}"""


def tab(designer: DesignerPage, name: str) -> Locator:
    return designer.root.get_by_role("tab", name=name, exact=True)


def places(designer: DesignerPage, *parts: str) -> dict[str, tuple[int, ...]]:
    """Left, top, width and height of parts, in px; of what is not there, nothing."""
    found = {part: designer.root.locator(f".encdec-{part}").first.bounding_box() for part in parts}
    return {part: tuple(round(box[side]) for side in box) for part, box in found.items() if box}


def scrolls(designer: DesignerPage) -> bool:
    """Whether the page, or what the designer stands in, is higher than its place."""
    return bool(
        designer.root.evaluate(
            """root => {
                for (let part = root; part; part = part.parentElement) {
                    if (part.scrollHeight > part.clientHeight + 1 && part.clientHeight) return true;
                }
                return false;
            }"""
        )
    )


def fits(designer: DesignerPage, width: int, height: int) -> None:
    """Make the window so large, and wait until header, picture, card and foot are in it, one below the other."""
    designer.screen.page.set_viewport_size({"width": width, "height": height})

    def in_order() -> bool:
        top = 0
        for x, y, w, h in places(designer, "header", "figures", "picture", "card", "foot").values():
            if y < top or x < 0 or x + w > width or y + h > height or h < 30:
                return False
            top = y + h - 12  # borders and paddings
        return not scrolls(designer)

    until(in_order, f"all is seen in {width} x {height}")
    assert designer.screen.scrolls_sideways() == []


def _ends_above_the_drawer(designer: DesignerPage, part: str) -> bool:
    found = places(designer, part, "drawer")
    (_, top, _, height), (_, drawer, _, _) = found[part], found["drawer"]
    return top + height <= drawer + 1


def _cut_tabs(designer: DesignerPage) -> list[str]:
    """The tabs that their strip, or the designer, cuts off."""
    found: list[str] = designer.root.get_by_role("tab").evaluate_all(
        """all => all.filter(tab => {
            const [own, strip] = [tab, tab.parentElement].map(part => part.getBoundingClientRect());
            return own.left < strip.left - 1 || own.right > strip.right + 1 || strip.right > innerWidth + 1;
        }).map(tab => tab.textContent)"""
    )
    return found


def seen_pages(designer: DesignerPage) -> list[str]:
    """The names of the tabs whose pages are seen."""
    pages = designer.root.get_by_role("tabpanel").all()
    names: list[str] = [
        page.evaluate("page => document.getElementById(page.getAttribute('aria-labelledby')).textContent")
        for page in pages
        if page.is_visible()
    ]
    return names


def test_nothing_moves_whatever_is_said_or_opened(open_app: Callable[..., Screen], tmp_path: Path) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    for size in ((1920, 1080), (1280, 720)):
        fits(designer, *size)
    before = places(designer, *PARTS)
    assert set(before) == set(PARTS)
    card = designer.root.locator(".encdec-card")
    pressed = designer.root.locator(".encdec-figure[aria-pressed=true]")

    designer.press_slider("filters", "ArrowRight")
    designer.wait_for_boxes(WIDER)
    expect(card).to_contain_text("Filters 16 → 17")
    expect(designer.root.locator(".encdec-figure-change").first).to_contain_text("↑ 13 %")
    assert places(designer, *PARTS) == before

    designer.screen.type("filters", "0")
    expect(card).to_contain_text("The picture is of the network before.")
    assert places(designer, *PARTS) == before
    card.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Filters 16 → 17")

    # A figure colours the boxes and opens its page; a second click goes back.
    figure = designer.root.get_by_role("button", name="Multiply-adds")
    figure.click()
    expect(tab(designer, "Costs")).to_have_attribute("aria-selected", "true")
    expect(pressed).to_have_count(1)
    figure.click()
    expect(pressed).to_have_count(0)

    for name in ("Block", "Input & head", "Timing", "Learn", "Advise", "Receptive field"):
        tab(designer, name).click()
        until(lambda name=name: name in seen_pages(designer), f"the page {name}")  # type: ignore[misc]
        assert places(designer, *PARTS) == before
    others = tuple(part for part in PARTS if part != "aside")
    for name in ("Table", "Checks: none"):
        button = designer.root.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        assert places(designer, *others) == {part: before[part] for part in others}
        until(lambda: _ends_above_the_drawer(designer, "aside"), "the column on the right ends above it")
    page.keyboard.press("Escape")
    expect(designer.root.locator(".encdec-drawer")).to_be_hidden()
    assert places(designer, *PARTS) == before

    # Beside JupyterLab's file browser: one page of eight is seen, and always the picture and the card.
    fits(designer, 934, 620)
    tab(designer, "Timing").click()
    until(lambda: seen_pages(designer) == ["Timing"], "one page")
    expect(designer.root.locator("[role=tab][aria-selected=true]")).to_have_count(1)
    designer.root.get_by_role("button", name="Parameters").click()
    until(lambda: seen_pages(designer) == ["Costs"], "the page of the figure")
    tab(designer, "Network").click()
    until(lambda: seen_pages(designer) == ["Network"], "the controls again")
    designer.screen.screenshot(tmp_path / "narrow.png")

    fits(designer, 800, 720)
    fits(designer, 800, 600)
    for width in (934, 800, 640, 400):  # all tabs are there to be clicked
        page.set_viewport_size({"width": width, "height": 720})
        until(lambda: not _cut_tabs(designer), f"tabs are whole in {width} px")
    page.set_viewport_size({"width": 640, "height": 360})  # 1280 x 720 at 200 %
    until(lambda: scrolls(designer), "the page scrolls")
    for part in ("card", "foot", "header"):
        designer.root.locator(f".encdec-{part}").scroll_into_view_if_needed()
        expect(designer.root.locator(f".encdec-{part}")).to_be_in_viewport()
    assert designer.screen.scrolls_sideways() == []
    cut = designer.root.locator(".encdec-figure-label, .encdec-header select").evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert cut == []
    header, figures = places(designer, "header", "figures").values()
    ways = designer.root.locator(".encdec-ways").bounding_box()
    assert ways
    assert ways["y"] + ways["height"] <= header[1] + header[3] <= figures[1] + 1


def test_tabs_menus_and_designs_that_come_and_go_by_keyboard(open_app: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_app("dark"))
    page, kernel = designer.screen.page, designer.screen.kernel
    assert kernel
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", name="Designer of encoder-decoder networks")).to_have_count(1)

    tab(designer, "Network").focus()
    for key, name in (("ArrowRight", "Block"), ("End", "Input & head"), ("ArrowRight", "Network")):
        page.keyboard.press(key)
        expect(tab(designer, name)).to_be_focused()
        expect(tab(designer, name)).to_have_attribute("aria-selected", "true")
    ring = tab(designer, "Network").evaluate(
        "e => getComputedStyle(e).outlineColor + getComputedStyle(e).outlineWidth"
    )
    assert ring == "rgb(88, 166, 255)2px"

    away = designer.root.get_by_role("button", name="Take away")
    away.press("ArrowDown")
    entries = designer.root.get_by_role("menuitem")
    expect(entries.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(away).to_be_focused()
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "sleap-medium-single.encdec.json"
    kept = Path(download.value.path()).read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(kernel.value("designer.design.to_json()"))

    away.press("Enter")
    with page.expect_download() as code:
        designer.root.get_by_role("menuitem", name="Keras code").press("Enter")
    assert code.value.suggested_filename == "sleap-medium-single.py"
    read = read_design(Path(code.value.path()))
    assert (read.design, read.notes) == (preset("SLEAP medium single"), ())
    away.press("Enter")
    designer.root.get_by_role("menuitem", name="Model file…").press("Enter")
    with page.expect_download() as weights:
        designer.root.get_by_role("menuitem", name="Weights alone").press("Enter")
    assert weights.value.suggested_filename == "sleap-medium-single.weights.h5"
    assert Path(weights.value.path()).read_bytes().startswith(b"\x89HDF")
    expect(designer.root.locator(".encdec-away-note")).to_be_hidden()

    opening = designer.root.get_by_role("button", name="Open…")
    form = designer.root.get_by_role("dialog", name="Open a design")
    opening.press("Enter")
    form.get_by_label("or its text").fill("no design")
    form.get_by_role("button", name="Open", exact=True).press("Enter")
    expect(form).to_contain_text("This text holds no design in a known format")
    form.get_by_label("A file of a design").set_input_files(
        {
            "name": "leap.json",
            "mimeType": "application/json",
            "buffer": preset("LEAP (2019)").to_json().encode(),
        }
    )
    expect(form).to_be_hidden()
    until(
        lambda: kernel.value("designer.header.family.preset.value") == "LEAP (2019)", "the design of the file"
    )

    # A file that is dropped anywhere on the designer is opened as well; one that is no design says why in the form.
    away.evaluate(_DROPPED, kept)
    until(
        lambda: json.loads(kernel.value("designer.design.to_json()")) == json.loads(kept), "what was dropped"
    )
    expect(form).to_be_hidden()
    refused = {
        "no design": "This text holds no design in a known format",
        "x" * 5_000_001: "design.json is too large for a design: 5,000,001 bytes.",
        " ": "design.json is empty.",
    }
    for text, words in refused.items():
        designer.root.locator(".encdec-picture").evaluate(_DROPPED, text)
        expect(form).to_contain_text(words)
        page.keyboard.press("Escape")
        expect(form).to_be_hidden()

    opening.press("Enter")
    form.get_by_label("or its text").fill(kept)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(opening).to_be_focused()


def test_axe_finds_nothing_serious(open_app: Callable[..., Screen]) -> None:
    axe = Axe()
    designer = DesignerPage(open_app())

    def serious() -> list[str]:
        found = axe.run(designer.screen.page).response["violations"]
        return [
            f"{one['id']}: {[node['target'] for node in one['nodes']]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    assert serious() == []
    for names in (("Block", "Costs"), ("Input & head", "Timing"), ("Network", "Learn"), ("Block", "Advise")):
        for name in names:
            tab(designer, name).click()
            until(lambda name=name: name in seen_pages(designer), f"the page {name}")  # type: ignore[misc]
        assert serious() == []
    designer.root.get_by_role("button", name="Table").click()
    designer.root.locator(".encdec-facts tbody tr").first.wait_for()
    assert serious() == []
