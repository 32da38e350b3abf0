"""Points, masks and classes: as maps, as a loss, as a score."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.workers.training.kinds import KINDS
from encdec_widgets.workers.training.kinds.points import peaks

POINTS, MASK, CLASSES = KINDS["points"], KINDS["mask"], KINDS["classes"]
STRIDES = st.sampled_from([1, 2, 4, 8])
SEEDS = st.integers(0, 1000)


@given(SEEDS, STRIDES)
@settings(max_examples=40)
def test_the_peak_of_a_points_map_is_the_point_at_any_stride(seed: int, stride: int) -> None:
    points = np.random.default_rng(seed).uniform(8, 55, (3, 2, 2)).astype(np.float32)
    maps = POINTS.maps(points, 64, 64 // stride, 2)
    assert maps.shape == (3, 64 // stride, 64 // stride, 2)
    assert np.allclose(maps.sum((1, 2)), 1, atol=1e-5)
    logits = np.log(np.maximum(maps, 1e-30))
    score = POINTS.score(logits, points, 64, ("a", "b"), ())
    assert score.value < 0.02
    assert peaks(logits).shape == (3, 2, 2)


def test_a_point_that_is_not_there_has_no_map_and_no_score() -> None:
    points = np.array([[[9.0, 9.0], [np.nan, np.nan]]], np.float32)
    maps = POINTS.maps(points, 64, 64, 2)
    assert maps.sum((0, 1, 2)).round(5).tolist() == [1, 0]
    score = POINTS.score(np.log(np.maximum(maps, 1e-30)), points, 64, ("a", "b"), (("a", "b"),))
    assert score.figures["swapped"] == 0
    assert score.figures["px"] < 0.02


@given(st.lists(st.booleans(), min_size=4, max_size=40))
def test_swapped_points_are_counted(swaps: list[bool]) -> None:
    points = np.random.default_rng(0).uniform(8, 55, (len(swaps), 2, 2)).astype(np.float32)
    points[:, 1] = (points[:, 0] + 32) % 56 + 4
    maps = POINTS.maps(points, 64, 64, 2)
    maps[np.array(swaps)] = maps[np.array(swaps)][..., ::-1]
    score = POINTS.score(
        np.log(np.maximum(maps, 1e-30)),
        points,
        64,
        ("left foot", "right foot"),
        (("left foot", "right foot"),),
    )
    assert score.value == score.figures["swapped"] == pytest.approx(np.mean(swaps))
    assert score.figures["px"] < 0.05  # where they are is known, whichever it is
    if np.mean(swaps) >= 0.02:
        assert f"feet swapped {100 * np.mean(swaps):.0f} %" in score.text
    assert score.text.startswith("coin flip: ") == (
        abs(np.mean(swaps) - 0.5) <= 1.5 / math.sqrt(2 * len(swaps)) and np.mean(swaps) >= 0.02
    )


@given(SEEDS, STRIDES)
@settings(max_examples=25)
def test_masks_at_a_stride_hold_each_pixel_and_score_what_they_are(seed: int, stride: int) -> None:
    masks = np.random.default_rng(seed).random((2, 64, 64, 1)) < 0.02
    maps = MASK.maps(masks, 64, 64 // stride, 1)
    as_pixels = maps.repeat(stride, 1).repeat(stride, 2).astype(bool)
    assert (as_pixels | ~masks).all()
    f1 = MASK.score(np.where(maps, 5.0, -5.0), masks, 64, ("a",), ()).value
    precision = (as_pixels & masks).sum() / as_pixels.sum()
    assert f1 == pytest.approx(2 * precision / (precision + 1))
    assert f1 == 1 if stride == 1 else f1 < 1


@given(SEEDS, STRIDES)
@settings(max_examples=25)
def test_classes_at_a_stride_are_told_rightly(seed: int, stride: int) -> None:
    random = np.random.default_rng(seed)
    classes = np.zeros((6, 64, 64), np.uint8)
    for image in classes:
        row, column = random.integers(0, 50, 2)
        image[row : row + 9, column : column + 9] = random.integers(1, 4)
    maps = CLASSES.maps(classes, 64, 64 // stride, 3)
    assert maps.shape == (6, 64 // stride, 64 // stride, 3)
    assert (maps.sum(-1) <= 1).all()
    assert CLASSES.score(maps * 9, classes, 64, ("a", "b", "c"), ()).value == 1
    wrong = np.roll(maps, 1, axis=-1)
    assert CLASSES.score(wrong * 9, classes, 64, ("a", "b", "c"), ()).value == 0


@pytest.mark.backend
@pytest.mark.parametrize("name", list(KINDS))
def test_the_loss_is_the_cross_entropy_that_numpy_computes(name: str) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, (2, 8, 8, 2)).astype(np.float32)
    if name == "points":
        maps = POINTS.maps(random.uniform(8, 55, (2, 2, 2)).astype(np.float32), 64, 8, 2)
        shares = np.exp(logits) / np.exp(logits).sum((1, 2), keepdims=True)
        wanted = -(maps * np.log(shares)).sum() / 4
    elif name == "mask":
        maps = (random.random((2, 8, 8, 2)) < 0.3).astype(np.float32)
        share = 1 / (1 + np.exp(-logits))
        wanted = -np.mean(maps * np.log(share) + (1 - maps) * np.log(1 - share))
    else:
        of = random.integers(0, 3, (2, 8, 8))
        maps = (of[..., None] == [1, 2]).astype(np.float32)
        weights = np.exp(np.concatenate([np.zeros((2, 8, 8, 1)), logits], -1))
        each = -np.log(
            np.take_along_axis(weights / weights.sum(-1, keepdims=True), of[..., None], -1)[..., 0]
        )
        wanted = each[of > 0].mean() + each[of == 0].mean()
    found = KINDS[name].loss(*map(keras.ops.convert_to_tensor, (logits, maps)))
    assert float(found) == pytest.approx(wanted, rel=1e-4)


@given(st.sampled_from(list(KINDS)), SEEDS, st.floats(0, 500))
def test_what_is_painted_is_a_share_however_sure_the_network_is(name: str, seed: int, scale: float) -> None:
    logits = np.random.default_rng(seed).normal(0, scale, (2, 16, 16, 2)).astype(np.float32) - np.float32(
        scale
    )
    painted = KINDS[name].laid_over(logits, 64)
    assert painted.shape == logits.shape
    assert np.isfinite(painted).all()
    assert ((painted >= 0) & (painted <= 1 + 1e-6)).all()


def test_either_is_painted_in_both_colours_and_what_is_spread_everywhere_stays_dark() -> None:
    either = np.full((1, 64, 64, 2), -20.0, np.float32)
    for column in (10, 40):  # both maps see both feet
        either += 18 * POINTS.maps(np.full((1, 2, 2), (column, 30), np.float32), 64, 64, 2) / 0.07
    painted = POINTS.laid_over(either, 64)
    assert painted[0, 30, (10, 40)].min() > 0.9
    assert (
        POINTS.laid_over(np.random.default_rng(0).normal(0, 0.1, (1, 64, 64, 2)).astype(np.float32), 64).max()
        < 0.1
    )
    coin_flip = CLASSES.laid_over(np.full((1, 4, 4, 2), 6.0, np.float32), 4)
    assert coin_flip.min() > 0.99
