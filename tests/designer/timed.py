"""A timing panel whose worker answers when it is told to."""

import json
import re
from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.device import CPU, Device
from encdec_widgets.workers.timing import (
    BlockTime,
    Network,
    Raced,
    known_devices,
)
from tests.designer.on_screen import put
from tests.timings import timing

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
OTHER = DESIGN.replace("filters", 3)
TIMING = timing(
    12.5,
    p10_ms=11.0,
    p90_ms=14.0,
    n=40,
    first_call_ms=200.0,
    compilation="graph",
    multiply_adds=1_000_000,
    ceiling=1e9,
)
BY_BLOCK = attrs.evolve(
    TIMING,
    blocks=(
        BlockTime(name="stack0_enc0", median_ms=4.0, n=9),
        BlockTime(name="stack0_dec1", median_ms=7.0, n=9),
    ),
)
RACED = Raced(
    names=("A", "B"),
    timings=(TIMING, attrs.evolve(TIMING, median_ms=6.25)),
    rounds=((12.5, 6.25),) * 10,
)
CALIBRATION = {
    "peak_multiply_adds_per_s": 1e9,
    "convolution_rates": [[4, 1e8], [64, 1e9]],
    "transposed_factor": 1.0,
    "bytes_per_s": 1e9,
    "resizing_rates": [[32, 1e9], [256, 1e9]],
    "layer_overhead_ms": 0.01,
    "call_overhead_ms": 0.1,
    "item_bytes": 4,
}


class FakeWorker:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.answer: Any = None
        self.tell: Any = None
        self.stopped = False
        self.refuses: BaseException | None = None

    def submit(self, job: Any, *, on_done: Any, on_progress: Any = None) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.jobs.append(job)
        self.answer, self.tell = on_done, on_progress

    def stop(self) -> None:
        self.stopped = True


def begun(
    session: Session,
    worker: FakeWorker,
    monkeypatch: pytest.MonkeyPatch,
    devices: Sequence[Device] = (CPU,),
) -> TimingPanel:
    """A panel where the notebook's backend sees these devices, made before anything was shown."""
    monkeypatch.setattr(known_devices, "visible_devices", lambda: tuple(devices))
    session.set_trait("shown", None)
    panel = TimingPanel(session, worker)  # type: ignore[arg-type]
    assert panel.start.disabled
    put(session, DESIGN)
    return panel


def show(panel: TimingPanel, design: Design) -> None:
    put(panel._session, design)


def layers_in(network: Network) -> Any:
    """The layers of a network that is sent; its own name is another each time that it is built."""
    return json.loads(network.text)["config"]["layers"]


def said(panel: TimingPanel) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", panel.text))
