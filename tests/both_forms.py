"""Both forms of the background for tests of what works in it: threads, and the event loop alone."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from encdec_widgets.background import Background, InThreads, OnLoop, on_loop
from tests.session.slow import GATE

USES_BACKGROUND = (
    "networks.side_by_side",
    "session.live_builder",
    "session.session",
    "explore.advising.asked",
    "explore.comparing.beside",
    "explore.sweeping.asking",
    "explore.sweeping.beside",
    "explore.what_if",
    "workers.client",
    "widgets.base.at_rest",
)


class HeldOnLoop(OnLoop):
    """The background on the event loop alone, held up after a block was made until the gate is opened."""

    def _take_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        if GATE.reached.is_set() and not GATE.open.is_set():
            loop.call_later(0.002, self._take_turn, loop)
        else:
            super()._take_turn(loop)


def starts_no_thread(self: threading.Thread) -> None:
    """In place of ``Thread.start``."""
    raise AssertionError(f"{self.name} was started: on the event loop alone there are no threads")


@pytest.fixture(params=["threads", "loop"])
def in_both_forms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    """Everything works in this background: once in threads, and once on the event loop alone, a block a step."""
    form: Background = InThreads()
    if request.param == "loop":
        form = HeldOnLoop()
        monkeypatch.setattr(on_loop, "SLICE_S", 0.0)
        monkeypatch.setattr(threading.Thread, "start", starts_no_thread)
        monkeypatch.setattr(GATE, "blocks", False)
    for module in USES_BACKGROUND:
        monkeypatch.setattr(f"encdec_widgets.{module}.shared_background", lambda: form)
    yield form
    GATE.open.set()
    form.shutdown(cancel_futures=True)
