"""The timing panel of one network: what is asked of the worker, and what is said of its answers."""

import re
from collections.abc import Mapping

import attrs
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.timing import (
    BeyondMemoryError,
    Device,
    Measurement,
    Progress,
    TimingError,
    TimingStopped,
    TimingTooLongError,
    known_devices,
    measuring,
    network_of,
)
from tests.designer.timed import (
    BY_BLOCK,
    CALIBRATION,
    DESIGN,
    OTHER,
    TIMING,
    FakeWorker,
    begun,
    layers_in,
    said,
    show,
)


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def session() -> Session:
    return Session(DESIGN)


@pytest.fixture
def told(session: Session) -> list[Mapping[str, float]]:
    """The times of blocks that are told."""
    times: list[Mapping[str, float]] = []
    session.observe(lambda change: times.append(change["new"]), "block_times")
    return times


@pytest.fixture
def panel(session: Session, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> TimingPanel:
    return begun(session, worker, monkeypatch)


# One network


def test_it_names_the_device_plainly(
    panel: TimingPanel, worker: FakeWorker, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Timing on CPU" in panel.children[0].value
    assert "No GPU found" in panel.children[-1].value  # and not the first thing that is said
    monkeypatch.setattr(known_devices, "visible_devices", lambda: (Device("NVIDIA H200", "GPU"), CPU))
    other = TimingPanel(session, worker)  # type: ignore[arg-type]
    assert "Timing on NVIDIA H200" in other.children[0].value
    assert other.controls.options.device == "auto"


def test_the_button_times_what_is_on_screen_with_what_the_controls_say(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    show(panel, OTHER)
    panel.controls.rows["batch_size"].children[1].value = 4
    panel.controls.rows["work"].children[0].value = "training"
    panel.by_block.value = True
    panel.start.click()
    (job,) = worker.jobs
    assert isinstance(job, Measurement)
    assert layers_in(job.network) == layers_in(network_of(OTHER.build()))
    assert (job.options.batch_size, job.options.work, job.by_block) == (4, "training", True)
    assert job.at_most_s == 5 * job.options.budget_s
    assert panel.running
    panel.start.click()  # nothing
    assert len(worker.jobs) == 1
    worker.answer(TIMING)
    assert panel.timing is TIMING
    assert not panel.running
    for figure in (
        "12.5 ms a forward pass",
        "p10 11.0 · p90 14.0 ms",
        "80.0 images/s",
        "median of 40 runs",
        "TensorFlow on CPU",
        "float32 · graph",
        "160 MFLOP/s, 8 %",
    ):
        assert figure in said(panel)


def test_progress_and_the_expected_time_are_shown(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.tell(Progress(share=0.25, doing="first call and warm-up", calibration=CALIBRATION))
    assert panel.progress.value == 0.25
    assert panel.progress.layout.display == ""
    worker.answer(TIMING)
    assert "expected" not in said(panel)  # it was measured
    show(panel, OTHER)
    before = float(re.search(r"about ([\d.]+) ms a run expected", said(panel))[1])  # type: ignore[index]
    assert panel.progress.layout.display == "none"
    show(panel, DESIGN.replace("filters", 40))
    after = float(re.search(r"about ([\d.]+) ms a run expected", said(panel))[1])  # type: ignore[index]
    assert after > before
    panel.controls.rows["batch_size"].children[1].value = 4
    assert "expected" in said(panel)


def test_layers_that_are_frozen_count_and_figures_from_before_are_out_of_date(
    panel: TimingPanel, worker: FakeWorker, session: Session
) -> None:
    panel.start.click()
    before = worker.jobs[-1].network
    worker.answer(TIMING)
    assert panel.up_to_date
    assert session.shown is not None
    session.shown.backbone.model.trainable = False
    assert not panel.up_to_date
    panel.start.click()
    worker.answer(TIMING)
    assert panel.up_to_date
    assert worker.jobs[-1].network.frozen != before.frozen


def test_an_edit_marks_the_figures_as_out_of_date(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TIMING)
    assert panel.up_to_date
    assert "Out of date" not in panel.text
    show(panel, OTHER)
    assert not panel.up_to_date
    assert "Out of date" in panel.text


def test_other_options_mark_them_too(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TIMING)
    panel.controls.rows["batch_size"].children[1].value = 8
    assert "Out of date" in panel.text
    panel.controls.rows["batch_size"].children[1].value = 1
    assert "Out of date" not in panel.text


def test_what_was_said_of_another_network_is_taken_back(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TimingTooLongError(9000.0, 63.0, 10.0))
    show(panel, OTHER)
    assert "would take" not in panel.text
    assert panel.all_the_same.layout.display == "none"


def test_what_comes_of_an_earlier_run_is_ignored(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    answer, tell = worker.answer, worker.tell
    answer(TimingStopped())
    panel.start.click()
    answer(TIMING)
    tell(Progress(share=0.9, doing="long gone"))
    assert panel.running
    assert panel.timing is None
    assert "long gone" not in panel.text


def test_an_edit_during_the_measurement_does_too(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    show(panel, OTHER)
    worker.answer(TIMING)
    assert "Out of date" in panel.text


def test_what_goes_wrong_is_said_and_the_next_run_works(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TimingError("out of <memory>"))
    assert "out of &lt;memory&gt;" in panel.text
    assert not panel.running
    panel.start.click()
    worker.answer(TIMING)
    assert "memory" not in panel.text


def test_a_worker_that_is_busy_is_said(panel: TimingPanel, worker: FakeWorker) -> None:
    worker.refuses = TimingError("a timing is under way already")
    panel.start.click()
    assert "under way already" in panel.text
    assert not panel.running


@pytest.mark.parametrize("value", [0, -1, 100000])
def test_a_bad_batch_size_is_named_and_not_timed(panel: TimingPanel, worker: FakeWorker, value: int) -> None:
    batch = panel.controls.rows["batch_size"]
    batch.children[1].value = value
    assert f"batch_size={value}" in panel.text
    panel.start.click()
    assert not worker.jobs
    assert f"batch_size={value}" in panel.text
    batch.children[1].value = 2
    assert "batch_size" not in panel.text
    panel.start.click()
    assert worker.jobs[0].options.batch_size == 2


def test_stop_stops(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    panel.stop.click()
    assert worker.stopped
    worker.answer(TimingStopped())
    assert "The measurement was stopped." in said(panel)
    worker.stopped = False
    panel.stop.click()
    assert not worker.stopped  # another panel's measurement is not this one's to stop
    assert "encdec-error" not in panel.text


def test_a_long_run_asks_before_it_starts(panel: TimingPanel, worker: FakeWorker) -> None:
    assert panel.all_the_same.layout.display == "none"
    panel.start.click()
    worker.answer(TimingTooLongError(9000.0, 63.0, 10.0))
    assert "63 s or more" in said(panel)
    assert panel.all_the_same.layout.display == ""
    panel.all_the_same.click()
    assert worker.jobs[1].at_most_s is None
    assert panel.all_the_same.layout.display == "none"


def test_one_that_does_not_fit_into_memory_asks_with_the_batch_that_does(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    panel.start.click()
    worker.answer(BeyondMemoryError(27_300_000_000, 25_300_000_000, 32, 29))
    assert "27.3 GB of memory (an estimate), and there are 25.3 GB" in said(panel)
    assert "The largest batch that fits is 29 images (an estimate)." in said(panel)
    assert "encdec-error" not in panel.text
    assert panel.all_the_same.layout.display == ""
    panel.all_the_same.click()
    assert [job.beyond_memory for job in worker.jobs] == [False, True]
    assert worker.jobs[1].at_most_s is not None, "that it takes long was not asked yet"
    worker.answer(TimingTooLongError(9000.0, 63.0, 10.0))
    panel.all_the_same.click()
    assert (worker.jobs[2].at_most_s, worker.jobs[2].beyond_memory) == (None, True)
    worker.answer(TIMING)
    panel.start.click()
    assert not worker.jobs[3].beyond_memory
    worker.answer(BeyondMemoryError(2 * 10**9, 10**9, 1, 0))
    assert "Not even one image fits." in said(panel)
    panel.start.click()
    worker.answer(BeyondMemoryError(2 * 10**9, 10**9, 1, 0, networks=2))
    assert "Each of the 2 networks fits by itself; a race holds all of them." in said(panel)
    for fits, most in ((0, "not even one image fits."), (3, "the largest batch that fits is 3 images")):
        panel.start.click()
        worker.answer(BeyondMemoryError(2 * 10**9, 10**9, 4, fits, only_blocks=True))
        assert f"The network fits by itself; with “each block too”, {most}" in said(panel)


def test_predictions_of_other_networks_are_corrected_where_one_was_seven_times_off(
    panel: TimingPanel, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "FAR_OFF", 3)
    expected = {}
    for factor in (1.2, 7, 1 / 7):
        panel.start.click()
        worker.tell(Progress(share=0.2, doing="first call", calibration=CALIBRATION))
        worker.answer(attrs.evolve(TIMING, predicted_ms=factor * TIMING.median_ms))
        show(panel, OTHER)
        found = re.search(r"about ([\d.]+) ms a run expected", said(panel))
        assert found
        expected[factor] = float(found[1])
        show(panel, DESIGN)
    assert expected[7] == pytest.approx(expected[1.2] / 7, rel=0.1)
    assert expected[1 / 7] == pytest.approx(expected[1.2] * 7, rel=0.1)


def test_an_open_input_size_is_named(panel: TimingPanel, worker: FakeWorker) -> None:
    show(panel, Design(UNet(filters=2), (None, None, 1)))
    panel.start.click()
    assert "must be fixed" in panel.text
    assert not worker.jobs


def test_closing_stops_what_is_measured_and_shows_nothing_of_it(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    panel.close()
    assert not worker.stopped, "there was nothing of its own to stop"
    other = TimingPanel(panel._session, worker)  # type: ignore[arg-type]
    other.start.click()
    other.close()
    assert worker.stopped
    said_before = other.text
    worker.answer(TIMING)
    assert (other.timing, other.text) == (None, said_before)


# Its options


def test_rare_options_are_folded_and_the_ways_to_run_are_those_of_the_backend(panel: TimingPanel) -> None:
    assert set(panel.controls.rows) == {"work", "batch_size"}
    panel.controls.children[-1].click()
    rows = panel.controls.rows
    compilation = rows["compilation"].children[0]
    rows["backend"].children[0].value = "tensorflow"
    assert compilation.options == ("graph", "XLA", "eager")
    rows["backend"].children[0].value = "jax"
    assert rows["compilation"].children[0] is compilation  # the keyboard stays where it is
    assert compilation.options == ("XLA", "eager")
    assert (panel.controls.options.backend, panel.controls.options.compilation) == ("jax", "XLA")
    assert panel.controls.problem is None


# Where the time goes


def test_times_of_blocks_are_drawn_as_bars_and_told_as_long_as_they_hold(
    panel: TimingPanel, worker: FakeWorker, told: list[Mapping[str, float]]
) -> None:
    panel.start.click()
    worker.answer(BY_BLOCK)
    assert told[-1] == {"stack0_enc0": 4.0, "stack0_dec1": 7.0}
    for words in ("enc0", "dec1", "all blocks 11.0 ms, remainder 1.50 ms"):
        assert words in said(panel)
    show(panel, OTHER)
    assert told[-1] == {}
    assert "remainder" not in said(panel)
    show(panel, DESIGN)
    assert told[-1] == {"stack0_enc0": 4.0, "stack0_dec1": 7.0}


# What is said first


def test_stop_is_there_while_there_is_something_to_stop(panel: TimingPanel, worker: FakeWorker) -> None:
    assert panel.stop.disabled
    panel.start.click()
    assert not panel.stop.disabled
    worker.answer(TIMING)
    assert panel.stop.disabled


def test_how_it_was_measured_is_folded_away(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.start.click()
    worker.answer(TIMING)
    first, details = panel.text.split("<summary>Details</summary>")
    for jargon in ("p10", "p90", "95 %", "median", "first call"):
        assert jargon not in first
    assert "p10" in details


def test_an_option_that_is_not_possible_is_told_under_its_control(panel: TimingPanel) -> None:
    row = panel.controls.rows["batch_size"]
    row.children[1].value = 0
    assert "Batch size must be a whole number from 1 to 65536, not 0." in row.children[-1].value
    row.children[1].value = 2
    assert len(row.children) == 2
    assert not panel.controls.refusal


def test_how_long_the_network_takes_is_told_as_measured_then_as_predicted(
    panel: TimingPanel, worker: FakeWorker, session: Session
) -> None:
    assert session.time is None
    panel.start.click()
    worker.tell(Progress(share=0.1, doing="calibrating", calibration=CALIBRATION))
    worker.answer(TIMING)
    measured = session.time
    assert measured is not None
    assert (measured.ms, measured.measured, measured.work) == (TIMING.median_ms, True, "forward pass")
    assert measured.design == DESIGN
    show(panel, OTHER)
    predicted = session.time
    assert predicted is not None
    assert (predicted.design, predicted.measured) == (OTHER, False)
    assert predicted.ms > 0
    show(panel, DESIGN)
    assert session.time == measured
