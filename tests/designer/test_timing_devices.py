"""Devices on the timing panel are those of the backend that is chosen, told by its process once it is asked or runs."""

from typing import Any

import attrs
import keras
import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.device import CPU, Device, told_apart
from encdec_widgets.workers.errors import WorkerBusyError
from encdec_widgets.workers.timing import (
    Measurement,
    Progress,
    TimingError,
    TimingStopped,
    installed_backends,
    known_devices,
)
from encdec_widgets.workers.timing.listing import Listing
from tests.designer.timed import CALIBRATION, DESIGN, OTHER, RACED, TIMING, FakeWorker, begun, show
from tests.library.fake_nvml import Card, FakeNvml, install

OWN = keras.config.backend()
ANOTHER = next(name for name in installed_backends() if name != OWN)
ONE_CARD = (Device("NVIDIA L4", "GPU"), CPU)
TWO_CARDS = told_apart([Device("NVIDIA H200", "GPU", 0), Device("NVIDIA H200", "GPU", 1), CPU])


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def panel(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> TimingPanel:
    """Two cards are here, and the notebook's own backend sees one of another name."""
    install(monkeypatch, FakeNvml([Card(uuid="GPU-a"), Card(uuid="GPU-b")]))
    made = begun(Session(DESIGN), worker, monkeypatch, devices=ONE_CARD)
    made.controls.children[-1].click()  # unfolds what is rarely needed
    return made


def choose(panel: TimingPanel, option: str, value: str) -> None:
    panel.controls.rows[option].children[0].value = value


def offered(panel: TimingPanel) -> tuple[str, ...]:
    options: tuple[str, ...] = panel.controls.rows["device"].children[0].options
    return options


def asks(panel: TimingPanel) -> bool:
    """Whether the page offers to ask."""
    return panel.ask_devices.layout.display == ""


def test_another_backend_offers_its_own_devices_once_it_was_asked_and_no_process_is_started_before(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    assert offered(panel) == ("auto", "GPU:0", "CPU")
    assert not asks(panel)
    choose(panel, "backend", ANOTHER)
    assert offered(panel) == ("auto", "CPU"), "the card is what another backend sees"
    assert "NVIDIA" not in panel.children[0].value + panel.children[-1].value
    assert asks(panel)
    assert not worker.jobs
    panel.ask_devices.button.click()
    assert worker.jobs == [Listing(backend=ANOTHER)]
    assert not panel.running, "nothing is measured"
    worker.answer(TWO_CARDS)
    assert offered(panel) == ("auto", "GPU:0", "GPU:1", "CPU")
    assert "Timing on NVIDIA H200 (GPU:0)" in panel.children[0].value
    assert not asks(panel)
    choose(panel, "device", "GPU:1")
    assert "NVIDIA H200 (GPU:1)" in panel.children[-1].value
    choose(panel, "backend", OWN)
    assert (offered(panel), panel.controls.options.device) == (("auto", "GPU:0", "CPU"), "auto")
    choose(panel, "backend", ANOTHER)
    assert offered(panel) == ("auto", "GPU:0", "GPU:1", "CPU"), "it is asked once"


def test_the_cpu_can_be_chosen_before_a_backend_was_asked_so_that_no_card_is_touched(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    choose(panel, "backend", ANOTHER)
    choose(panel, "device", "CPU")
    assert "Timing on CPU" in panel.children[0].value
    panel.start.click()
    (job,) = worker.jobs
    assert isinstance(job, Measurement)
    assert job.leaves_cards(ANOTHER)


def test_a_run_tells_the_devices_too(panel: TimingPanel, worker: FakeWorker) -> None:
    choose(panel, "backend", ANOTHER)
    panel.start.click()
    told = {"devices": [attrs.asdict(device) for device in TWO_CARDS]}
    worker.tell(Progress(share=0.2, doing="first call", calibration=CALIBRATION, payload=told))
    assert offered(panel) == ("auto", "GPU:0", "GPU:1", "CPU")
    assert not asks(panel)
    worker.answer(attrs.evolve(TIMING, device="NVIDIA H200 (GPU:0)", backend=ANOTHER))
    assert panel.up_to_date
    assert panel._session.time is not None
    assert panel._session.time.device == "NVIDIA H200 (GPU:0)"


def test_a_race_on_a_backend_whose_devices_are_not_known_tells_the_time_and_where_it_was(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    choose(panel, "backend", ANOTHER)
    panel.pin.click()
    show(panel, OTHER)
    panel.start_race.click()
    on_card = tuple(attrs.evolve(one, device="NVIDIA H200 (GPU:0)", backend=ANOTHER) for one in RACED.timings)
    worker.answer(attrs.evolve(RACED, timings=on_card))
    assert asks(panel), "its devices are not known"
    time = panel._session.time
    assert time is not None
    assert (time.design, time.ms, time.device) == (OTHER, on_card[1].median_ms, "NVIDIA H200 (GPU:0)")


def test_what_the_process_of_the_own_backend_tells_counts_more_than_what_is_seen_here(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    panel.start.click()
    told = {"devices": [attrs.asdict(CPU)]}
    worker.tell(Progress(share=0.2, doing="first call", payload=told))
    assert offered(panel) == ("auto", "CPU")


def test_asking_is_stopped_by_the_same_button(panel: TimingPanel, worker: FakeWorker) -> None:
    choose(panel, "backend", ANOTHER)
    button = panel.ask_devices.button
    first = button.description
    button.click()
    assert button.description == "Stop asking"
    assert "Asking" in panel.ask_devices.children[0].value
    button.click()
    assert worker.stopped
    worker.answer(TimingStopped())
    assert button.description == first
    assert "encdec-error" not in panel.ask_devices.children[0].value
    assert offered(panel) == ("auto", "CPU")


def test_asking_can_be_stopped_while_a_backend_is_chosen_whose_devices_are_known(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    choose(panel, "backend", ANOTHER)
    panel.ask_devices.button.click()
    choose(panel, "backend", OWN)
    assert asks(panel)
    assert panel.ask_devices.button.description == "Stop asking"
    panel.ask_devices.button.click()
    assert worker.stopped
    worker.answer(TimingStopped())
    assert not asks(panel)


@pytest.mark.parametrize("at_once", [True, False])
def test_what_goes_wrong_is_said_and_can_be_tried_again(
    panel: TimingPanel, worker: FakeWorker, at_once: bool
) -> None:
    choose(panel, "backend", ANOTHER)
    if at_once:
        worker.refuses = WorkerBusyError("training")
    panel.ask_devices.button.click()
    if not at_once:
        worker.answer(TimingError("the process ended"))
    said = panel.ask_devices.children[0].value
    assert ("a training is under way already" if at_once else "the process ended") in said
    worker.refuses = None
    panel.ask_devices.button.click()
    worker.answer(TWO_CARDS)
    assert offered(panel) == ("auto", "GPU:0", "GPU:1", "CPU")


def test_an_answer_is_of_the_backend_that_was_asked(panel: TimingPanel, worker: FakeWorker) -> None:
    choose(panel, "backend", ANOTHER)
    panel.ask_devices.button.click()
    choose(panel, "backend", OWN)
    worker.answer(TWO_CARDS)
    assert offered(panel) == ("auto", "GPU:0", "CPU")
    choose(panel, "backend", ANOTHER)
    assert offered(panel) == ("auto", "GPU:0", "GPU:1", "CPU")


def test_closing_stops_what_is_asked_and_an_edit_asks_nothing(
    panel: TimingPanel, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(panel, "backend", ANOTHER)
    panel.ask_devices.button.click()
    asked: list[Any] = []
    monkeypatch.setattr(known_devices, "visible_devices", lambda: asked.append(1) or ONE_CARD)
    show(panel, DESIGN.replace("filters", 3))
    assert not asked
    panel.close()
    assert worker.stopped
    worker.answer(TWO_CARDS)
    assert panel._known.of(ANOTHER) == ()
