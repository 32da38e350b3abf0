"""How long a network should take on a device whose speed a measurement has told."""

from collections.abc import Mapping
from typing import Any

from encdec_widgets.formatting import digits
from encdec_widgets.widgets.pages.timing_subject import Subject, Surroundings
from encdec_widgets.workers.timing import Timing
from encdec_widgets.workers.timing.calibration import Calibration, predict_ms
from encdec_widgets.workers.timing.measuring import far_off


class Predictions:
    """Estimates of runs, for all surroundings in which something was measured."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._calibrations: dict[Surroundings, Calibration] = {}

    def learn(self, subject: Subject, calibration: Mapping[str, Any]) -> None:
        """Take what a measurement of ``subject`` has found of the device's speed."""
        self._calibrations[subject.surroundings] = Calibration.from_dict(calibration)

    def doubt(self, subject: Subject, timing: Timing) -> None:
        """Correct what follows by as much as a measurement was far off, until the next one tells of the device."""
        known = self._calibrations.get(subject.surroundings)
        if known and timing.predicted_ms and far_off(timing.predicted_ms, timing.median_ms):
            by = timing.median_ms / timing.predicted_ms
            self._calibrations[subject.surroundings] = known.corrected(subject.options.work, by)

    def of(self, subject: Subject) -> float | None:
        """How long a run of it should take, in ms; None where nothing was measured in its surroundings."""
        calibration = self._calibrations.get(subject.surroundings)
        if calibration is None:
            return None
        return predict_ms(
            subject.backbone.layers,
            calibration,
            batch_size=subject.options.batch_size,
            training=subject.options.work == "training",
        )


def expected_words(predicted_ms: float) -> str:
    """An estimate in words."""
    return f"about {digits(predicted_ms)} ms a run expected (estimate)"
