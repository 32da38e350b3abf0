"""A person's image as a network takes it: of any size and kind of numbers, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.workers.inside.training_images import TrainingImages
from encdec_widgets.workers.scaling import fitting, scaled
from encdec_widgets.workers.seen_image import LARGEST, SAMPLE, sample_image, seen_image, training_image
from encdec_widgets.workers.training.tasks import Halo
from tests.amount import full_or

SIDES = st.integers(1, 90)
MANY = settings(max_examples=full_or(500, 40), deadline=None)


def noise(*shape: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.random.default_rng(sum(shape)).random(shape)


@MANY
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([(), (1,), (3,)]), st.sampled_from([1, 2, 3]))
def test_an_image_of_any_size_fits_any_input(
    height: int, width: int, rows: int, columns: int, more: tuple[int, ...], channels: int
) -> None:
    seen = seen_image(noise(height, width, *more), (rows, columns, channels))
    assert seen.values.shape == (rows, columns, channels)
    assert seen.values.dtype == np.float32
    assert 0 <= seen.values.min() <= seen.values.max() <= 1
    assert seen.picture.shape == ((rows, columns, 3) if more == (3,) else (rows, columns))
    assert seen.given == (height, width)
    # What is cut off lies on one pair of sides alone, within the rounding to a px.
    assert seen.part[0] == height or seen.part[1] == width
    assert all(1 <= part <= side for part, side in zip(seen.part, (height, width), strict=True))


@MANY
@given(SIDES, SIDES, SIDES, SIDES)
def test_what_gets_smaller_keeps_its_mean_and_what_gets_larger_its_range(
    height: int, width: int, rows: int, columns: int
) -> None:
    image = noise(height, width)
    made = scaled(image, (rows, columns))
    assert made.shape == (rows, columns)
    if rows <= height and columns <= width:
        assert made.mean() == pytest.approx(image.mean(), rel=1e-4)
    assert image.min() - 1e-5 <= made.min() <= made.max() <= image.max() + 1e-5


def test_a_whole_factor_is_the_average_of_blocks() -> None:
    image = noise(12, 8)
    assert np.allclose(scaled(image, (4, 2)), image.reshape(4, 3, 2, 4).mean(axis=(1, 3)), atol=1e-6)


def test_an_image_of_the_right_size_stays_as_it_is() -> None:
    image = noise(16, 12, 3)
    assert np.allclose(seen_image(image, (16, 12, 3)).values, image, atol=1e-6)


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_a_fitting_size_is_no_longer_than_asked_and_keeps_proportions(height: int, width: int) -> None:
    rows, columns = fitting((height, width), 48)
    assert max(rows, columns) <= 48
    assert min(rows, columns) >= 1
    if max(height, width) <= 48:
        assert (rows, columns) == (height, width)


@pytest.mark.parametrize(
    ("image", "largest"),
    [
        (np.array([[0, 255]], np.uint8), 1.0),
        (np.array([[0, 255]]), 1.0),
        (np.array([[0, 65_535]], np.uint16), 1.0),
        (np.array([[False, True]]), 1.0),
        (np.array([[0.0, 7.5]]), 7.5),
        ([[0, 51]], 0.2),
    ],
)
def test_whole_numbers_become_shares_of_one(image: object, largest: float) -> None:
    assert seen_image(image, (1, 2, 1)).values.max() == pytest.approx(largest)


def test_colours_become_grey_as_the_eye_weighs_them() -> None:
    green = np.zeros((4, 4, 3), np.uint8)
    green[..., 1] = 255
    assert np.allclose(seen_image(green, (4, 4, 1)).values, 0.587, atol=1e-3)
    assert seen_image(green, (4, 4, 3)).picture[0, 0].tolist() == [0, 255, 0]


def test_a_standardised_image_has_mean_0_and_deviation_1() -> None:
    seen = seen_image(noise(40, 30), (32, 32, 1), standardise=True)
    assert seen.values.mean() == pytest.approx(0, abs=1e-5)
    assert seen.values.std() == pytest.approx(1, abs=1e-4)
    flat = seen_image(np.ones((4, 4)), (4, 4, 1), standardise=True)
    assert np.isfinite(flat.values).all()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros(5), r"must be numbers of shape \(height, width\).*Received: .*\(5,\)"),
        (np.zeros((4, 4, 2)), r"\(4, 4, 2\)"),
        (np.zeros((0, 4)), r"\(0, 4\)"),
        (np.full((2, 2), np.nan), "must hold finite numbers.*not finite"),
        (np.array([["a"]]), "must be numbers"),
        (np.broadcast_to(np.float32(0), (LARGEST, 2)), "must be numbers"),
    ],
)
def test_what_is_no_image_is_refused(image: object, words: str) -> None:
    with pytest.raises(FieldError, match=words):
        seen_image(image, (8, 8, 1))


def test_as_many_channels_as_the_input_has_are_taken_as_they_are() -> None:
    image = noise(8, 8, 5)
    assert np.allclose(seen_image(image, (8, 8, 5)).values, image, atol=1e-6)


def test_a_sample_follows_its_seed() -> None:
    assert (sample_image() == sample_image(0)).all()
    assert (sample_image() != sample_image(1)).any()


def test_a_training_picture_is_standardised_as_in_training() -> None:
    images = TrainingImages(Halo(), seed=0, size=64, channels=1, positions=64, batch_size=8, images=8)
    as_taken, _ = images.held_out(SAMPLE)
    assert np.allclose(training_image(Halo(), 64), as_taken[0, ..., 0], atol=1e-5)
