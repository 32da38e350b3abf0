"""Timing the designs of the page Advise: what happens to one of them keeps no other one from being timed."""

from typing import Any

import pytest

from encdec_widgets import Design
from encdec_widgets.explore.advising import timed
from encdec_widgets.explore.advising.measured import finalists
from encdec_widgets.workers.errors import TimingError, TimingTooLongError
from encdec_widgets.workers.sent_network import Network
from tests.designer.advised import Page, on_cpu
from tests.designer.advised import page as page


def advised(page: Page) -> tuple[Design, ...]:
    """Three designs that are advised."""
    page.panel.start.click()
    assert page.panel.advice is not None
    designs = finalists(page.panel.advice)
    assert len(designs) == 3
    return designs


@pytest.mark.parametrize(
    "error",
    [TimingError("a layer cannot be sent"), MemoryError("no room"), ZeroDivisionError("a bug")],
    ids=lambda error: type(error).__name__,
)
def test_a_design_that_cannot_be_built_or_sent_says_why_and_the_others_are_timed(
    page: Page, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    advised(page)
    errors, sent = [error], timed.network_of

    def network_of(backbone: Any, device: str) -> Network:
        if errors:
            raise errors.pop()
        return sent(backbone, device)

    monkeypatch.setattr(timed, "network_of", network_of)
    page.panel.time.click()
    assert len(page.worker.jobs) == 1, "the second design is timed"
    while page.panel.running:
        page.worker.answer(on_cpu(20.0))
    assert len(page.worker.jobs) == 2
    assert f"It could not be timed: {error}" in page.text
    assert "Measured: 20.0 ms" in page.text


def test_a_job_that_ends_at_once_leaves_no_other_to_stop(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    designs, jobs = advised(page), list[Any]()

    def submit(job: Any, *, on_done: Any, on_progress: Any) -> None:
        jobs.append(job)
        on_done(on_cpu(20.0))

    monkeypatch.setattr(page.worker, "submit", submit)
    page.panel.time.click()
    assert len(jobs) == len(designs)
    assert not page.panel.running
    page.panel.close()
    assert not page.worker.stopped, "it may do the work of another panel by now"


def test_all_the_same_is_told_of_all_that_it_times_and_a_stop_keeps_what_took_too_long(page: Page) -> None:
    designs = advised(page)
    panel, too_long = page.panel, TimingTooLongError(9000.0, 63.0, 10.0)
    panel.time.click()
    page.worker.answer(too_long)
    panel.stop.click()
    assert "It could not be timed: this timing would take 63 s or more" in page.text
    # 47 s of it, and two designs whose times nobody has predicted.
    assert panel.time.description == "Time all the same: 55 s or more"
    panel.time.click()
    assert "Timing design 1 of 3" in page.text
    panel.stop.click()
    assert "It could not be timed: this timing would take 63 s or more" in page.text
    assert panel.time.description == "Time all the same: 55 s or more"
    panel.time.click()
    assert page.worker.jobs[-1].at_most_s is None
    for ms in (9000.0, 20.0, 30.0):
        page.worker.answer(on_cpu(ms))
    assert not panel.running
    assert "could not be timed" not in page.text
    assert len(page.worker.jobs) == 2 + len(designs) + 1
    assert "Measured: 9,000 ms a run" in page.text
