"""Two equal cards: a whole measurement on the second, by a stand-in for the process, the driver and the cards."""

from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.widgets.pages.timing_words import card_html
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.backends.installed import visible_devices
from encdec_widgets.workers.device import CPU, Device, told_apart
from encdec_widgets.workers.gpu import visible_gpus
from encdec_widgets.workers.timing import Measurement, Timing
from tests.designer.timed import CALIBRATION, DESIGN, FakeWorker, begun, said
from tests.library.fake_nvml import GIB, POWER_CAP, Card, FakeNvml, install

FIRST, SECOND = Device("NVIDIA H200", "GPU", 0), Device("NVIDIA H200", "GPU", 1)


def with_memory(used: int, **others: Any) -> Card:
    return Card(memory=SimpleNamespace(used=used * GIB, total=140 * GIB), **others)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> tuple[Card, Card]:
    """The first is full and idle, the second empty."""
    two = with_memory(139, uuid="GPU-a"), with_memory(1, uuid="GPU-b")
    install(monkeypatch, FakeNvml(two))
    return two


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def panel(cards: tuple[Card, Card], worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> TimingPanel:
    return begun(Session(DESIGN), worker, monkeypatch, told_apart([FIRST, SECOND, CPU]))


class Process:
    """Stands in for a process whose network runs on GPU:1."""

    def __init__(self, cards: tuple[Card, Card]) -> None:
        self.asked: list[str] = []
        self._cards = cards

    def ask(self, backend: str, command: str, batch_size: int, arguments: Any) -> dict[str, Any]:
        self.asked.append(command)
        first, second = self._cards
        first.memory.used, first.temperature = 140 * GIB, 99  # nothing of ours
        if command == "load":
            assert arguments["options"]["device"] == "GPU:1"
            return {
                "blocks": [],
                "precision": "float32",
                "policy": "float32",
                "settings": {},
                "notices": [],
                "device": "NVIDIA H200 (GPU:1)",
                "device_option": "GPU:1",
                "devices": [attrs.asdict(device) for device in told_apart([FIRST, SECOND, CPU])],
                "multiply_adds": 10**6,
            }
        if command == "predict":
            return {"predicted_ms": 10.0, "calibration": CALIBRATION}
        if command == "start":
            second.memory.used, second.reasons, second.temperature = 30 * GIB, POWER_CAP, 71
            return {"first_call_ms": 100.0, "peak_bytes": 25 * 10**9}
        return {"times_ms": [10.0] * 10} if command == "run" else {}


def choose(panel: TimingPanel, device: str) -> None:
    if "device" not in panel.controls.rows:
        panel.controls.children[-1].click()
    panel.controls.rows["device"].children[0].value = device


def test_the_line_of_the_card_is_that_of_the_chosen_device(panel: TimingPanel) -> None:
    for device, used in (("GPU:0", "139 of 140 GiB used"), ("GPU:1", ", 1 of 140 GiB used")):
        choose(panel, device)
        assert f"Timing on NVIDIA H200 ({device})" in panel.children[0].value
        assert f"NVIDIA H200 ({device})" in panel.children[-1].value
        assert used in panel.children[-1].value
    assert "GiB free" not in panel.children[-1].value, "the first card is full, and not asked for"
    choose(panel, "CPU")
    assert "Timing on CPU" in panel.children[0].value
    assert "GiB" not in panel.children[-1].value
    left_alone = "Timed on the CPU. NVIDIA H200 (GPU:0) and NVIDIA H200 (GPU:1) are left alone."
    assert left_alone in panel.children[-1].value


@pytest.mark.parametrize(
    ("count", "among", "told"),
    [
        (1, [FIRST, CPU], "Timed on the CPU. NVIDIA H200 is left alone."),
        (1, [CPU], "NVIDIA H200 is here, but the Keras backend computes on the CPU."),
        (
            2,
            [CPU],
            "NVIDIA H200 (GPU:0) and NVIDIA H200 (GPU:1) are here, but the Keras backend computes on the CPU.",
        ),
        (0, [CPU], "Timed on the CPU. No GPU found."),
    ],
)
def test_beside_cards_the_cpu_was_chosen_or_is_all_that_the_backend_sees(
    monkeypatch: pytest.MonkeyPatch, count: int, among: list[Device], told: str
) -> None:
    install(monkeypatch, FakeNvml([with_memory(1, uuid=f"GPU-{number}") for number in range(count)]))
    assert told in card_html(CPU, visible_gpus(), among)


def test_a_whole_measurement_on_the_second_card_tells_of_that_card(
    panel: TimingPanel, worker: FakeWorker, cards: tuple[Card, Card]
) -> None:
    choose(panel, "GPU:1")
    panel.start.click()
    (job,) = worker.jobs
    assert isinstance(job, Measurement)
    process = Process(cards)
    timing = job.do(process.ask, worker.tell)
    assert isinstance(timing, Timing)
    assert timing.gpu is not None
    assert (timing.gpu.index, timing.gpu.memory_used_bytes) == (1, GIB)
    assert timing.gpu.warnings == (), "it was idle and empty before the run"
    assert timing.load is not None
    assert timing.load.peak_memory_bytes == 30 * GIB
    assert timing.load.max_temperature_c == 71
    assert timing.load.samples == process.asked.count("run")
    assert timing.peak_bytes == 25 * 10**9
    assert "slowed its clocks" in timing.load.warnings[0]
    worker.answer(timing)
    for words in (
        "on NVIDIA H200 (GPU:1)",
        "The card slowed its clocks",
        "at most 71 °C",
        "at most 30 GiB used",
        "peak memory 25",
    ):
        assert words in said(panel)
    assert "99 °C" not in said(panel)
    assert panel._session.time is not None
    assert panel._session.time.device == "NVIDIA H200 (GPU:1)"


@pytest.mark.usefixtures("cards")
def test_two_equal_cards_have_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    backend = type(backend_named(keras.config.backend()))
    monkeypatch.setattr(backend, "devices", lambda self: [SECOND, FIRST])
    assert [device.name for device in visible_devices()] == [
        "NVIDIA H200 (GPU:1)",
        "NVIDIA H200 (GPU:0)",
        "CPU",
    ]
    assert [card.name for card in visible_gpus({}).cards] == ["NVIDIA H200 (GPU:0)", "NVIDIA H200 (GPU:1)"]
    monkeypatch.setattr(backend, "devices", lambda self: [FIRST])
    assert [device.name for device in visible_devices()] == ["NVIDIA H200", "CPU"]
