"""The page Advise times the designs that it found, and can choose again with what was measured."""

import re

import pytest

from encdec_widgets.explore.advising import timed
from encdec_widgets.explore.advising.measured import finalists
from encdec_widgets.workers.errors import (
    BeyondMemoryError,
    TimingStopped,
    TimingTooLongError,
    WorkerBusyError,
)
from encdec_widgets.workers.timing import Progress
from encdec_widgets.workers.timing.calibrating import Calibrated
from encdec_widgets.workers.timing.calibration import Calibration
from tests.both_forms import in_both_forms as in_both_forms
from tests.designer.advised import Page, on_cpu
from tests.designer.advised import page as page
from tests.designer.timed import CALIBRATION


def test_the_finalists_are_timed_and_it_says_how_far_predictions_were_off(page: Page) -> None:
    panel = page.panel
    assert panel.time.layout.display == "none", "there is nothing to time"
    panel.start.click()
    assert panel.advice is not None
    designs = finalists(panel.advice)
    assert panel.time.layout.display == ""
    assert re.match(rf"Time the {len(designs)} designs?: \d+ s or more", panel.time.description)
    panel.time.click()
    for number in range(len(designs)):
        assert panel.running
        assert panel.time.disabled
        assert not panel.stop.disabled
        assert f"Timing design {number + 1} of {len(designs)}: " in page.text
        job = page.worker.jobs[number]
        assert (job.options.batch_size, job.options.work) == (2, "training")
        page.worker.tell(Progress(share=0.5, doing="12 runs"))
        assert "12 runs" in page.text
        assert panel.progress.value == pytest.approx((number + 0.5) / len(designs))
        page.worker.answer(on_cpu(20.0 + number, predicted_ms=10.0))
    assert not panel.running
    assert len(page.worker.jobs) == len(designs)
    assert [one.timing is not None for one in panel.advice.advised] == [True] * 3
    assert "Measured: 20.0 ms a run" in page.text
    assert re.search(r"Measured times were [\d. to]+ times what was predicted", page.text)
    assert "Times were measured on CPU" in page.said[-1]
    assert "for other wishes" not in page.text
    assert page.buttons("Use this"), "what was advised can still be taken"


def test_a_finalist_that_cannot_be_timed_says_why_and_the_others_are(page: Page) -> None:
    page.panel.start.click()
    page.panel.time.click()
    page.worker.answer(BeyondMemoryError(2 * 10**9, 10**9, 2, 1))
    while page.panel.running:
        page.worker.answer(on_cpu(20.0))
    advice = page.panel.advice
    assert advice is not None
    assert "It could not be timed: this would take about 2 GB of memory" in page.text
    timed = [one for one in advice.advised if one.design != finalists(advice)[0]]
    assert all(one.timing is not None for one in timed)


def test_a_finalist_that_takes_far_longer_is_timed_when_that_is_wanted(page: Page) -> None:
    page.panel.start.click()
    advice = page.panel.advice
    assert advice is not None
    page.panel.time.click()
    page.worker.answer(TimingTooLongError(9000.0, 63.0, 10.0))
    while page.panel.running:
        page.worker.answer(on_cpu(20.0))
    count = len(finalists(advice))
    assert "It could not be timed: this timing would take 63 s or more" in page.text
    assert page.panel.time.description == "Time all the same: about 47 s"
    page.panel.time.click()
    assert len(page.worker.jobs) == count + 1
    assert page.worker.jobs[-1].at_most_s is None
    assert page.worker.jobs[0].at_most_s is not None
    page.worker.answer(on_cpu(9000.0))
    assert not page.panel.running
    assert "could not be timed" not in page.text
    assert "Measured: 9,000 ms a run" in page.text


def test_stop_ends_the_timing_and_what_was_measured_stays(page: Page) -> None:
    page.panel.start.click()
    page.panel.time.click()
    page.worker.answer(on_cpu(20.0))
    count = len(page.worker.jobs)
    late = page.worker.answer
    page.panel.stop.click()
    assert page.worker.stopped
    assert "The timing was stopped." in page.text
    assert "Measured: 20.0 ms a run" in page.text
    late(TimingStopped())
    assert len(page.worker.jobs) == count
    assert not page.panel.running
    page.panel.time.click()
    assert len(page.worker.jobs) == count + 1, "it can be begun anew"
    while page.panel.running:
        page.worker.answer(on_cpu(30.0))
    assert "Measured: 30.0 ms" in page.text
    assert "Measured: 20.0 ms" not in page.text


def test_a_worker_that_is_busy_ends_the_timing_and_closing_ends_it_unheard(page: Page) -> None:
    page.panel.start.click()
    page.worker.refuses = WorkerBusyError("training")
    page.panel.time.click()
    assert "The timing ended: a training is under way already" in page.text
    assert not page.panel.running
    page.worker.refuses = None
    page.panel.time.click()
    said = list(page.said)
    page.panel.close()
    assert page.worker.stopped
    page.worker.answer(on_cpu(20.0))
    assert page.said == said


def test_work_that_the_backend_cannot_do_is_said_and_is_no_problem_of_the_session(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.panel.start.click()
    monkeypatch.setattr(timed, "options_of", lambda _: {"backend": "numpy", "work": "training"})
    page.panel.time.click()
    assert "The timing ended: " in page.text
    assert "NumPy, which has no gradients" in page.text
    assert "NumPy, which has no gradients" in page.said[-1], "the last that is said is what is read aloud"
    assert page.session.problem is None
    assert not page.panel.running
    assert not page.panel.time.disabled


def test_where_predictions_were_far_off_it_can_choose_again_with_what_was_measured(page: Page) -> None:
    for name, value in (("images_per_second", 0.01), ("device", "CPU"), ("work", "forward")):
        page.panel.controls._on_edit(name, value)
    page.panel.start.click()
    speed = Calibrated(device="CPU", backend="jax", calibration=Calibration.from_dict(CALIBRATION))
    page.worker.answer(speed)
    first = page.panel.advice
    assert first is not None
    assert page.panel.choose_again.layout.display == "none"
    predicted = {one.design: one.predicted_ms for one in first.advised}
    page.panel.time.click()
    for design in finalists(first):
        page.worker.answer(on_cpu(4 * (predicted[design] or 0)))
    assert "4 times what was predicted" in page.text
    assert page.panel.choose_again.layout.display == ""
    page.panel.choose_again.click()
    again = page.panel.advice
    assert again is not None
    assert any("Predictions are 4 times what they were" in text for text in again.sure)
    assert page.panel.choose_again.layout.display == "none"
    assert "for other wishes" not in page.text
