"""What a designer displays itself as: the widget, with nothing to read beside it, and what Colab needs to draw it."""

import asyncio
import sys
from types import SimpleNamespace

import pytest

from encdec_widgets import Designer
from encdec_widgets.widgets.base import fallback
from tests.designer.reading import SMALL
from tests.designer.slow import until

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def designer() -> Designer:
    return Designer()


def test_the_widget_alone_is_displayed(designer: Designer) -> None:
    displayed = designer._repr_mimebundle_()
    assert displayed
    bundle, metadata = displayed
    assert bundle[VIEW]["model_id"] == designer.model_id
    assert bundle["text/html"] == ""
    assert metadata == {}


def test_colab_is_told_to_use_the_manager_of_custom_widgets(
    designer: Designer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://example.invalid/manager.min.js"
    colab = SimpleNamespace(
        enable_custom_widget_manager=lambda: None, _widgets=SimpleNamespace(_installed_url=url)
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    displayed = designer._repr_mimebundle_()
    assert displayed
    assert displayed[1] == {VIEW: {"colab": {"custom_widget_manager": {"url": url}}}}


def test_each_designer_hides_a_picture_of_its_own() -> None:
    assert Designer().page.still != Designer().page.still


class Places:
    """What IPython displays, by the name under which it is brought up to date."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: dict[str, str] = {}
        self.displayed = self.updated = 0
        monkeypatch.setattr(fallback, "display", self.display)
        monkeypatch.setattr(fallback, "update_display", self.update)
        monkeypatch.setattr(fallback.InteractiveShell, "initialized", lambda: True)

    def display(self, bundle: dict[str, str], *, raw: bool, display_id: str) -> None:
        self.displayed += 1
        self.texts[display_id] = bundle["text/html"]

    def update(self, bundle: dict[str, str], *, raw: bool, display_id: str) -> None:
        assert display_id in self.texts
        self.updated += 1
        self.texts[display_id] = bundle["text/html"]


def test_the_still_picture_is_that_of_the_design_on_screen_in_every_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places = Places(monkeypatch)
    monkeypatch.setattr(fallback, "UPDATE_AFTER_S", 0.05)

    def words(designer: Designer) -> str:
        return fallback.sentence_for(designer.backbone)

    async def scenario() -> None:
        designer = Designer(SMALL)
        designer.set("filters", 3)
        assert not places.texts, "it was not displayed yet"
        for _ in range(2):
            designer._repr_mimebundle_()
        assert (places.displayed, places.updated) == (2, 0)
        assert words(designer) in places.texts[designer.page.still]
        for value in (4, 5, 6):
            designer.set("filters", value)
        assert not places.updated, "it waits until the hand rests"
        designer.select("encoder[0]")
        await until(lambda: words(designer) in places.texts[designer.page.still])
        assert places.updated == 1
        designer.set("filters", 7)
        designer.close()
        assert places.updated == 1

    asyncio.run(scenario())
