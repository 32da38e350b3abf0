from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.timing import Device, Timing, TimingError
from encdec_widgets.timing.device import CPU
from encdec_widgets.widgets.timing_panel import TimingPanel

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (32, 32, 1))
TIMING = Timing(
    median_ms=12.5,
    p10_ms=11.0,
    p90_ms=14.0,
    n=40,
    first_call_ms=200.0,
    batch_size=1,
    precision="float32",
    device="CPU",
    backend="tensorflow",
)


class FakeWorker:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, int]] = []
        self.answer: Any = None
        self.stopped = False

    def submit(self, model: Any, *, on_done: Any, batch_size: int) -> None:
        self.asked.append((model, batch_size))
        self.answer = on_done

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def panel(worker: FakeWorker) -> TimingPanel:
    panel = TimingPanel(worker)  # type: ignore[arg-type]
    assert panel.start.disabled
    panel.show(DESIGN.build(), CPU)
    return panel


def test_it_names_the_device_plainly(panel: TimingPanel, worker: FakeWorker) -> None:
    assert "Timing on CPU" in panel.children[0].value
    panel.show(DESIGN.build(), Device("NVIDIA H200", "GPU"))
    assert "Timing on NVIDIA H200" in panel.children[0].value


def test_the_button_times_what_is_on_screen(panel: TimingPanel, worker: FakeWorker) -> None:
    backbone = DESIGN.replace("filters", 3).build()
    panel.show(backbone, CPU)
    panel.batch.children[1].value = 4
    panel.start.click()
    assert worker.asked == [(backbone.model, 4)]
    assert panel.start.disabled
    assert "Measuring" in panel.text
    worker.answer(TIMING)
    assert panel.timing is TIMING
    assert not panel.start.disabled
    for figure in ("12.5", "11 to 14 ms", "80 images/s", "40 runs"):
        assert figure in panel.text


def test_an_edit_marks_the_figures_as_out_of_date(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TIMING)
    assert panel.up_to_date
    assert "Out of date" not in panel.text
    panel.show(DESIGN.replace("filters", 3).build(), CPU)
    assert not panel.up_to_date
    assert "Out of date" in panel.text


def test_an_edit_during_the_measurement_does_too(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    panel.show(DESIGN.replace("filters", 3).build(), CPU)
    worker.answer(TIMING)
    assert "Out of date" in panel.text


def test_what_goes_wrong_is_said_and_the_next_run_works(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TimingError("out of <memory>"))
    assert "out of &lt;memory&gt;" in panel.text
    assert not panel.start.disabled
    panel.start.click()
    worker.answer(TIMING)
    assert "memory" not in panel.text


@pytest.mark.parametrize("value", [0, -1, 100000])
def test_a_bad_batch_size_is_named_and_not_taken(panel: TimingPanel, worker: FakeWorker, value: int) -> None:
    panel.batch.children[1].value = value
    assert f"batch_size={value}" in panel.text
    panel.batch.children[1].value = 2
    assert "batch_size" not in panel.text
    panel.start.click()
    assert worker.asked[0][1] == 2


def test_stop_stops(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    panel.stop.click()
    assert worker.stopped
