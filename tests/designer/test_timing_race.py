"""A race of the timing panel: a pinned network against the one on screen."""

import pytest

from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.timing_panel import TimingPanel
from encdec_widgets.workers.timing import Race, network_of
from tests.designer.timed import DESIGN, OTHER, RACED, FakeWorker, begun, layers_in, said, show


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
def panel(worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> TimingPanel:
    return begun(Session(DESIGN), worker, monkeypatch)


def test_a_pinned_network_is_raced_against_the_one_on_screen(panel: TimingPanel, worker: FakeWorker) -> None:
    assert panel.start_race.layout.display == "none"
    panel.pin.click()
    assert "A is U-Net, 32 × 32 px" in said(panel)
    assert panel.start_race.layout.display == "none"  # A is B
    show(panel, OTHER)
    assert panel.start_race.layout.display == ""
    panel.start_race.click()
    (job,) = worker.jobs
    assert isinstance(job, Race)
    sent = [network_of(design.build()) for design in (DESIGN, OTHER)]
    assert [layers_in(racer.network) for racer in job.racers] == list(map(layers_in, sent))
    worker.answer(RACED)
    assert panel.race == RACED.compare(0, 1)
    assert "B is 2.00 times faster" in said(panel)
    show(panel, DESIGN)
    assert "Out of date" in panel.text


def test_what_a_race_measured_of_the_network_on_screen_is_its_time(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    panel.pin.click()
    show(panel, OTHER)
    panel.start_race.click()
    worker.answer(RACED)
    time = panel._session.time
    assert time is not None
    assert (time.design, time.ms, time.measured) == (OTHER, RACED.timings[1].median_ms, True)
    show(panel, DESIGN)
    time = panel._session.time
    assert time is None or not time.measured, "of A nothing is told by the time of B"


def test_one_network_is_raced_on_two_backends(panel: TimingPanel, worker: FakeWorker) -> None:
    panel.pin.click()
    panel.controls.children[-1].click()
    panel.controls.rows["backend"].children[0].value = "jax"
    panel.start_race.click()
    (job,) = worker.jobs
    assert job.racers[0].network.text == job.racers[1].network.text
    assert job.backends[-1] == "jax"


def test_a_race_is_offered_as_long_as_the_two_differ(panel: TimingPanel) -> None:
    panel.pin.click()
    for value, offered in ((4, ""), (1, "none")):
        panel.controls.rows["batch_size"].children[1].value = value
        assert panel.start_race.layout.display == offered
    assert "Change the network or an option" in said(panel)


def test_the_session_holds_the_race_with_the_designs_that_it_was_of(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    session = panel._session
    told = []
    session.observe(lambda change: told.append(change["new"]), "race")
    panel.pin.click()
    show(panel, OTHER)
    panel.start_race.click()
    show(panel, DESIGN)  # while it is under way
    panel.pin.click()
    worker.answer(RACED)
    assert (session.race.a, session.race.b, session.race.alike) == (DESIGN, OTHER, True)
    assert session.race.result is panel.race
    assert panel.race == RACED.compare(0, 1)
    panel.pin.click()
    assert session.race is panel.race is None
    assert len(told) == 2


def test_a_race_of_different_options_is_not_one_of_the_networks_alone(
    panel: TimingPanel, worker: FakeWorker
) -> None:
    panel.pin.click()
    panel.controls.rows["batch_size"].children[1].value = 4
    panel.start_race.click()
    worker.answer(RACED)
    assert not panel._session.race.alike
