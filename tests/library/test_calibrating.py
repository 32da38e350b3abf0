"""The speed of a device, told without a network of one's own."""

import pytest

from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing import Worker, measuring
from encdec_widgets.workers.timing.calibrating import calibrated
from tests.library.calibrated import CALIBRATION


def test_a_device_tells_its_speed_and_it_is_kept_for_timings(worker: Worker) -> None:
    found = calibrated(worker=worker, device="CPU")
    # What the tests take for the CPU's speed was found where timings look for it, and is there still.
    assert found.calibration == CALIBRATION
    assert found.device
    assert (found.backend, "CPU") in {(key[0], key[-1]) for key in measuring._calibrations}
    assert not worker.busy


def test_a_device_that_is_not_here_is_refused(worker: Worker) -> None:
    with pytest.raises(TimingError, match="sees no GPU:63"):
        calibrated(worker=worker, device="GPU:63")


def test_an_option_that_is_none_is_refused_before_a_process_is_asked() -> None:
    with pytest.raises(ValueError, match="Received: device='fast'"):
        calibrated(device="fast")
