"""The hands on the picture in a real browser: keyboard, zoom and Fit, skips, downloads and the presentation mode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

SKIPS = "[block.skip_connection for block in designer.design.blocks_of('decoder')]"
BOXES = ".barlayer .point path"


def boxes_in_sight(designer: DesignerPage) -> int:
    """How many boxes take a click: plotly hides some of those that were dragged out of the picture."""
    shown: int = designer.root.locator(".js-plotly-plot").evaluate(
        """plot => {
            const place = plot.querySelector('.bglayer, .xy').closest('svg').getBoundingClientRect();
            return [...plot.querySelectorAll('.barlayer .point')].filter(point => {
                const { left, right, width } = point.getBoundingClientRect();
                return point.getAttribute('display') !== 'none' && width && left >= place.left && right <= place.right;
            }).length;
        }"""
    )
    return shown


def ranges(designer: DesignerPage) -> list[list[float]]:
    found: list[list[float]] = designer.root.locator(".js-plotly-plot").evaluate(
        "plot => [plot._fullLayout.xaxis.range, plot._fullLayout.yaxis.range]"
    )
    return found


def drag(designer: DesignerPage, by: int) -> None:
    """Drag the picture sideways, where no box is."""
    place = designer.root.locator(".encdec-picture").bounding_box()
    assert place
    mouse = designer.screen.page.mouse
    x, y = place["x"] + place["width"] / 2, place["y"] + 30
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + by / 2, y, steps=3)
    mouse.move(x + by, y, steps=3)
    mouse.up()


def active(designer: DesignerPage) -> str:
    """What a screen reader says of the active box."""
    said: str = designer.root.locator(".encdec-boxes").evaluate(
        "list => document.getElementById(list.getAttribute('aria-activedescendant')).textContent"
    )
    return said


def tool(designer: DesignerPage, name: str) -> Locator:
    return designer.root.locator(".encdec-tools").get_by_role("button", name=name, exact=True)


def test_walked_zoomed_and_edited(open_app: Callable[..., Screen], tmp_path: Path) -> None:
    designer = DesignerPage(open_app())
    page = designer.screen.page
    kernel = designer.screen.kernel
    assert kernel
    boxes = designer.root.locator(".encdec-boxes")
    expect(boxes.locator("[role=option]")).to_have_count(11)

    # One tab stop: nothing else in the picture has the focus by Tab.
    stops = designer.root.locator(".encdec-picture").evaluate(
        "part => [part, ...part.querySelectorAll('*')].filter(e => e.tabIndex >= 0).length"
    )
    assert stops == 1
    expect(designer.root.locator(".modebar")).to_have_count(0)

    # The keys walk the boxes, and the ring lies around the active one.
    boxes.focus()
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert active(designer).startswith("enc2, encoder, 64 channels, 64 by 64, 55 thousand parameters")
    page.keyboard.press("ArrowDown")
    assert active(designer).startswith("dec1, ")
    number = boxes.locator("[role=option]").all_text_contents().index(active(designer))

    def ring_is_around_the_box() -> bool:
        ring = designer.root.locator(".encdec-ring").bounding_box()
        box = designer.root.locator(BOXES).nth(number).bounding_box()
        assert ring
        assert box
        return all(abs(ring[side] - box[side]) < 2 for side in ("x", "y", "width", "height"))

    until(ring_is_around_the_box, "the ring is around the box")
    page.keyboard.press("Enter")
    expect(boxes.locator("[aria-selected=true]")).to_have_text([active(designer)])
    page.keyboard.press("Escape")
    expect(boxes).not_to_be_focused()

    # A wheel alone leaves the picture as it is; with Ctrl it zooms; Fit shows all of it again.
    fit = ranges(designer)
    place = designer.root.locator(".encdec-picture").bounding_box()
    assert place
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.mouse.wheel(0, 120)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    until(lambda: ranges(designer) != fit, "the picture is zoomed")
    (left, right), _ = ranges(designer)
    assert right - left < (fit[0][1] - fit[0][0]) / 2
    tool(designer, "Fit").click()
    until(lambda: ranges(designer) == fit, "all of the picture")

    # What was dragged out of sight and changed meanwhile comes back; also among all layers.
    drag(designer, -250)
    until(lambda: boxes_in_sight(designer) < 11, "some boxes are out of sight")
    kernel.run('designer.set("filters", 24)')
    expect(boxes.locator("[role=option]").nth(1)).to_contain_text("enc0, encoder, 24 channels")
    tool(designer, "Fit").click()
    until(lambda: boxes_in_sight(designer) == 11, "all boxes are back")
    page.get_by_role("button", name="all layers", exact=True).click()
    expect(designer.root.locator(BOXES)).to_have_count(43)
    drag(designer, -250)
    until(lambda: boxes_in_sight(designer) < 43, "some layers are out of sight")
    boxes.focus()
    page.keyboard.press("0")
    until(lambda: boxes_in_sight(designer) == 43, "all layers are back")
    page.get_by_role("button", name="blocks", exact=True).first.click()
    expect(designer.root.locator(BOXES)).to_have_count(11)

    # The picture and the figures alone, 1.6 times as large; Escape leads back.
    width = designer.root.locator(".main-svg").first.bounding_box()
    assert width
    boxes.focus()
    page.keyboard.press("p")
    until(lambda: _width(designer) > 1200, "the picture fills the window")
    for part, seen in ((".encdec-figures", True), (".encdec-controls", False), (".encdec-header", False)):
        expect(designer.root.locator(part)).to_be_visible(visible=seen)
    designer.screen.screenshot(tmp_path / "presenting.png")
    page.keyboard.press("Escape")
    for part in (".encdec-figures", ".encdec-controls", ".encdec-header"):
        expect(designer.root.locator(part)).to_be_visible()
    until(lambda: abs(_width(designer) - width["width"]) < 8, "the picture is as it was")

    # Downloads are named after the design; PNG has twice the size.
    svg = _downloaded(designer, "SVG", tmp_path)
    png = _downloaded(designer, "PNG, twice the size", tmp_path)
    assert (svg.name, png.name) == ("u-net-filters24.svg", "u-net-filters24.png")
    drawn = svg.read_text(encoding="utf-8")
    size = png.read_bytes()[16:24]
    twice = int.from_bytes(size[:4], "big"), int.from_bytes(size[4:], "big")
    assert f'width="{twice[0] // 2}" height="{twice[1] // 2}"' in drawn

    # A click on a skip takes it out, and one on the skip that could be made takes it in again.
    for made in (False, True):
        until(lambda: _is_steady(designer), "the picture stands still")
        page.mouse.click(*_mark(designer, "dec2"))
        until(lambda made=made: kernel.value(SKIPS)[2] is made, f"the skip is made: {made}")
        page.mouse.move(0, 0)

    # Neither does one beside it, nor one at a picture that has just moved; and a box takes all clicks that are on it.
    until(lambda: _is_steady(designer), "the picture stands still")
    x, y = _mark(designer, "dec2")
    page.mouse.click(x - 60, y - 12)
    moved = designer.root.locator(".js-plotly-plot").evaluate(_MOVED_AND_CLICKED)
    assert moved, "on the mark of a skip"
    box = designer.root.locator(BOXES).last.bounding_box()
    assert box
    until(lambda: _is_steady(designer), "the picture stands still")
    page.mouse.click(box["x"] + 1, y)
    until(lambda: kernel.value("designer.selected") == "decoder[2]", "the box is selected")
    assert kernel.value(SKIPS) == [True] * 3

    # Delete takes the active block out.
    boxes.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(boxes.locator("[role=option]")).to_have_count(10)


def _width(designer: DesignerPage) -> float:
    svg = designer.root.locator(".main-svg").first.bounding_box()
    return svg["width"] if svg else 0.0


# Moves the picture and clicks at once, as somebody does whose picture moves just then; says whether it was on a skip.
_MOVED_AND_CLICKED = """async plot => {
    const { xaxis, yaxis } = plot._fullLayout;
    const [from, to] = xaxis.range;
    await plot.encdecPlotly.relayout(plot, { "xaxis.range": [from + 1, to + 1], _doNotReportToPy: true });
    const marks = plot._fullData.filter(trace => trace.mode === 'markers+text' && trace.x.length);
    const [xPixel, yPixel] = [xaxis._offset + xaxis.l2p(marks[0].x[0]), yaxis._offset + yaxis.l2p(marks[0].y[0])];
    plot.emit("plotly_click", { points: [], xPixel, yPixel });
    return marks.length > 0;
}"""


def _is_steady(designer: DesignerPage) -> bool:
    """Whether the picture has stood still since it was last asked, half a second ago."""
    steady: bool = designer.root.locator(".js-plotly-plot").evaluate(
        """async plot => {
            const places = () => JSON.stringify([plot._fullLayout.xaxis.range, plot._fullLayout.width,
                plot._fullData.map(({ x, y, base }) => [x, y, base])]);
            const before = places();
            await new Promise(done => setTimeout(done, 500));
            return places() === before;
        }"""
    )
    return steady


def _mark(designer: DesignerPage, into: str) -> tuple[float, float]:
    """Where the mark of the skip connection into a block is, on the page."""
    point: list[float] = designer.root.locator(".js-plotly-plot").evaluate(
        """(plot, into) => {
            const marks = plot._fullData.filter(trace => trace.mode === 'markers+text');
            const found = marks.flatMap(({ x, y, customdata }) => customdata.map(([name], i) => [name, x[i], y[i]]));
            const [, x, y] = found.find(([name]) => name.endsWith(into));
            const { xaxis, yaxis } = plot._fullLayout;
            const place = plot.getBoundingClientRect();
            return [place.x + xaxis._offset + xaxis.l2p(x), place.y + yaxis._offset + yaxis.l2p(y)];
        }""",
        into,
    )
    return point[0], point[1]


def _downloaded(designer: DesignerPage, kind: str, folder: Path) -> Path:
    page = designer.screen.page
    tool(designer, "Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
