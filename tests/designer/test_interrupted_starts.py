"""An interrupt that comes as a panel begins its work stops it: the button can be pressed again."""

from collections.abc import Callable
from typing import Any

import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.pages import advise_panel
from encdec_widgets.widgets.pages.advise_panel import AdvisePanel
from encdec_widgets.widgets.pages.feature_maps_panel import FeatureMapsPanel
from encdec_widgets.widgets.pages.receptive_page import ReceptivePage
from encdec_widgets.workers.device import CPU
from tests.designer.on_screen import put
from tests.designer.timed import DESIGN, FakeWorker, begun

Start = Callable[[FakeWorker, pytest.MonkeyPatch], widgets.Button]


def feature_maps(worker: FakeWorker, _: pytest.MonkeyPatch) -> widgets.Button:
    panel = FeatureMapsPanel(Session(DESIGN), worker)  # type: ignore[arg-type]
    panel.visible = True
    return panel.start


def timing(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> widgets.Button:
    return begun(Session(DESIGN), worker, monkeypatch).start


def receptive_field(worker: FakeWorker, _: pytest.MonkeyPatch) -> widgets.Button:
    session = Session(DESIGN)
    page = ReceptivePage(session, worker)  # type: ignore[arg-type]
    page.visible = True
    put(session, DESIGN)
    return page.measure


def advise(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch, **wishes: Any) -> AdvisePanel:
    monkeypatch.setattr(advise_panel, "visible_devices", lambda: (CPU,))
    panel = AdvisePanel(Session(DESIGN), worker)  # type: ignore[arg-type]
    panel.visible = True
    asked = {"animal": 40.0, "height": 256, "width": 256, "family": "U-Net"}
    for name, value in {**asked, **wishes}.items():
        panel.controls._on_edit(name, value)
    return panel


def advisor(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> widgets.Button:
    return advise(worker, monkeypatch, images_per_second=1e5, device="CPU").start


def timing_of_advised(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> widgets.Button:
    panel = advise(worker, monkeypatch)
    panel.start.click()
    return panel.time


@pytest.mark.parametrize("start", [feature_maps, timing, receptive_field, advisor, timing_of_advised])
def test_what_is_interrupted_as_it_begins_can_be_begun_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = FakeWorker()
    button = start(worker, monkeypatch)
    words = button.description
    worker.refuses = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        button.click()
    assert (button.description, button.disabled) == (words, False)
    worker.refuses = None
    button.click()
    assert len(worker.jobs) == 1
    assert button.description != words or button.disabled
