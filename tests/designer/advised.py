"""A page Advise whose worker answers when it is told to."""

import html
import re
from typing import Any

import attrs
import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.base import stock as widgets
from encdec_widgets.widgets.pages import advise_panel
from encdec_widgets.widgets.pages.advise_panel import AdvisePanel
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.timing import Timing
from tests.designer.reading import SMALL, walk
from tests.designer.timed import TIMING, FakeWorker

ASKED = {"animal": 40.0, "height": 256, "width": 256, "memory": "2 GB", "family": "U-Net", "batch_size": 2}


class Page:
    """A panel that is seen; what it says aloud is kept."""

    def __init__(self, session: Session, **wishes: Any) -> None:
        self.session, self.worker, self.said = session, FakeWorker(), list[str]()
        self.panel = AdvisePanel(session, self.worker, self.said.append)  # type: ignore[arg-type]
        self.panel.visible = True
        for name, value in {**ASKED, **wishes}.items():
            self.panel.controls._on_edit(name, value)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", self.panel.text)))

    def buttons(self, words: str) -> list[widgets.Button]:
        return [one for one in walk(self.panel.results) if getattr(one, "description", "") == words]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(advise_panel, "visible_devices", lambda: (CPU,))
    return Page(Session(SMALL))


def on_cpu(ms: float, **others: Any) -> Timing:
    return attrs.evolve(TIMING, median_ms=ms, **others)
