"""The page Learn in a real browser: train, edit, go on; what was learnt is the model's; keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until

pytestmark = pytest.mark.tensorflow

CELLS = [
    """
from encdec_widgets import Design, Designer
from encdec_widgets.architectures import UNet
designer = Designer(Design(UNet(filters=4, down_blocks=2, up_blocks=2, up_interpolate=True), (128, 128, 1)))
designer
"""
]
_LISTEN = """() => {
    const region = document.querySelector('.encdec-said');
    window.heardAloud = [];
    new MutationObserver(() => {
        if (region.textContent) window.heardAloud.push(region.textContent);
    }).observe(region, { childList: true });
}"""
# The means of the weights of the first layer, as they are and as they came back.
MEAN = "float(abs(designer.{}.get_layer('stack0_enc0_conv0').get_weights()[0]).mean())"


def test_train_edit_and_go_on(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    page, root, kernel = designer.screen.page, designer.root, designer.screen.kernel
    assert kernel
    page.evaluate(_LISTEN)
    designer.turn_to("Learn")
    learn = root.locator(".encdec-learn")
    expect(learn).to_contain_text("Trained at 64 × 64 px grey.")
    designer.screen.type("seconds", "600", within=learn)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Training …").wait_for()

    tiles = learn.get_by_role("img", name=re.compile("6 images"))
    tiles.wait_for()
    drawn = tiles.locator("> div").first.evaluate("e => getComputedStyle(e).backgroundImage")
    assert drawn.startswith('url("blob:'), "a picture of its own, and no data URL"
    curve = learn.get_by_role("img", name=re.compile("^Loss: from"))
    expect(learn.locator(".encdec-learn-score")).to_contain_text("px")

    found = Axe().run(page, context=".encdec").response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in ("serious", "critical")] == []

    # An edit while it learns: of the last block alone, so that the rest keeps its weights.
    before = curve.get_attribute("aria-label")
    kernel.run("designer.session.turn('decoder[1].refine_convs_filters', 6)")
    edits = learn.get_by_role("list", name="Edits during training")
    expect(edits).to_contain_text(re.compile(r"[\d,]+ of [\d,]+ parameters kept; the rest begins anew"))
    expect(curve).to_have_attribute("aria-label", re.compile("Edit 1 at step"))
    until(lambda: curve.get_attribute("aria-label") != before, "it goes on")

    # One that can't learn it stops nothing.
    kernel.run("designer.session.change('decoder[:]', ())\ndesigner.session.wait()")
    kernel.run("designer.session.undo()")
    stop = learn.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_enabled()
    stop.click()
    expect(learn).to_contain_text("The network has the weights now.")
    assert not kernel.value("designer.session.backbone.filled"), "nothing is filled for it"
    assert kernel.value(MEAN.format("model")) == pytest.approx(
        kernel.value(MEAN.format("learning.trained.backbone.model"))
    )
    until(lambda: any("Score:" in text for text in page.evaluate("window.heardAloud")), "its end is said")
    said: list[str] = page.evaluate("window.heardAloud")
    assert len([text for text in said if text.startswith("Training on")]) == 1
    assert len([text for text in said if "Score:" in text]) == 1
    assert len(said) < 12, "not at every slice"


def test_it_is_trained_and_stopped_by_keys_alone(open_notebook: Callable[..., Screen]) -> None:
    designer = DesignerPage(open_notebook(CELLS))
    page = designer.screen.page
    tab = designer.root.get_by_role("tab", name="Timing", exact=True)
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(designer.root.get_by_role("tab", name="Learn", exact=True)).to_be_focused()
    learn = designer.root.locator(".encdec-learn")
    page.get_by_role("button", name="Train", exact=True).press("Enter")
    page.get_by_role("button", name="Training …").wait_for()
    assert page.evaluate("() => document.activeElement.textContent") == "Training …"
    learn.locator(".encdec-learn-tiles").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(learn).to_contain_text("The network has the weights now.")
    page.wait_for_function("() => document.activeElement.textContent === 'Pin as A'")
    # What was shown stays when the page is left and turned to again.
    designer.turn_to("Costs")
    designer.turn_to("Learn")
    expect(learn.locator(".encdec-learn-curve svg")).to_be_visible()
