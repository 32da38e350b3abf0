"""Initial weights that are drawn faster have the distribution of Keras's; the same seed draws the same ones."""

import random
import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets.networks import side_by_side
from encdec_widgets.networks.drawing import _AT_A_TIME, Quicker, quicker
from encdec_widgets.networks.keras_private import SEED, seed_here, thread_state
from encdec_widgets.networks.scopes import Scopes
from encdec_widgets.networks.weights import as_drawn, fill, take_over, unfilled

pytestmark = pytest.mark.backend

SHAPES = [(3, 3, 16, 64), (1, 1, 7, 1021), (5, 4, 3, 2, 9), (3, 3, 300, 1), (257, 33), (12345,)]
INITIALIZERS = [
    "glorot_uniform",
    "glorot_normal",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    keras.initializers.VarianceScaling(0.3, "fan_out", "untruncated_normal"),
]


@pytest.fixture(autouse=True)
def _no_seed_for_all() -> Any:
    with thread_state(SEED, None):
        yield


def drawn(initializer: Any, shape: tuple[int, ...]) -> Any:
    return keras.ops.convert_to_numpy(initializer(shape, dtype="float32")).reshape(-1)


@pytest.mark.parametrize(
    "name", INITIALIZERS, ids=lambda given: given if isinstance(given, str) else type(given).__name__
)
def test_the_values_have_the_distribution_of_keras(name: Any) -> None:
    initializer = keras.initializers.get(name)
    for shape in SHAPES:
        ours, theirs = drawn(quicker(initializer, "float32"), shape), drawn(initializer, shape)
        assert ours.dtype == np.float32
        assert not np.array_equal(ours, theirs)
        assert _farthest(ours, theirs) < 3 * (2 / len(ours)) ** 0.5  # by chance once in 30 million times
        if "untruncated" not in str(initializer.distribution):
            assert np.abs(ours).max() <= 1.02 * np.abs(theirs).max() + 0.02 * theirs.std()


def _farthest(a: Any, b: Any) -> float:
    """The farthest that two empirical distributions lie from each other (Kolmogorov and Smirnov's distance)."""
    both = np.sort(np.concatenate([a, b]))
    below = [np.searchsorted(np.sort(values), both, side="right") / len(values) for values in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal"])
def test_a_seed_draws_the_same_values_again_and_another_one_others(name: str) -> None:
    one, other = (quicker(keras.initializers.get(name), "float32") for _ in range(2))
    assert np.array_equal(drawn(one, (3, 3, 64, 65)), drawn(one, (3, 3, 64, 65)))
    both = np.corrcoef(drawn(one, (3, 3, 64, 65)), drawn(other, (3, 3, 64, 65)))
    assert abs(both[0, 1]) < 0.03


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal"])
def test_a_seed_draws_the_same_values_on_any_number_of_processors(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    initializer, shape = quicker(keras.initializers.get(name), "float32"), (3, 3, 512, 257)
    found = []
    for processors in (1, 2, 3):
        monkeypatch.setattr(side_by_side, "_processors", lambda processors=processors: processors)
        found.append(drawn(initializer, shape))
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def test_pieces_of_a_large_weight_are_independent_of_each_other() -> None:
    values = drawn(quicker(keras.initializers.GlorotUniform(), "float32"), (3 * _AT_A_TIME,)).reshape(3, -1)
    assert np.abs(np.corrcoef(values) - np.eye(3)).max() < 5 / _AT_A_TIME**0.5


def test_neighbours_are_independent_of_each_other() -> None:
    values = drawn(quicker(keras.initializers.GlorotUniform(), "float32"), (3, 3, 128, 128))
    values = values / values.std()
    for step in (1, 2, 128, 1 << 15):
        assert abs((values[:-step] * values[step:]).mean()) < 5 / len(values) ** 0.5


class Own(keras.initializers.GlorotUniform):
    pass


@pytest.mark.parametrize(
    ("initializer", "dtype"),
    [
        (keras.initializers.GlorotUniform(seed=3), "float32"),
        (keras.initializers.GlorotUniform(), "float16"),
        (keras.initializers.Zeros(), "float32"),
        (keras.initializers.Orthogonal(), "float32"),
        (Own(), "float32"),
        (lambda shape, dtype: None, "float32"),
    ],
)
def test_keras_draws_what_a_person_seeded_and_what_is_not_known(initializer: Any, dtype: str) -> None:
    assert quicker(initializer, dtype) is initializer


def described() -> Any:
    with unfilled() as variables:
        keras.layers.Dense(5).build((None, 4))
    return variables[0]


def elsewhere(do: Callable[[], object]) -> None:
    """Do it in another thread."""
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()


def filled(variable: Any) -> Any:
    fill([variable], notes_drawn=True)
    return keras.ops.convert_to_numpy(variable.value)


@pytest.mark.parametrize("seed", [None, 7])
def test_whether_keras_draws_is_decided_when_a_layer_is_made(seed: int | None) -> None:
    def seeded() -> None:
        random.seed(7)  # Keras takes seeds for its initializers from here.
        if seed is not None:
            keras.utils.set_random_seed(seed)

    def one() -> Any:
        seeded()
        return described()

    here, there, later, again, changed = (one() for _ in range(5))
    expected = filled(here)
    elsewhere(lambda: filled(there))
    with thread_state(SEED, 8 if seed is None else None):
        filled(later)
        take_over(again, *as_drawn([here]))
        filled(again)
        filled(changed)
        changed.assign(changed * 0)
        take_over(changed, *as_drawn([here]))
    for other in (there, later, again, changed):
        assert np.array_equal(keras.ops.convert_to_numpy(other.value), expected)
    seeded()
    by_keras = keras.layers.Dense(5)
    by_keras.build((None, 4))
    assert np.array_equal(keras.ops.convert_to_numpy(by_keras.kernel), expected) == (seed is not None)


@pytest.mark.parametrize("seed", [None, 7])
def test_a_thread_that_builds_for_another_has_its_seed(seed: int | None) -> None:
    with thread_state(SEED, seed):
        scopes = Scopes()
    seen = []

    def build() -> None:
        keras.utils.set_random_seed(3)
        with scopes.entered():
            seen.append(seed_here())
        seen.append(seed_here())

    elsewhere(build)
    assert seen == [seed, 3]


def test_what_was_drawn_is_drawn_again_though_a_seed_was_set_since() -> None:
    with unfilled() as variables:
        keras.layers.Dense(5).build((None, 4))
        keras.layers.Dense(5).build((None, 4))
    first, second = (variable for variable in variables if len(variable.shape) == 2)
    fill([first], notes_drawn=True)
    values = keras.ops.convert_to_numpy(first.value)
    (note,) = as_drawn([first])
    assert isinstance(note.initializer, Quicker)
    keras.utils.set_random_seed(1)
    take_over(second, note)
    fill([second])
    assert np.array_equal(keras.ops.convert_to_numpy(second.value), values)
