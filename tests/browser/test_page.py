"""What the page itself notices: a pointer that holds a slider, and keys that have no name."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.designer_page import CELLS, DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until


def test_a_slider_is_held_by_the_first_button_until_the_window_is_left(
    open_app: Callable[..., Screen],
) -> None:
    designer = DesignerPage(open_app())
    page, kernel = designer.screen.page, designer.screen.kernel
    assert kernel
    handle = designer.row("down blocks").locator(".noUi-handle").bounding_box()
    assert handle
    page.evaluate(
        "window.pointers = []; window.addEventListener('pointerdown', e => pointers.push(e.button))"
    )

    def wait_until_held(held: bool) -> None:
        until(lambda: kernel.value("designer.page.held") == held, f"held is {held}")

    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    wait_until_held(True)  # also though the control that had the focus has lost it
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    wait_until_held(False)
    page.mouse.up()
    page.mouse.down(button="right")
    page.wait_for_function("pointers.length === 2")
    designer.screen.type("filters", "8")  # what is told comes in order: this after the pointer
    until(lambda: kernel.value("designer.design.architecture.filters") == 8, "what was typed")
    assert not kernel.value("designer.page.held")
    assert page.evaluate("pointers") == [0, 2]


def test_a_key_without_a_name_is_no_error(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    page = designer.screen.page
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    designer.root.get_by_label("filters", exact=True).evaluate(
        "box => box.dispatchEvent(Object.assign(new Event('keydown', { bubbles: true }), { ctrlKey: true }))"
    )
    page.evaluate("new Promise(requestAnimationFrame)")
    assert errors == []
