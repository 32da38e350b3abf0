"""The harness itself: a notebook with widgets opens in both themes, the kernel answers, nothing leaves 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.page import Screen
from tests.browser.servers import until

CELLS = [
    """
import ipywidgets, plotly.graph_objects as go
number = ipywidgets.IntSlider(description="filters", value=3, max=9)
box = ipywidgets.BoundedIntText(description="levels", value=4, max=9)
figure = go.FigureWidget(go.Scatter(x=[1, 2], y=[3, 4]))
""",
    "ipywidgets.VBox([number, box, figure])",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_notebook_opens_with_its_widgets(
    open_notebook: Callable[..., Screen], theme: str, tmp_path: Path
) -> None:
    screen = open_notebook(CELLS, theme, fresh=True)

    screen.page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert screen.page.evaluate("document.body.dataset.jpThemeLight") == (
        "true" if theme == "light" else "false"
    )
    assert screen.screenshot(tmp_path / "screen.png").stat().st_size > 10_000

    assert screen.kernel
    assert screen.kernel.value("[number.value, box.value]") == [3, 4]
    assert screen.kernel.run("print(1)\nfigure.data[0].y") == "1\n(3, 4)"
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        screen.kernel.value("1 / 0")

    screen.press("filters", "ArrowRight", "ArrowRight")
    screen.type("levels", "7")
    until(lambda: screen.kernel and screen.kernel.value("[number.value, box.value]") == [5, 7], "keys")


def test_what_a_page_asks_of_other_hosts_is_seen(new_screen: Callable[[], Screen]) -> None:
    screen = new_screen()
    screen.page.goto("data:text/html,<p>here</p>")
    screen.page.evaluate("fetch('http://elsewhere.invalid/x').catch(() => console.error('no'))")
    assert until(lambda: len(screen.complaints()) >= 2, "both complaints")
    assert "asked of another host: http://elsewhere.invalid/x" in screen.complaints()
    screen.outside.clear()
    screen.errors.clear()
