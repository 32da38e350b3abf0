"""What one run is: forward pass or training step, at a precision, compiled or not, by block."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets.workers.backends import running_backend
from encdec_widgets.workers.timing import COMPILATIONS, TimingError, Worker, measure
from tests import amount
from tests.library.timed import DESIGN, dropping_model, forking_model, job, joining_model, small_model

pytestmark = pytest.mark.backend

BACKEND = keras.config.backend()
TRAINS = (
    "tensorflow" if BACKEND == "numpy" else BACKEND
)  # NumPy has no gradients; the worker may be on another one
NOT_AGAIN = pytest.mark.skipif(
    BACKEND == "numpy" and not amount.EVERYTHING,
    reason="the process trains on TensorFlow, as in the tests on that backend; taken by --full",
)
# Compiling takes minutes for what is never trained so: JAX compiles each operation by itself, torch calls a compiler.
COMPILED = [
    way
    for way in COMPILATIONS[BACKEND]
    if (BACKEND, way) not in (("jax", "eager"), ("torch", "torch.compile"))
]


@NOT_AGAIN
@pytest.mark.parametrize("make_model", [small_model, forking_model, joining_model, dropping_model])
def test_a_training_step_of_any_network_is_timed_by_block(
    worker: Worker, make_model: Callable[[], Any]
) -> None:
    timing = measure(
        make_model(),
        worker=worker,
        work="training",
        batch_size=2,
        budget_s=0.05,
        by_block=True,
        backend=TRAINS,
    )
    assert timing.work == "training"
    assert timing.n > 0
    assert timing.blocks
    assert all(block.median_ms > 0 for block in timing.blocks)
    assert "training step" in str(timing)


@NOT_AGAIN
@pytest.mark.parametrize("compilation", [way for way in COMPILED if BACKEND == TRAINS] or ["graph"])
def test_a_training_step_is_timed_however_it_is_compiled(worker: Worker, compilation: str) -> None:
    timing = measure(
        small_model(), worker=worker, work="training", compilation=compilation, budget_s=0.05, backend=TRAINS
    )
    assert (timing.work, timing.compilation) == ("training", compilation)


@NOT_AGAIN
def test_the_gradients_of_a_design_are_timed_by_block(worker: Worker) -> None:
    forward, training = (
        worker.do(job(DESIGN, work=work, by_block=True, budget_s=0.1, backend=TRAINS))
        for work in ("forward", "training")
    )
    assert [block.name for block in training.blocks] == [block.name for block in forward.blocks]
    assert all(block.median_ms > 0 for block in training.blocks)
    assert training.multiply_adds == forward.multiply_adds
    assert training.predicted_ms is not None
    assert forward.predicted_ms is not None
    assert training.predicted_ms > forward.predicted_ms


@pytest.mark.parametrize("compilation", COMPILED)
def test_only_a_training_step_changes_weights(compilation: str) -> None:
    model = dropping_model()
    before = [np.array(variable) for variable in model.trainable_variables]

    def unchanged() -> list[bool]:
        now = [np.array(variable) for variable in model.trainable_variables]
        return [bool(np.array_equal(*pair)) for pair in zip(before, now, strict=True)]

    x = [np.random.default_rng(0).random((2, *tensor.shape[1:]), dtype=np.float32) for tensor in model.inputs]
    for work in ("forward", "gradients", "weight gradients") if BACKEND == TRAINS else ("forward",):
        runner = running_backend().runner(model, work, compilation)
        runner.run(runner.to_device(x, x))
        assert all(unchanged())
    if BACKEND != TRAINS:
        with pytest.raises(TimingError, match="NumPy has no gradients"):
            running_backend().runner(model, "training", compilation)
        return
    runner = running_backend().runner(model, "training", compilation)
    runner.run(runner.to_device(x, x))
    # On JAX a step's weights are copies: it gives their memory away, and the blocks need the model's own.
    assert unchanged() == [BACKEND == "jax"] * len(before)


@pytest.mark.parametrize("compilation", COMPILATIONS[BACKEND] if BACKEND != "torch" else ("eager",))
def test_every_way_to_run_is_honoured_and_named(worker: Worker, compilation: str) -> None:
    timing = measure(DESIGN, worker=worker, compilation=compilation, budget_s=0.05)
    assert timing.compilation == compilation
    assert f"({compilation})" in str(timing)


class Counting(keras.layers.Layer):
    """Counts how often Python goes through it."""

    times = 0

    def call(self, x: Any) -> Any:
        self.times += 1
        return x + 1

    def compute_output_shape(self, shape: Any) -> Any:
        return shape


@pytest.mark.parametrize("compilation", [way for way in COMPILATIONS[BACKEND] if way != "torch.compile"])
def test_python_goes_through_each_run_that_is_eager_and_through_few_that_are_compiled(
    compilation: str,
) -> None:
    x_in = keras.layers.Input((8, 8, 1))
    counting = Counting()
    model = keras.Model(x_in, counting(x_in))
    runner = running_backend().runner(model, "forward", compilation)
    batch = runner.to_device([np.ones((1, 8, 8, 1), np.float32)], [])
    before = counting.times
    for _ in range(10):
        runner.run(batch)
    runs = counting.times - before
    assert runs == 10 if compilation == "eager" else runs <= 2


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_a_precision_is_honoured_and_named(worker: Worker, precision: str) -> None:
    for thing in (DESIGN, small_model()):
        timing = measure(thing, worker=worker, precision=precision, budget_s=0.05)
        assert timing.precision == precision
    # And forgotten again.
    assert measure(DESIGN, worker=worker, budget_s=0.05).precision == "float32"


@NOT_AGAIN
def test_mixed_precision_trains(worker: Worker) -> None:
    timing = measure(
        small_model(),
        worker=worker,
        precision="mixed_float16",
        work="training",
        budget_s=0.05,
        backend=TRAINS,
    )
    assert timing.precision == "mixed_float16"


def test_the_precision_that_layers_have_already_is_kept_and_named(worker: Worker) -> None:
    x_in = keras.layers.Input((16, 16, 1))
    y = keras.layers.Dense(4, dtype="mixed_bfloat16")(x_in)
    assert measure(keras.Model(x_in, y), worker=worker, budget_s=0.05).precision == "mixed_bfloat16"
    both = keras.Model(x_in, keras.layers.Dense(4, dtype="float32")(y))
    assert measure(both, worker=worker, budget_s=0.05).precision == "float32 and mixed_bfloat16"
    assert measure(both, worker=worker, budget_s=0.05, precision="float32").precision == "float32"


def test_a_design_has_the_policy_that_is_in_force_here(worker: Worker) -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        timing = measure(DESIGN, worker=worker, budget_s=0.05)
    finally:
        keras.config.set_dtype_policy("float32")
    assert timing.precision == "mixed_bfloat16"


@pytest.mark.jax
def test_the_memory_of_a_network_that_jax_compiled_is_told(worker: Worker) -> None:
    one, eight = (
        measure(DESIGN, worker=worker, batch_size=size, budget_s=0.05, backend="jax") for size in (1, 8)
    )
    assert one.peak_bytes is not None
    assert eight.peak_bytes is not None
    assert one.peak_bytes > 4 * 32 * 32
    assert eight.peak_bytes > 2 * one.peak_bytes
    # All maps are kept for the gradients.
    training = measure(DESIGN, worker=worker, work="training", batch_size=8, budget_s=0.05, backend="jax")
    assert training.peak_bytes is not None
    assert training.peak_bytes > eight.peak_bytes
