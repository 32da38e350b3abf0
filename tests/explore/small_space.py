"""The advisor on a part of its space of designs that is quick to build."""

from typing import Any

import pytest
from hypothesis import strategies as st

from encdec_widgets.background import to_the_end
from encdec_widgets.explore import advise as module
from encdec_widgets.explore.advise import advise_in_steps
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.candidate import Candidate
from encdec_widgets.explore.advising.search import Search
from encdec_widgets.explore.advising.space import SCALES, shapes
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.workers.timing.calibrating import Calibrated
from tests.library.calibrated import CALIBRATION

GRID = [shape for shape in shapes("U-Net") if shape.levels <= 0 and shape.output_stride in (1, 4)]
"""A part of the space that is quick to build in all its widths."""
SPEED = Calibrated(device="CPU", backend="tensorflow", calibration=CALIBRATION)
WANTED = {
    "animal_px": st.floats(4, 600),
    "image_px": st.tuples(st.integers(32, 2048), st.integers(32, 2048)),
    "memory": st.one_of(st.none(), st.integers(10**6, 10**10)),
    "work": st.sampled_from(["training", "forward"]),
    "images_per_second": st.one_of(st.none(), st.floats(0.1, 1000)),
    "batch_size": st.integers(1, 32),
    "within_px": st.one_of(st.none(), st.floats(0.5, 60)),
    "device": st.sampled_from([None, "CPU"]),
}


@pytest.fixture(autouse=True)
def small_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.explore.advising.search.shapes", lambda _: tuple(GRID))
    monkeypatch.setattr(module, "shapes", lambda _: tuple(GRID))
    monkeypatch.setattr("encdec_widgets.explore.advising.space.WIDTHS", (0.25, 0.5, 1.0))


def every(search: Search) -> list[Candidate]:
    """All designs of the grid: each network with each width at each scale."""
    slender = [search.candidate(shape, scale) for shape in GRID for scale in SCALES]
    return [
        Candidate(
            wanted=one.wanted,
            shape=one.shape,
            architecture=architecture,
            scale=one.scale,
            calibration=one.calibration,
        )
        for one in slender
        for architecture in one.shape.widened()
    ]


def wishes(**values: Any) -> Requirements:
    return Requirements(**{"animal_px": 100, "image_px": (512, 512), **values})


def advised(wanted: Requirements, speed: Calibrated | None = None) -> Advice:
    return to_the_end(advise_in_steps(wanted, ["U-Net"], speed))  # type: ignore[arg-type]
