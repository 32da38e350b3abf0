"""What a notebook remembers of a designer: its edits, in the browser, and the picture of its design."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.notebook import run_cells
from tests.browser.page import Screen
from tests.browser.saved import KERNEL, command, save, still_in
from tests.browser.servers import Lab, until

_EDITS = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('encdec-widgets: edits of '))"


def _kept(screen: Screen) -> dict[str, str]:
    """What is kept in the browser, by key."""
    return dict(screen.page.evaluate(_EDITS))


def _edits(screen: Screen, count: int) -> None:
    """Wait until so many edits of a designer are kept."""
    until(
        lambda: [text.count('"changes"') for text in _kept(screen).values()] == [count], f"{count} edits kept"
    )


def _filters(designer: DesignerPage, filters: int) -> None:
    """Wait until the field has this value."""
    until(lambda: designer.number("filters") == str(filters), f"{filters} filters")


def _line(designer: DesignerPage) -> Locator:
    return designer.root.locator(".encdec-kept")


def test_edits_and_picture_outlive_the_kernel(open_notebook: Callable[..., Screen], jupyterlab: Lab) -> None:
    screen = open_notebook(CELLS[:1], fresh=True)
    page = screen.page
    designer = DesignerPage(screen)
    expect(_line(designer)).to_be_hidden()
    assert not _kept(screen)
    for _ in range(2):
        designer.press_slider("filters", "ArrowRight")
        designer.settle()
        assert screen.kernel
        screen.kernel.run("designer.session.hold(True); designer.session.hold(False)")  # another hand
    _filters(designer, 18)
    _edits(screen, 2)
    (key,) = _kept(screen)
    path = page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    assert key.endswith(f"/{path}")
    assert "SLEAP medium single" in key

    # The picture that is saved is that of the design on screen.
    until(
        lambda: "2.47 M parameters" in still_in(save(screen, jupyterlab))[0], "this design's picture is saved"
    )

    # A cell that is run again, and the edits brought back.
    command(screen, "notebook:run-all-cells")
    designer = DesignerPage(screen)
    _filters(designer, 16)
    _line(designer).get_by_role("button", name="Bring back 2 edits").click()
    _filters(designer, 18)
    expect(_line(designer)).to_be_hidden()
    designer.root.locator(".encdec-undo").click()
    _filters(designer, 17)
    until(lambda: [text.count('"position":1') for text in _kept(screen).values()] == [1], "undo is kept")

    # Another kernel, which is edited before anything was brought back: both are kept, until they are let go.
    page.evaluate(f"() => {KERNEL}.session.kernel.restart()")
    run_cells(screen)
    designer = DesignerPage(screen)
    _filters(designer, 16)
    expect(_line(designer).get_by_role("button", name="Bring back 1 edit")).to_be_visible()
    designer.press_slider("filters", "ArrowRight")
    _filters(designer, 17)
    _edits(screen, 3)
    _line(designer).get_by_role("button", name="Let go").click()
    expect(_line(designer)).to_be_hidden()
    _edits(screen, 1)
