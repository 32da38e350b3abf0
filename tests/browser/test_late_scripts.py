"""A widget hears what the kernel says, also if its script takes long to come, as plotly's does on a busy machine."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page import Screen

# Both scripts take longer than anywidget waits for; the number changes before they have come, and after that.
CELL = """
import anywidget
import traitlets
from encdec_widgets.widgets.base.ipywidgets_private import Collected
from encdec_widgets.widgets.base.plotly_private import FigureWidget

WAIT = "await new Promise((resolve) => setTimeout(resolve, 3000));"

NUMBER = WAIT + '''
function render({ model, el }) {
  const show = () => (el.textContent = `${model.get("name")} ${model.get("number")}`);
  model.on("change:number", show);
  show();
}
export default { render };
'''

class Late(Collected, anywidget.AnyWidget):
    _esm = NUMBER
    number = traitlets.Int().tag(sync=True)
    name = traitlets.Unicode("late").tag(sync=True)

class Deaf(anywidget.AnyWidget):
    _esm = NUMBER
    number = traitlets.Int().tag(sync=True)
    name = traitlets.Unicode("deaf").tag(sync=True)

class LateFigure(FigureWidget):
    _esm = WAIT + FigureWidget._esm

deaf, late, quiet = Deaf(), Late(), Late(name="quiet")  # the last one is told nothing until its script has come
figure = LateFigure(data=[{"type": "bar", "x": [1], "y": [1], "text": ["one"]}])
deaf.number = late.number = 1
figure.change({0: {"text": ["two"]}}, {})
display(deaf, late, quiet, figure)
"""


def test_a_script_that_comes_late_is_told_what_it_missed_and_what_comes(
    open_notebook: Callable[..., Screen],
) -> None:
    screen = open_notebook([CELL], fresh=True)
    page = screen.page
    expect(page.get_by_text("late 1")).to_be_visible()
    expect(page.locator(".barlayer .point text")).to_have_text("two")
    expect(page.get_by_text("quiet 0")).to_be_visible()
    assert screen.kernel
    screen.kernel.run(
        "deaf.number = late.number = quiet.number = 2; figure.change({0: {'text': ['three']}}, {})"
    )
    expect(page.get_by_text("late 2")).to_be_visible()
    expect(page.get_by_text("quiet 2")).to_be_visible()
    expect(page.locator(".barlayer .point text")).to_have_text("three")
    # One of anywidget's own. Where it hears too, late.js is not needed any more.
    expect(page.get_by_text("deaf 0")).to_be_visible()
