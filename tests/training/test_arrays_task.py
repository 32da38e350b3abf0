"""A task from a person's own images."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.workers.training import ArraysTask, TaskError

RANDOM = np.random.default_rng(0)


@given(
    st.integers(20, 300), st.integers(20, 300), st.sampled_from([64, 80]), st.booleans(), st.integers(0, 99)
)
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
    row, column = np.unravel_index(drawn.images.reshape(4, -1).argmax(1), (size, size))
    assert np.hypot(column - drawn.targets[:, 0, 0], row - drawn.targets[:, 0, 1]).max() < 2.5 * max(
        size / side, 1
    )


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


IMAGES = np.zeros((5, 32, 40))


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
        ({"points": np.full((5, 2, 2), -90.0)}, "no point inside of any of 2 images"),
    ],
)
def test_what_does_not_fit_together_is_told(given: dict[str, Any], said: str) -> None:
    arguments = {"images": IMAGES, "points": np.full((5, 2, 2), 16.0), **given}
    with pytest.raises(TaskError, match=said):
        ArraysTask(**arguments)
