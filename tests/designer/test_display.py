"""What a designer displays itself as: the widget, with nothing to read beside it, and what Colab needs to draw it."""

import sys
from types import SimpleNamespace

import pytest

from encdec_widgets import Designer

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
