"""A task from a person's own images."""

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from encdec_widgets.workers.training import ArraysTask, TaskError, trainee
from encdec_widgets.workers.training.sent_task import packed_task, unpacked_task
from encdec_widgets.workers.training.tasks.scaling import scaled_images
from tests.training.trained import SMALL

RANDOM = np.random.default_rng(0)


@given(
    st.integers(20, 300), st.integers(20, 300), st.sampled_from([64, 80]), st.booleans(), st.integers(0, 99)
)
@example(259, 300, 64, False, 0)  # 3 px more than a multiple of 64
@settings(max_examples=40)
def test_points_stay_on_what_they_are_on_whatever_the_size(
    height: int, width: int, size: int, colour: bool, seed: int
) -> None:
    side = min(height, width)
    random = np.random.default_rng(seed)
    points = np.array([(width - 1) / 2, (height - 1) / 2]) + random.uniform(-side / 4, side / 4, (6, 1, 2))
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    blur = max(side / 12, 1.5)
    images = np.stack([np.exp(-((x - p[0, 0]) ** 2 + (y - p[0, 1]) ** 2) / (2 * blur**2)) for p in points])
    task = ArraysTask(np.repeat(images[..., None], 3, -1) if colour else images, points=points)
    drawn = task.batch(0, 0, 4, size)
    # The middle of what is bright, so that it is known to parts of a pixel.
    weights = drawn.images.astype(np.float64) ** 2
    at = np.arange(size)
    column, row = (weights.sum(axis) @ at / weights.sum((1, 2)) for axis in (1, 2))
    assert np.hypot(column - drawn.targets[:, 0, 0], row - drawn.targets[:, 0, 1]).max() < 0.1


@given(st.integers(2, 300), st.integers(1, 200))
@settings(max_examples=60)
def test_scaled_images_have_the_same_mean_left_and_right(side: int, size: int) -> None:
    ramp = np.broadcast_to(np.arange(side, dtype=np.float64), (1, side, side))
    scaled = scaled_images(ramp, size)[0]
    assert scaled.mean() == pytest.approx((side - 1) / 2, rel=1e-4)
    assert np.allclose(scaled + scaled[:, ::-1], side - 1, atol=1e-3 * side)
    assert np.allclose(scaled_images(np.full((1, side, side), 7.0), size), 7, atol=1e-4)


@given(st.integers(66, 300), st.integers(0, 999), st.sampled_from(["masks", "classes"]))
@settings(max_examples=30)
def test_masks_lie_where_their_images_have_them_and_thin_ones_stay(side: int, seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    wide = math.ceil(side / 64)  # a pixel of the scaled image
    row = int(random.integers(2 * wide, side - 3 * wide))
    images = np.zeros((1, side, side), np.float32)
    images[:, row : row + wide] = 1
    drawn = ArraysTask(images, **{kind: images.astype(int)}).first(1, 64)
    found = np.nonzero(drawn.targets.reshape(64, 64)[:, 9])[0]
    assert len(found)
    assert abs(found.mean() - ((row + wide / 2) * 64 / side - 0.5)) <= 0.51


@pytest.mark.parametrize("kind", ["masks", "classes"])
def test_masks_and_classes_are_scaled_with_the_images(kind: str) -> None:
    images = np.zeros((10, 128, 200))
    images[:, 40:60, 90:130] = 1
    of = {"masks": images.astype(bool), "classes": images.astype(int)}
    task = ArraysTask(images, **{kind: of[kind]})
    drawn = task.batch(0, 0, 3, 64)
    targets = drawn.targets[..., 0] if kind == "masks" else drawn.targets
    assert np.array_equal(targets == 1, drawn.images > 0.5)
    assert task.names == (f"{'mask' if kind == 'masks' else 'class'} 1",)


def test_no_image_that_the_score_is_taken_on_is_learnt_on() -> None:
    images = np.arange(20.0)[:, None, None] + np.zeros((20, 64, 64))
    task = ArraysTask(images, points=np.full((20, 1, 2), 9.0), names=("nose",))
    learnt = {
        value for number in range(20) for value in task.batch(0, number, 8, 64).images[:, 0, 0].tolist()
    }
    scored = set(task.first(48, 64).images[:, 0, 0].tolist())
    assert learnt == set(range(4, 20))
    assert scored == set(range(4))


def test_images_without_a_point_are_neither_learnt_nor_scored_on() -> None:
    images = np.arange(40.0)[:, None, None] + np.zeros((40, 64, 80))
    points = np.full((40, 2, 2), np.nan)
    labelled = [3, 7, 19, 20, 31, 38]
    points[labelled, 0] = 30
    points[11] = 2.0  # of the image, and not of its middle square
    task = ArraysTask(images, points=points)
    sent = task.to_send(64)
    for one in (task, sent):
        learnt = [one.batch(0, number, 8, 64) for number in range(20)]
        scored = one.first(48, 64)
        assert {int(image[0, 0]) for drawn in learnt for image in drawn.images} == set(labelled[1:])
        assert {int(image[0, 0]) for image in scored.images} == {3}
        for drawn in (*learnt, scored):
            assert np.isfinite(drawn.targets[:, 0]).all()
    assert task.notes == ("34 images without a point left out",)
    assert task.notes[0] in trainee(SMALL, task).notes


def test_images_that_are_scored_on_and_learnt_on_are_told() -> None:
    few = ArraysTask(np.zeros((3, 64, 64)), points=np.full((3, 1, 2), 9.0))
    (note,) = few.notes
    assert note == "scored on images that it learnt on: there are 3, and 5 would do"
    assert ArraysTask(np.zeros((5, 64, 64)), points=np.full((5, 1, 2), 9.0)).notes == ()


def test_a_score_has_something_to_find_wherever_it_is() -> None:
    masks = np.zeros((20, 64, 64), bool)
    masks[17, 8:20, 8:20] = True
    task = ArraysTask(np.zeros((20, 64, 64)), masks=masks)
    assert task.first(8, 64).targets.any()
    assert not any(task.batch(0, number, 8, 64).targets.any() for number in range(4))
    assert not task.notes  # an image without a mask is one in which nothing is to be found


@pytest.mark.parametrize("kind", ["points", "masks", "classes"])
def test_what_is_sent_is_drawn_as_what_is_here_and_takes_little_memory(kind: str) -> None:
    images = RANDOM.integers(0, 256, (60, 300, 256), dtype=np.uint8)
    of: dict[str, Any] = {
        "points": RANDOM.uniform(30, 250, (60, 3, 2)),
        "masks": images > 250,
        "classes": images // 100,
    }
    tracemalloc.start()
    try:
        task = ArraysTask(images, **{kind: of[kind]})
        sent = packed_task(task.to_send(64))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < images.nbytes
    arrived = unpacked_task(sent)
    for one, other in (
        (arrived.batch(3, 1, 8, 64), task.batch(3, 1, 8, 64)),
        (arrived.first(8, 64), task.first(8, 64)),
    ):
        assert np.array_equal(one.images, other.images)
        assert np.array_equal(one.targets, other.targets)
    assert arrived.batch(3, 1, 8, 96).images.shape == (8, 96, 96)  # after an edit


IMAGES = np.zeros((5, 32, 40))
RAGGED = [np.zeros((32, 40)), np.zeros((32, 41))]


def with_one(value: float, shape: tuple[int, ...] = (5, 32, 40)) -> np.ndarray:
    """Zeros, but for one pixel of the last image."""
    array = np.zeros(shape)
    array[-1, 5, 20] = value
    return array


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"images": np.zeros((5, 32))},
            r"\(number, height, width\).* Received: float64 of the shape \(5, 32\)",
        ),
        ({"points": None}, "one of points, masks and classes. Received: none of them"),
        ({"masks": IMAGES}, "Received: points and masks"),
        ({"points": np.zeros((4, 2, 2))}, r"Points of 5 images of 32 x 40 px .* \(5, points, 2\)"),
        (
            {"points": None, "masks": np.zeros((5, 40, 32))},
            r"shape \(5, 32, 40\) or .* Received: .*\(5, 40, 32\)",
        ),
        ({"points": None, "classes": np.zeros((5, 32, 40, 1))}, "Classes of 5 images"),
        ({"names": ("a",)}, r"a name for each of 2 maps.* Would work: 2 names, or none"),
        (
            {"points": np.full((5, 2, 2), -90.0)},
            "In the middle squares of 5 images there is no point inside of an image",
        ),
        (
            {"points": np.full((5, 2, 2), [39.0, 9.0])},  # of the image, and not of its middle square
            "In the middle squares of 5 images there is no point inside of an image",
        ),
        ({"points": None, "masks": IMAGES}, "there is no pixel of a mask: masks that are 1 somewhere would"),
        ({"points": None, "classes": IMAGES}, "there is no pixel of a class"),
        ({"images": with_one(np.nan)}, "Image 4 holds NaN or infinity; finite numbers would work"),
        ({"images": with_one(-np.inf, (5, 32, 40, 3))}, "Image 4 holds NaN or infinity"),
        ({"images": with_one(1e300)}, "Image 4 holds NaN or infinity"),
        ({"images": RAGGED}, "Images must be an array of numbers. NumPy says: "),
        ({"points": None, "masks": RAGGED}, "Masks must be an array of numbers. NumPy says: "),
        ({"points": None, "classes": with_one(np.nan)}, "The classes of image 4 hold NaN or infinity"),
        (
            {"points": None, "classes": with_one(1.5)},
            "whole numbers.* Received in image 4: values from 0 to 1.5",
        ),
        ({"points": None, "classes": with_one(-1)}, "Received in image 4: values from -1 to 0"),
        (
            {"points": None, "classes": with_one(255)},
            "1 to 32 at most .* Received: values up to 255. Would work: masks instead: masks = classes == 255",
        ),
        (
            {"points": None, "classes": with_one(300) + np.eye(32, 40)},
            r"Received: values up to 300. Would work: np.unique\(classes, return_inverse=True\)",
        ),
        (
            {"points": None, "masks": with_one(255)},
            "Received in image 4: values from 0 to 255. Would work: masks > 127.5",
        ),
        ({"points": None, "masks": with_one(np.nan)}, "Masks must be 0 or 1 in each pixel"),
        ({"points": np.zeros((5, 33, 2))}, "There can be 32 points an image at most. Received: 33"),
        ({"points": None, "classes": with_one(3), "names": ("a", "b")}, "a name for each of 3 maps"),
        ({"names": "ab"}, "needs a name for each of its maps, in a tuple"),
        ({"alike": 5}, "must be pairs, each of two of its names"),
    ],
)
def test_what_does_not_fit_together_is_told(given: dict[str, Any], said: str) -> None:
    arguments = {"images": IMAGES, "points": np.full((5, 2, 2), 16.0), **given}
    with pytest.raises(TaskError, match=said):
        ArraysTask(**arguments)
