"""What is provable of *halo*: who does not see the ring cannot know the class, however long it is trained."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encdec_widgets.workers.timing import Worker
from encdec_widgets.workers.training import Halo, train
from tests.amount import full_or
from tests.training.trained import BACKEND, FAR, HERE, NEAR

SIZES = st.integers(64, 128)
HALOS = st.builds(Halo, ring_px=st.floats(18, 26), disc_px=st.floats(2, 6), width_px=st.floats(1, 5))


@given(HALOS, SIZES, st.data())
def test_no_pixel_of_the_disc_sees_the_ring_within_the_blind_field(
    halo: Halo, size: int, data: st.DataObject
) -> None:
    margin = halo.ring_px + halo.width_px / 2 + 1
    middle = np.array([[data.draw(st.floats(margin, size - 1 - margin)) for _ in range(2)]])
    (bright, disc), (dark, _) = (halo.without_noise(size, middle, np.array([one])) for one in (1, 0))
    told_apart = bright[0] != dark[0]
    assert told_apart.any()
    reach = halo.blind_field // 2  # a pixel sees so far to each side
    seen = _dilated(disc[0], reach)
    assert not (told_apart & seen).any()
    # And the bound is no larger than it must be, by two pixels at most.
    assert halo.blind_field >= 2 * (halo.ring_px - halo.width_px / 2 - 0.5 - halo.disc_px) / math.sqrt(2) - 2


@given(HALOS, SIZES, st.data())
def test_each_pixel_of_the_disc_sees_all_of_the_ring_from_the_full_field_on(
    halo: Halo, size: int, data: st.DataObject
) -> None:
    margin = halo.ring_px + halo.width_px / 2 + 1
    middle = np.array([[data.draw(st.floats(margin, size - 1 - margin)) for _ in range(2)]])
    (bright, disc), (dark, _) = (halo.without_noise(size, middle, np.array([one])) for one in (1, 0))
    rows, columns = np.nonzero(bright[0] != dark[0])
    disc_rows, disc_columns = np.nonzero(disc[0])
    farthest = max(
        abs(ring[:, None] - own[None]).max() for ring, own in ((rows, disc_rows), (columns, disc_columns))
    )
    assert farthest <= halo.full_field / 2


def _dilated(pixels: np.ndarray, reach: int) -> np.ndarray:
    """The pixels that a square window around one of ``pixels`` holds, by brute force."""
    seen = np.zeros_like(pixels)
    height, width = pixels.shape
    for row, column in zip(*np.nonzero(pixels), strict=True):
        seen[
            max(row - reach, 0) : min(row + reach, height) + 1,
            max(column - reach, 0) : min(column + reach, width) + 1,
        ] = True
    return seen


def test_class_and_place_are_independent() -> None:
    drawn = [Halo().batch(seed=0, number=number, count=500, size=64) for number in range(4)]
    targets = np.concatenate([one.targets for one in drawn])
    bright = targets.max((1, 2)) == 2
    assert 0.45 < bright.mean() < 0.55
    for axis in (1, 2):
        places = (targets > 0).any(3 - axis).argmax(1)
        assert abs(places[bright].mean() - places[~bright].mean()) < 0.5  # px; a standard deviation is 0.15


SEEDS = full_or((0, 1), (0, 1) if HERE == "tensorflow" else (0,))
"""JAX takes most of a training's time to compile."""


@pytest.mark.backend
@pytest.mark.parametrize("seed", SEEDS)
def test_a_receptive_field_of_20_px_stays_a_coin_flip(worker: Worker, seed: int) -> None:
    assert NEAR.build().receptive_field().output.size[0] <= Halo().blind_field
    trained = train(NEAR, "halo", steps=150, seed=seed, worker=worker, backend=BACKEND)
    assert 0.25 <= trained.score <= 0.75  # of 48 discs; three and a half standard deviations
    # The ground is learnt; of the disc, nothing is: the cross-entropy of a coin flip is ln 2.
    assert np.mean(trained.losses[-30:]) > 0.9 * math.log(2)


@pytest.mark.backend
@pytest.mark.parametrize("seed", SEEDS)
def test_a_receptive_field_of_52_px_tells_the_class(worker: Worker, seed: int) -> None:
    assert FAR.build().receptive_field().output.size[0] == 52
    trained = train(FAR, "halo", steps=200, seed=seed, worker=worker, backend=BACKEND)
    assert trained.score >= 0.95
    assert np.mean(trained.losses[-10:]) < 0.3 * math.log(2)
