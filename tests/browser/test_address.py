"""The address of the app's page: reload, back, a bookmark and a damaged link; never in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

import encdec_widgets.widgets.header.address as address_module
from encdec_widgets.export.packed import unpacked
from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

SCRIPT = Path(address_module.__file__).with_suffix(".js")
BEGIN = """source => {
    window.asked = [];
    const model = { on: (_, told) => { window.told = told; }, off() {}, send: (message) => asked.push(message) };
    const el = document.createElement("div");
    new Function(source.replace("export default { render };", "return render;"))()({ model, el });
}"""


def _address(page: Page) -> str:
    """Asked of the page itself: what Playwright knows of it is as old as its last answer."""
    return str(page.evaluate("location.href"))


def _in_address(page: Page) -> int | None:
    """The filters of the design in the address; None where it has none."""
    found = parse_qs(urlsplit(_address(page)).query).get("design")
    filters: int | None = unpacked(found[0]).architecture.filters if found else None
    return filters


def _edit(designer: DesignerPage, filters: int) -> None:
    designer.screen.type("filters", str(filters))
    until(lambda: _in_address(designer.screen.page) == filters, f"the address has {filters} filters")
    if designer.screen.kernel:  # what comes within a second belongs to the same step, as for Undo
        designer.screen.kernel.run(
            "designer.session.hold(True); designer.session.hold(False); designer.session._gestures.end()"
        )


def _shows(designer: DesignerPage, filters: int) -> None:
    until(lambda: designer.number("filters") == str(filters), f"{filters} filters are shown")


def test_reload_back_and_a_bookmark_lead_to_the_design(open_app: Callable[..., Screen]) -> None:
    screen = open_app("dark", fresh=True)
    page = screen.page
    designer = DesignerPage(screen)
    until(lambda: "token=" not in _address(page), "the token is taken out")
    assert "theme=dark" in _address(page)
    assert _in_address(page) is None
    entries = page.evaluate("history.length")
    _edit(designer, 20)
    _edit(designer, 24)

    # A drag is one step, however long it takes.
    handle = designer.row("filters").locator(".noUi-handle").bounding_box()
    assert handle
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    for by in (6, 12, 18):
        before = _address(page)
        page.mouse.move(handle["x"] + handle["width"] / 2 + by, handle["y"] + handle["height"] / 2)
        until(lambda before=before: _address(page) != before, "the address follows a drag")  # type: ignore[misc]
    page.mouse.up()
    dragged = _in_address(page)
    assert dragged
    assert dragged > 24
    assert page.evaluate("history.length") == entries + 3

    page.go_back()
    _shows(designer, 24)
    expect(designer.root.locator(".encdec-redo")).to_be_enabled()
    page.go_back()
    page.go_back()
    _shows(designer, 16)
    page.go_forward()
    _shows(designer, 20)

    bookmark = _address(page)
    until(
        lambda: any('"position":1' in text for text in page.evaluate("Object.values(localStorage)")),
        "20 is kept",
    )
    page.reload()
    designer = DesignerPage(screen)
    _shows(designer, 20)
    expect(
        designer.root.locator(".encdec-undo")
    ).to_be_enabled()  # kept edits came back: Undo leads through them
    expect(designer.root.locator(".encdec-kept").get_by_role("button")).to_have_count(0)
    designer.root.locator(".encdec-undo").click()
    _shows(designer, 16)

    other = page.context.new_page()
    other.goto(bookmark)
    opened = DesignerPage(Screen(other))
    _shows(opened, 20)
    damaged = bookmark[:-3]
    other.goto(damaged)
    line = other.locator(".encdec-kept")
    expect(line).to_contain_text("The link can't be read. This was damaged on its way")
    expect(line).to_contain_text("Shown is SLEAP medium single.")
    columns = "frame => getComputedStyle(frame).gridTemplateColumns.split(' ').length"
    assert (
        other.locator(".encdec-frame").evaluate(columns) == 3
    )  # the line lies over the picture, beside nothing
    opened = DesignerPage(Screen(other))
    _shows(opened, 16)
    _edit(opened, 18)
    expect(line).to_be_hidden()
    other.close(run_before_unload=True)


def test_a_notebook_keeps_its_address(open_notebook: Callable[..., Screen]) -> None:
    screen = open_notebook(
        [
            CELLS[0]
            .replace("Designer()", "PageDesigner('')")
            .replace("encdec_widgets import Designer", "encdec_widgets.app.page_designer import PageDesigner")
        ]
    )
    before = _address(screen.page)
    entries = screen.page.evaluate("history.length")
    designer = DesignerPage(screen)
    screen.type("filters", "20")
    until(lambda: designer.parameters() > 3_000_000, "20 filters are built")
    assert screen.kernel
    until(
        lambda: (
            screen.kernel and screen.kernel.value("designer.address._told.design.architecture.filters") == 20
        ),
        "it was told",
    )
    assert (_address(screen.page), screen.page.evaluate("history.length")) == (before, entries)


def test_a_step_back_is_not_overtaken_by_an_edit_that_was_told_before(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page.goto("http://address.test/?design=A")
    page.evaluate(BEGIN, SCRIPT.read_text(encoding="utf-8"))

    def tell(text: str, push: bool, answers: object = None, kept: str | None = None) -> None:
        message = {"text": text, "push": push, "answers": answers, "kept": kept}
        page.evaluate("message => told(message)", message)

    def back(times: int) -> dict[str, object]:
        page.go_back()
        page.wait_for_function(f"asked.length === {times}")
        return dict(page.evaluate("asked.at(-1)"))

    def design() -> str | None:
        return parse_qs(urlsplit(_address(page)).query).get("design", [None])[0]

    tell("B", True)
    tell("", True, kept="one")  # what no address can hold
    tell("", True, kept="two")
    assert page.evaluate("history.length") == 5  # a new page begins with one
    asked = back(1)
    assert (asked["open"], asked["kept"]) == ("", "one")
    first = asked["number"]
    asked = back(2)
    assert (asked["open"], asked["kept"]) == ("B", None)
    tell("C", True)
    tell("", False, first, "one")  # the answer to the step before
    assert design() == "B"
    tell("D", False, asked["number"])  # B can't be read
    assert design() == "D"
    tell("E", True, asked["number"])
    assert design() == "E"
    context.close()
