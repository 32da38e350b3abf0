"""What the page does with the picture by itself: it lets the state before an edit fade, and asks for what it missed."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.app_page import show_once_more
from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

SMALL = """
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
designer = Designer(Design(UNet(filters=8, down_blocks=2, up_blocks=1, middle_block=False), (64, 64, 1)))
designer.wait()
designer
"""
# No page hears of this change, as if it had come while the page was being opened.
MISSED = """
figure = designer.picture.graph.figure
figure.send_state = lambda key=None: None
designer.set("filters", 9)
del figure.send_state
designer
"""
# Each outline of the boxes before an edit, and how many states its animation has; null when they have gone.
_WATCH = """path => {
    const seen = window.ghosts = [];
    new MutationObserver(() => {
        const drawn = path.getAttribute('d');
        seen.push(drawn && [drawn, path.getAnimations()[0].effect.getKeyframes().length]);
    }).observe(path, { attributeFilter: ['d'] });
}"""
GONE = "() => window.ghosts.length && window.ghosts.at(-1) === null"


def test_the_page_fades_what_was_before_and_asks_for_what_it_missed(
    open_notebook: Callable[..., Screen],
) -> None:
    screen = open_notebook([SMALL, MISSED])
    page, first, second = screen.page, DesignerPage(screen), DesignerPage(screen, 1)
    for designer in (first, second):
        designer.wait_for_boxes([1, 9, 18, 18, 18])

    first.root.locator(".encdec-before > path").evaluate(_WATCH)
    for motion, states in (("no-preference", 2), ("reduce", 3)):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.evaluate("() => window.ghosts.splice(0)")
        first.press_slider("filters", "ArrowRight")
        until(
            lambda: page.evaluate("() => window.ghosts.length && window.ghosts.at(-1) === null"),
            "the boxes before fade",
        )
        # What is drawn of nothing is empty.
        (outlines, found), *_ = filter(None, page.evaluate("() => window.ghosts"))
        assert outlines.startswith("M")
        assert found == states
    first.wait_for_boxes([1, 11, 22, 22, 22])


# Of each trace its properties and their values; a property without a value is one too.
DRAWN = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => plot.data.map(
    ({uid, _doNotReportToPy, ...trace}) => [Object.keys(trace).sort(), trace]))"""


def test_a_view_that_is_opened_after_an_edit_shows_what_the_first_one_shows(
    open_app: Callable[..., Screen],
) -> None:
    screen = open_app(fresh=True)
    designer = DesignerPage(screen)
    assert screen.kernel
    screen.kernel.run("designer.set('filters', 24)")  # changes more of some traces than of others
    designer.wait_until_it_agrees()
    show_once_more(screen)
    DesignerPage(screen, 1).wait_until_it_agrees()

    def shown_twice() -> bool:
        first, second = screen.page.evaluate(DRAWN)
        return bool(first == second)

    until(shown_twice, "both show the same")
