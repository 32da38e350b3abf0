"""Advice whose designs are timed: how far predictions were off, and that it chooses again."""

from typing import Any

import pytest

from encdec_widgets import Design, advise
from encdec_widgets.background import to_the_end
from encdec_widgets.explore import advise as module
from encdec_widgets.explore.advise import advise_in_steps
from encdec_widgets.explore.advising.looked import look
from encdec_widgets.explore.advising.measured import with_measured
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing import Timing
from tests.explore.small_space import SPEED, advised, wishes
from tests.explore.small_space import small_space as small_space
from tests.library.calibrated import CALIBRATION
from tests.timings import timing


def test_measured_designs_say_how_far_predictions_were_off() -> None:
    advice = advised(wishes(images_per_second=1, device="CPU", work="forward"), SPEED)
    asked: list[Design] = []

    def measure(design: Design, **options: Any) -> Timing:
        assert options["work"] == "forward"
        asked.append(design)
        predicted = next(one.predicted_ms for one in advice.advised if one.design == design)
        return timing(2 * (predicted or 0))

    measured, slower = with_measured(advice, measure)
    assert slower == pytest.approx(2)
    assert len(asked) == len(set(asked))
    assert any("2 times what was predicted" in text for text in measured.sure)
    for before, after in zip(advice.advised, measured.advised, strict=True):
        assert after.timing is not None
        assert after.figures["time_ms"] == after.timing.median_ms
        assert after.needs["speed"] == pytest.approx(2 * before.needs["speed"])
        assert after.reasons[-1].startswith("Measured: ")
        assert after.missed == (("speed",) if after.needs["speed"] > 1 else ())


def test_a_design_that_cannot_be_timed_says_why() -> None:
    def measure(design: Design, **_: Any) -> Timing:
        raise TimingError("out of memory")

    measured, slower = with_measured(advised(wishes()), measure)
    assert slower == 1
    assert all(one.timing is None for one in measured.advised)
    assert all("out of memory" in one.reasons[-1] for one in measured.advised)


def test_a_finalist_that_is_slower_than_wished_makes_it_choose_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "calibrated", lambda **_: SPEED)
    wanted = {"animal_px": 100, "image_px": 512, "device": "CPU", "work": "forward", "family": "U-Net"}
    exact = advise(**wanted)["most exact output"]
    assert exact.predicted_ms is not None
    speed = 1000 / (
        1.5 * exact.predicted_ms
    )  # A third slower than predicted is all right, three times is not.
    by_design: dict[Design, float] = {}
    steps = [
        advise_in_steps(wishes(images_per_second=s, device="CPU", work="forward"), ["U-Net"], SPEED)
        for s in (1, speed)
    ]
    for advice in map(to_the_end, steps):  # type: ignore[arg-type]
        by_design |= {one.design: one.predicted_ms for one in advice.advised}

    def measure(design: Design, **_: Any) -> Timing:
        looked = look(design.architecture)
        size = design.input_shape[:2]
        return timing(3 * looked.predicted_ms(size, CALIBRATION, batch_size=1, work="forward"))

    monkeypatch.setattr(module, "with_measured", lambda advice: with_measured(advice, measure))
    advice = advise(**wanted, images_per_second=speed, measure=True)
    assert advice.advised
    assert all(one.timing.images_per_second >= speed for one in advice.advised if one.timing)
    assert any("Predictions are 3 times what they were" in text for text in advice.sure)
    assert advice["most exact output"].fineness.cell_px >= exact.fineness.cell_px
