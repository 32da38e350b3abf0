"""What is taken away in the app: a link and a text in the clipboard, and a page that is made beside edits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from encdec_widgets.export.reading import read_text
from tests.browser.designer_page import DesignerPage
from tests.browser.page import Screen
from tests.browser.servers import until


def test_a_link_a_text_and_a_page_are_taken_away(open_app: Callable[..., Screen], tmp_path: Path) -> None:
    screen = open_app()
    page, kernel = screen.page, screen.kernel
    assert kernel
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    designer = DesignerPage(screen)
    away = designer.root.locator(".encdec-take-away")
    note = away.locator(".encdec-away-note")

    def take(entry: str) -> None:
        away.get_by_role("button", name="Take away").click()
        away.get_by_role("menuitem", name=entry).click()

    for entry, starts in (("Link (copied)", "https://mybinder.org/"), ("Text for a chat (copied)", "unet#")):
        take(entry)
        expect(note).to_have_text(f"Copied: {entry.removesuffix(' (copied)')}.")
        text = page.evaluate("navigator.clipboard.readText()")
        assert text.startswith(starts)
        assert read_text(text).design.architecture.filters == 16

    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as by plain http
    take("Text for a chat (copied)")
    by_hand = away.get_by_label("What is taken away, to be copied by hand")
    expect(by_hand).to_be_focused()
    expect(by_hand).to_have_value(text)
    page.keyboard.press("Escape")
    expect(by_hand).to_be_hidden()

    kernel.run("from encdec_widgets.export.page import choices; choices.MOST_CHOSEN = 20")
    with page.expect_download() as download:
        take("Page with sliders (HTML)")
        expect(note).to_contain_text("of 20 networks")
        expect(away.get_by_role("button", name="Take away")).to_have_text("Making…")
        designer.press_slider("filters", "ArrowRight")
        until(lambda: designer.parameters() > 2_000_000, "an edit meanwhile")
    assert (
        download.value.suggested_filename == "sleap-medium-single.html"
    )  # what was on screen when it was asked for
    expect(away.get_by_role("button", name="Take away")).to_have_text("Take away ▾")
    file = tmp_path / "page.html"
    download.value.save_as(file)
    other = page.context.new_page()
    other.goto(file.as_uri())
    expect(other.get_by_role("heading", name="SLEAP medium single")).to_be_visible()
    assert other.get_by_role("slider").count() == 2
    other.close()
