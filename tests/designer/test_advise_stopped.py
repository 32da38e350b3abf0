"""What was stopped on the page Advise leaves the advice that is shown, and all that it was chosen by."""

from typing import Any

import pytest

from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.asked import Advisor
from encdec_widgets.explore.advising.measured import finalists
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing.calibrating import Calibrated
from encdec_widgets.workers.timing.calibration import Calibration
from tests.designer.advised import Page, on_cpu
from tests.designer.advised import page as page
from tests.designer.timed import CALIBRATION


def timed_four_times_slower(page: Page) -> Advice:
    """Advice of CPUs whose designs took four times as long as predicted."""
    for name, value in (("images_per_second", 0.01), ("device", "CPU"), ("work", "forward")):
        page.panel.controls._on_edit(name, value)
    page.panel.start.click()
    page.worker.answer(
        Calibrated(device="CPU", backend="jax", calibration=Calibration.from_dict(CALIBRATION))
    )
    advice = page.panel.advice
    assert advice is not None
    predicted = {one.design: one.predicted_ms for one in advice.advised}
    page.panel.time.click()
    for design in finalists(advice):
        page.worker.answer(on_cpu(4 * (predicted[design] or 0)))
    return advice


def stopped(page: Page, button: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press a button that begins a search, and stop that before anything comes of it."""
    with monkeypatch.context() as held:
        held.setattr(Advisor, "ask", lambda *_, **__: None)
        button.click()
        assert page.panel.running
        page.panel.stop.click()
    assert not page.panel.running


def test_choosing_again_after_that_was_stopped_counts_what_was_measured_once(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed_four_times_slower(page)
    stopped(page, page.panel.choose_again, monkeypatch)
    page.panel.choose_again.click()
    assert page.panel.advice is not None
    assert any("Predictions are 4 times what they were" in text for text in page.panel.advice.sure)


@pytest.mark.parametrize("other", [{"family": "LEAP CNN"}, {"device": "none here"}])
def test_choosing_again_is_for_the_wishes_of_the_advice_that_is_shown(
    page: Page, other: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = timed_four_times_slower(page)
    for name, value in other.items():
        page.panel.controls._on_edit(name, value)
    stopped(page, page.panel.start, monkeypatch)
    assert page.panel.choose_again.layout.display == ""
    page.panel.choose_again.click()
    again = page.panel.advice
    assert again is not None
    assert (again.wanted, again.families) == (first.wanted, first.families)
    assert any("Predictions are 4 times what they were" in text for text in again.sure)


def test_advice_whose_speed_is_untested_is_still_for_these_wishes_after_a_search_was_stopped(
    page: Page,
) -> None:
    for name, value in (("images_per_second", 1e5), ("device", "CPU")):
        page.panel.controls._on_edit(name, value)
    page.panel.start.click()
    page.worker.answer(TimingError("no such device"))
    assert "The speed could not be tested: no such device" in page.text
    page.panel.start.click()
    page.panel.stop.click()
    assert "The search was stopped." in page.text
    assert "for other wishes" not in page.text
