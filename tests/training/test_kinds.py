"""Points, masks and classes: as maps, as a loss, as a score."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.workers.training.kinds import KINDS
from encdec_widgets.workers.training.kinds.classes import told_rightly
from encdec_widgets.workers.training.kinds.points import peaks

POINTS, MASK, CLASSES = KINDS["points"], KINDS["mask"], KINDS["classes"]
STRIDES = st.sampled_from([1, 2, 4, 8])
SEEDS = st.integers(0, 1000)


@given(SEEDS, STRIDES)
@settings(max_examples=40)
def test_the_peak_of_a_points_map_is_the_point_at_any_stride(seed: int, stride: int) -> None:
    random = np.random.default_rng(seed)
    points = random.uniform(-0.5, 63.5, (3, 2, 2)).astype(np.float32)
    points[0, 0, 0], points[1, 1, 1] = -0.5, 63.5  # over the whole image, its border too
    points[2, 0] = random.choice([-0.5, 0.2, 62.9, 63.5], 2)
    maps = POINTS.maps(points, 64, 64 // stride, 2)
    assert maps.shape == (3, 64 // stride, 64 // stride, 2)
    assert np.allclose(maps.sum((1, 2)), 1, atol=1e-5)
    logits = np.log(np.maximum(maps, 1e-30))
    score = POINTS.score(logits, points, 64, ("a", "b"), ())
    assert score.error < 0.02  # the mean of all distances
    assert peaks(logits, bend=1).shape == (3, 2, 2)


@given(SEEDS, st.integers(1, 4), st.integers(1, 4))
def test_a_peak_lies_within_half_a_position_of_the_highest_one_whatever_the_map(
    seed: int, height: int, width: int
) -> None:
    maps = np.random.default_rng(seed).normal(0, 9, (2, height, width, 3)).astype(np.float32)
    row, column = np.unravel_index(maps.reshape(2, -1, 3).argmax(1), (height, width))
    found = peaks(maps, bend=0.4)
    assert np.isfinite(found).all()
    assert abs(found - np.stack([column, row], -1)).max() <= 0.5


def test_where_one_of_a_pair_is_never_there_the_score_is_the_distance() -> None:
    points = np.full((6, 2, 2), 20, np.float32)
    points[:, 1] = np.nan
    logits = np.log(np.maximum(POINTS.maps(points + 3, 64, 64, 2), 1e-30))
    score = POINTS.score(logits, points, 64, ("a", "b"), (("a", "b"),))
    assert score.name == "px"
    assert set(score.figures) == {"px"}
    assert score.value == pytest.approx(3 * math.sqrt(2), abs=0.02)
    assert "swapped" not in score.text


def test_a_point_that_is_not_there_has_no_map_and_no_score() -> None:
    points = np.array([[[9.0, 9.0], [np.nan, np.nan]]], np.float32)
    maps = POINTS.maps(points, 64, 64, 2)
    assert maps.sum((0, 1, 2)).round(5).tolist() == [1, 0]
    score = POINTS.score(np.log(np.maximum(maps, 1e-30)), points, 64, ("a", "b"), (("a", "b"),))
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
        abs(np.mean(swaps) - 0.5) <= min(1.5 / math.sqrt(2 * len(swaps)), 0.25) and np.mean(swaps) >= 0.02
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
    names = ("a", "b", "c")
    wrong = np.roll(maps, 1, axis=-1)
    assert told_rightly(maps * 9, classes, 64, names).value == 1
    assert told_rightly(wrong * 9, classes, 64, names).value == 0
    right = CLASSES.score(maps * 18 - 9, classes, 64, names, ())
    assert right.value == 1 if stride == 1 else 0.4 < right.value <= 1
    assert CLASSES.score(wrong * 18 - 9, classes, 64, names, ()).value == 0


@given(SEEDS, STRIDES, st.integers(1, 4))
@settings(max_examples=25)
def test_a_network_that_paints_nothing_or_all_of_one_class_has_found_nothing_or_little(
    seed: int, stride: int, number: int
) -> None:
    random = np.random.default_rng(seed)
    classes = np.zeros((4, 64, 64), np.uint16)
    classes[:, 20:28, 30:38] = random.integers(1, number + 1, (4, 1, 1))
    names = tuple("abcd"[:number])
    nothing = random.uniform(-9, 0, (4, 64 // stride, 64 // stride, number)).astype(np.float32)
    assert CLASSES.score(nothing, classes, 64, names, ()).value == 0
    assert CLASSES.score(nothing, np.zeros_like(classes), 64, names, ()).value == 1
    everywhere = nothing.copy()
    everywhere[..., 0] = 5
    assert CLASSES.score(everywhere, classes, 64, names, ()).value < 0.05


@given(st.integers(1, 200), st.integers(2, 5), SEEDS)
@settings(max_examples=60)
def test_what_is_far_better_than_guessing_is_not_called_guessing(count: int, number: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = np.broadcast_to(random.integers(1, number + 1, (count, 1, 1)), (count, 8, 8))
    maps = np.eye(number, dtype=np.float32)[classes - 1]
    share = random.random()
    wrong = random.random(count) < share
    maps[wrong] = np.roll(maps[wrong], 1, axis=-1)
    score = told_rightly(maps, classes, 8, "abcde"[:number])
    assert score.value == pytest.approx(1 - wrong.mean())
    if score.value > 1 / number + 0.25:
        assert score.text.endswith("% told rightly")
        assert score.text[0].isdigit()


@pytest.mark.backend
@pytest.mark.parametrize("name", list(KINDS))
def test_a_batch_without_anything_to_find_has_a_finite_loss_and_of_points_none(name: str) -> None:
    targets = {
        "points": np.full((2, 2, 2), np.nan, np.float32),
        "mask": np.zeros((2, 64, 64, 2), bool),
        "classes": np.zeros((2, 64, 64), np.uint16),
    }[name]
    kind = KINDS[name]
    assert not kind.is_there(targets).any()
    logits = np.random.default_rng(0).normal(0, 3, (2, 64, 64, 2)).astype(np.float32)
    maps = kind.maps(targets, 64, 64, 2)
    assert not maps.any()
    loss = float(kind.loss(*map(keras.ops.convert_to_tensor, (logits, maps))))
    assert math.isfinite(loss)
    assert name != "points" or loss == 0


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
