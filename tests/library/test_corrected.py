"""Predictions that were far off: the device is calibrated again, and what it still gets wrong is corrected."""

from collections.abc import Mapping
from typing import Any

import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.timing import checked, measuring
from encdec_widgets.workers.timing.calibration import TRAINING_FACTOR, Calibration
from encdec_widgets.workers.timing.measuring import OnBench
from tests.library.calibrated import CALIBRATION

WORKS = ("forward", "training")
FACTS = {
    "settings": {},
    "notices": [],
    "policy": "float32",
    "precision": "float32",
    "device": "CPU",
    "device_option": "CPU",
    "multiply_adds": 10**6,
}


class Process:
    """Predicts what the factors of a calibration say, in ms; it makes the calibration if it is given none."""

    def __init__(self) -> None:
        self.calibrations = 0

    def predict(self, backend: str, command: str, batch_size: int, arguments: Mapping[str, Any]) -> Any:
        known = arguments["calibration"]
        self.calibrations += known is None
        calibration = CALIBRATION.to_dict() if known is None else known
        return {"predicted_ms": calibration[f"{arguments['name']}_factor"], "calibration": calibration}

    def loaded(self, work: str, **options: Any) -> OnBench:
        """A network whose time is predicted."""
        how = checked(work=work, **options)
        return OnBench(name=work, options=how, facts=FACTS, ask=self.predict).predicted()

    def timed(self, work: str, ms: float, **options: Any) -> float:
        """Time some work that takes so long; what was predicted for it."""
        timing = self.loaded(work, **options).timing([ms] * 20, first_call_ms=1.0, peak_bytes=None)
        assert timing.predicted_ms is not None
        return timing.predicted_ms


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Process:
    monkeypatch.setattr(measuring, "FAR_OFF", 3)
    for name, empty in (("_calibrations", {}), ("_calibrated_under", {}), ("_renewed", set())):
        monkeypatch.setattr(measuring, name, empty)
    return Process()


def test_a_calibration_that_is_far_off_when_it_was_made_again_is_corrected_for_that_work_alone(
    process: Process,
) -> None:
    assert process.timed("training", 36) == TRAINING_FACTOR
    assert process.timed("training", 36) == TRAINING_FACTOR
    assert process.calibrations == 2
    assert process.timed("training", 36) == pytest.approx(36)
    assert process.timed("training", 20) == pytest.approx(36)
    assert process.timed("forward", 1.5) == 1
    assert process.calibrations == 2


def test_a_device_that_is_slower_now_is_calibrated_again(process: Process) -> None:
    for ms in (1.2, 0.8, 7):
        assert process.timed("forward", ms) == 1
    assert process.calibrations == 1
    assert process.timed("forward", 1) == 1
    assert process.calibrations == 2
    assert process.timed("forward", 1) == 1
    assert process.calibrations == 2


def test_what_one_network_of_a_race_has_corrected_the_others_leave(process: Process) -> None:
    def raced() -> list[float | None]:
        racers = [process.loaded("forward") for _ in range(3)]
        timings = [one.timing([7.0] * 20, first_call_ms=1.0, peak_bytes=None) for one in racers]
        return [one.predicted_ms for one in timings]

    assert raced() == [1, 1, 1]
    assert raced() == [1, 1, 1]
    assert process.calibrations == 2
    assert raced() == pytest.approx([7, 7, 7])
    assert process.calibrations == 2


@pytest.mark.tensorflow
@pytest.mark.jax
@pytest.mark.torch
@pytest.mark.parametrize("work", WORKS)
def test_one_that_was_made_in_another_way_of_running_is_corrected_at_once_and_never_made_again(
    process: Process, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    backend = running_backend()
    monkeypatch.setattr(type(backend), "calibrated_as", lambda self, compilation: "eager")
    compiled = {"compilation": next(way for way in backend.compilations if way != "eager")}
    first = process.timed(work, 0.1, **compiled)
    assert process.timed(work, 7, **compiled) == pytest.approx(0.1)
    assert process.timed(work, 7, **compiled) == pytest.approx(7)
    assert process.calibrations == 1
    assert process.timed(work, first, compilation="eager") == first


@pytest.mark.parametrize("work", WORKS)
def test_a_correction_is_plain_data_and_corrections_add_up(work: str) -> None:
    twice = CALIBRATION.corrected(work, 2).corrected(work, 3)
    before = {"forward": CALIBRATION.forward_factor, "training": CALIBRATION.training_factor}
    after = {"forward": twice.forward_factor, "training": twice.training_factor}
    assert after == {**before, work: 6 * before[work]}
    assert Calibration.from_dict(twice.to_dict()) == twice
    old = {name: value for name, value in twice.to_dict().items() if not name.endswith("_factor")}
    with pytest.raises(KeyError, match="transposed_factor"):
        Calibration.from_dict(old)
    assert Calibration.from_dict({**old, "transposed_factor": 2.0}) == CALIBRATION
