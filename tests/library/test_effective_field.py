"""How much of the image counts, from gradients: what they say, and what can go wrong with them."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError, info_of
from encdec_widgets.networks.weights import draw_again
from encdec_widgets.workers.timing import (
    EffectiveField,
    EffectiveFieldSampling,
    TimingError,
    TimingStopped,
    Worker,
    backends_with_gradients,
    effective_field,
    measure,
    network_of,
)
from tests import amount
from tests.library.timed import (
    Told,
    dropping_model,
    forking_model,
    job,
    joining_model,
    sequential_model,
    small_model,
)

pytestmark = pytest.mark.backend

BACKEND = keras.config.backend()
# NumPy has no gradients; the worker may be on another one.
DIFFERENTIATES = "tensorflow" if BACKEND == "numpy" else BACKEND

SMALL_UNET = Design(UNet(filters=4, down_blocks=1, up_blocks=1), (48, 48, 1))


@pytest.fixture
def worker(worker: Worker) -> Worker:
    if BACKEND == "numpy" and not amount.EVERYTHING:
        pytest.skip("the process runs on TensorFlow, as in the tests on that backend; taken by --full")
    return worker


@pytest.fixture
def another_worker() -> Iterator[Worker]:
    """For other backends: the worker that is shared would end its process for them."""
    if BACKEND != "tensorflow" and not amount.EVERYTHING:
        pytest.skip("the same processes as in the tests on TensorFlow; taken by --full")
    worker = Worker()
    yield worker
    worker.stop()


def field_of(worker: Worker, thing: Any, samples: int = 4, backend: str = DIFFERENTIATES) -> EffectiveField:
    return effective_field(thing, samples=samples, backend=backend, worker=worker)


def convolutions(count: int = 1, size: int = 16, kernel: int = 3, **others: Any) -> Any:
    x = x_in = keras.layers.Input((size, size, 1))
    for _ in range(count):
        x = keras.layers.Conv2D(2, kernel, padding="same", activation="relu", **others)(x)
    return keras.Model(x_in, x)


def box(gradient: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last row, first and last column, of all that is not zero."""
    rows, columns = np.nonzero(gradient)
    return (rows.min(), rows.max()), (columns.min(), columns.max())


# What it says


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_one_convolution_sees_its_kernel(worker: Worker, kernel: int) -> None:
    field = field_of(worker, convolutions(kernel=kernel), samples=16)
    assert field.size == kernel
    assert field.position == (8, 8)
    assert box(field.gradient) == ((8 - kernel // 2, 8 + kernel // 2),) * 2
    assert not field.cut_off


def test_pixels_are_counted_and_not_the_box_around_them(worker: Worker) -> None:
    field = field_of(worker, convolutions(dilation_rate=2), samples=16)
    assert box(field.gradient) == ((6, 10), (6, 10))
    assert field.size == 3


def test_a_deep_network_counts_on_less_than_it_sees(worker: Worker) -> None:
    field = field_of(worker, convolutions(12, size=32), samples=16)
    (top, bottom), (left, right) = box(field.gradient)
    assert min(top, left) >= 16 - 12
    assert max(bottom, right) <= 16 + 12
    assert 1 < field.size < 20  # of 25
    assert not field.cut_off


def rows_that_matter(model: Any) -> Any:
    """Which rows of the image the middle of the output depends on: those that change it where they are changed."""
    model.set_weights([np.full(weight.shape, 0.1, np.float32) for weight in model.get_weights()])
    height, width, _ = model.input_shape[1:]
    images = np.zeros((height + 1, height, width, 1), np.float32)
    images[range(height), range(height)] = 1  # one row in each, none in the last
    middle = model.predict(images, verbose=0)[:, height // 2, width // 2].sum(axis=-1)
    return np.flatnonzero(middle[:-1] != middle[-1])


def test_nothing_counts_outside_the_theoretical_field(worker: Worker) -> None:
    rows = rows_that_matter(SMALL_UNET.build().model)
    field = field_of(worker, SMALL_UNET, samples=16)
    (top, bottom), (left, right) = box(field.gradient)
    assert 0 < rows[0] <= min(top, left)
    assert max(bottom, right) <= rows[-1] < 47
    assert 1 < field.size < len(rows)


def test_it_is_cut_off_by_the_border_of_a_small_image(worker: Worker) -> None:
    field = field_of(worker, convolutions(2, size=4))
    assert field.cut_off
    assert field.image_size == (4, 4)
    assert "cut off by the border" in repr(field)


def test_a_coarser_output_lies_between_pixels(worker: Worker) -> None:
    field = field_of(worker, convolutions(strides=2))
    assert field.position == (8.5, 8.5)  # output 4 of 8 lies over the pixels 8 and 9


def test_all_backends_with_gradients_agree(worker: Worker, another_worker: Worker) -> None:
    field = field_of(worker, SMALL_UNET)
    assert field.backend == DIFFERENTIATES
    for backend in set(backends_with_gradients()) - {DIFFERENTIATES}:
        other = field_of(another_worker, SMALL_UNET, backend=backend)
        assert other.backend == backend
        assert np.allclose(other.gradient, field.gradient, atol=1e-3)


def test_the_same_network_has_the_same_field(worker: Worker) -> None:
    one, again, longer = (field_of(worker, SMALL_UNET, samples) for samples in (4, 4, 8))
    assert np.allclose(one.gradient, again.gradient, atol=1e-3)
    assert not np.allclose(one.gradient, longer.gradient, atol=1e-3)
    assert one.samples <= 4 < longer.samples <= 8  # some random networks are blind


@pytest.mark.parametrize(
    ("make_model", "size"),
    [
        (lambda: small_model(batch_size=3), 3),
        (forking_model, 4),  # the last output pools 2 × 2 positions
        (joining_model, 1),
        (dropping_model, 1),  # nothing is dropped in inference
        (sequential_model, 3),
    ],
)
def test_any_network_from_images_to_maps_has_one(
    worker: Worker, make_model: Callable[[], Any], size: int
) -> None:
    field = field_of(worker, make_model(), samples=16)
    assert 0 < field.size <= size
    assert field.gradient.max() == 1


def test_channels_that_always_add_up_to_one_hide_nothing(worker: Worker) -> None:
    x_in = keras.layers.Input((16, 16, 1))
    field = field_of(worker, keras.Model(x_in, keras.layers.Conv2D(3, 3, activation="softmax")(x_in)))
    assert field.size == 3


def test_half_precision_is_not_used(worker: Worker) -> None:
    deep = convolutions(12, size=16, dtype="mixed_float16")
    assert np.allclose(
        field_of(worker, deep).gradient, field_of(worker, convolutions(12)).gradient, atol=1e-3
    )


# What can go wrong


def test_an_input_of_any_size_is_refused() -> None:
    with pytest.raises(FieldError, match=r"input_shape must be fixed .*input_shape=\(None, None, 1\)"):
        effective_field(small_model(None), backend=DIFFERENTIATES)


@pytest.mark.parametrize("samples", [0, -1, 1025, 1.5, "many", None, True])
def test_a_bad_number_of_samples_is_named(samples: Any) -> None:
    with pytest.raises(FieldError, match="samples must be a whole number from 1 to 1024"):
        effective_field(SMALL_UNET, samples=samples, backend=DIFFERENTIATES)


def test_the_number_of_samples_is_described_for_a_control() -> None:
    info = info_of(EffectiveFieldSampling, "samples")
    assert info is not None
    assert info.help
    assert info.usual is not None


@pytest.mark.parametrize("backend", ["numpy"] if BACKEND != "numpy" else ["numpy", None])
def test_numpy_is_refused_in_one_line_with_backends_that_would_do(backend: str | None) -> None:
    with pytest.raises(FieldError, match=r"has gradients \(NumPy has none\)") as caught:
        effective_field(SMALL_UNET, backend=backend)
    assert caught.value.field == "backend"
    assert caught.value.suggestions == backends_with_gradients()
    assert "'tensorflow'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_backend_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(FieldError, match=r"installed are .*tensorflow.* Received: backend='theano'"):
        effective_field(SMALL_UNET, backend="theano")


def test_a_process_that_runs_on_numpy_says_so(another_worker: Worker) -> None:
    with pytest.raises(TimingError, match=r"^NumPy has no gradients: choose another Keras backend"):
        another_worker.do(EffectiveFieldSampling(network=network_of(SMALL_UNET), backend="numpy"))


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(TypeError, match="there is no network in int"):
        effective_field(42, backend=DIFFERENTIATES)


def test_an_output_that_is_no_map_is_refused(worker: Worker) -> None:
    x_in = keras.layers.Input((8, 8, 1))
    model = keras.Model(x_in, keras.layers.GlobalAveragePooling2D()(x_in))
    with pytest.raises(TimingError, match=r"this one goes from \(8, 8, 1\) to \(1,\)$"):
        field_of(worker, model)


def test_it_is_that_of_the_first_head_unless_another_output_is_asked_for(worker: Worker) -> None:
    fine, coarse = Head(2, name="fine"), Head(2, stride=2, name="coarse")
    design = attrs.evolve(SMALL_UNET, head=[fine, coarse])

    def of(thing: Any, output: int | None = None) -> EffectiveField:
        return effective_field(thing, samples=4, backend=DIFFERENTIATES, output=output, worker=worker)

    assert of(design) == of(design.build(), 0) == of(design.replace("heads", [fine]))
    assert of(design, 1) == of(design.replace("heads", [coarse])) != of(design)
    with pytest.raises(TimingError, match="there is no output 2: this network has outputs 0 to 1"):
        effective_field(design, samples=1, backend=DIFFERENTIATES, output=2, worker=worker)


def test_an_output_that_the_image_does_not_change_is_told(worker: Worker) -> None:
    x_in = keras.layers.Input((8, 8, 1))
    always_none = keras.layers.Rescaling(0.0)(keras.layers.Conv2D(1, 3)(x_in))
    with pytest.raises(TimingError, match="no gradient reaches the image"):
        field_of(worker, keras.Model(x_in, always_none))
    assert field_of(worker, small_model()).size == 3


# Progress, and stopping it


def test_it_goes_on_in_steps_of_one_sample(worker: Worker) -> None:
    told = Told()
    sampling = EffectiveFieldSampling(network=network_of(SMALL_UNET), backend=DIFFERENTIATES, samples=3)
    field = worker.do(sampling, told.on_progress)
    assert field.samples == 3
    assert [progress.doing for progress in told.progress][2:] == [
        "first call",
        "sample 2 of 3",
        "sample 3 of 3",
        "done",
    ]
    shares = [progress.share for progress in told.progress]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


@pytest.mark.benchmark
def test_stop_ends_it_within_a_second_and_the_next_one_works(worker: Worker) -> None:
    told = Told()
    large = Design(UNet(filters=8), (256, 256, 1))
    sampling = EffectiveFieldSampling(network=network_of(large), backend=DIFFERENTIATES, samples=1024)
    worker.submit(sampling, on_done=told, on_progress=told.on_progress)
    told.wait_until_it_runs()
    with pytest.raises(TimingError, match="under way"):
        field_of(worker, SMALL_UNET)
    start = time.monotonic()
    worker.stop()
    assert time.monotonic() - start < 1
    assert isinstance(told.wait(0), TimingStopped)
    assert worker.pids == ()
    assert field_of(worker, SMALL_UNET).samples == 4
    # In the same process as a timing that follows.
    pids = worker.pids
    assert worker.do(job(backend=DIFFERENTIATES)).n > 0
    assert worker.pids == pids


def test_a_timing_is_what_it_was_after_it(worker: Worker) -> None:
    field_of(worker, SMALL_UNET)
    timing = measure(SMALL_UNET, worker=worker, backend=DIFFERENTIATES, budget_s=0.05, by_block=True)
    assert timing.blocks


# The value


def value(**changes: Any) -> EffectiveField:
    gradient = np.zeros((6, 8), np.float32)
    gradient[2:4, 3:5] = [[1, 0.5], [0.046, 0.045]]  # 4.55 % is the least that counts
    return EffectiveField(
        **{"gradient": gradient, "position": (2.5, 3.5), "samples": 16, "backend": "jax", **changes}
    )


def test_its_size_is_the_root_of_how_many_pixels_count() -> None:
    field = value()
    assert field.size == pytest.approx(3**0.5)
    assert field.image_size == (6, 8)
    assert not field.cut_off
    assert repr(field) == "<EffectiveField 1.7 px around (2.5, 3.5) of 6 × 8 px, 16 samples, JAX>"


@pytest.mark.parametrize("pixel", [(0, 3), (5, 3), (2, 0), (2, 7)])
def test_each_border_cuts_it_off(pixel: tuple[int, int]) -> None:
    gradient = value().gradient.copy()
    gradient[pixel] = 0.1
    assert value(gradient=gradient).cut_off


def test_it_is_plain_data_on_request() -> None:
    data = json.loads(json.dumps(value().to_dict()))
    assert np.array_equal(np.array(data.pop("gradient"), np.float32), value().gradient)
    assert data == {
        "size": pytest.approx(3**0.5),
        "image_size": [6, 8],
        "cut_off": False,
        "position": [2.5, 3.5],
        "samples": 16,
        "backend": "jax",
    }


def test_it_equals_what_holds_the_same() -> None:
    assert value() == value()
    assert hash(value()) == hash(value())
    assert value() != value(samples=8)
    assert value() != value(gradient=value().gradient * 0.9)
    assert value() != value(gradient=np.ones((2, 2), np.float32))


# The weights


def test_only_what_is_filled_at_random_is_drawn_again() -> None:
    model = small_model()
    before = model.get_weights()
    draw_again(model.weights, np.random.default_rng(0))
    kernel, bias = model.get_weights()
    assert not np.allclose(kernel, before[0])
    assert np.array_equal(bias, before[1])
    # A variance of one over the number of inputs.
    assert np.abs(kernel).max() <= (3 / 9) ** 0.5
    assert kernel.std() == pytest.approx((1 / 9) ** 0.5, rel=0.3)


def test_an_image_whose_gradients_no_memory_holds_is_refused_with_the_figure(worker: Worker) -> None:
    network = UNet(filters=2048, down_blocks=1, up_blocks=1)
    with pytest.raises(TimingError, match=r"about [\d.]+ TB of memory \(an estimate\), and there are"):
        field_of(worker, Design(network, (16384, 16384, 1)))
