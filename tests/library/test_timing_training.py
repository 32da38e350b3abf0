"""What one run is: forward pass or training step, at a precision, compiled or not, by block."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from encdec_widgets.timing import COMPILATIONS, Worker, measure
from encdec_widgets.timing.worker.runners import runner_for
from tests.library.timed import DESIGN, dropping_model, forking_model, job, joining_model, small_model

BACKEND = keras.config.backend()
trains = pytest.mark.skipif(BACKEND == "numpy", reason="NumPy has no gradients: see test_timing_options.py")
# Compiling takes minutes for what is never trained so: JAX compiles each operation by itself, torch calls a compiler.
COMPILED = [
    way
    for way in COMPILATIONS[BACKEND]
    if (BACKEND, way) not in (("jax", "eager"), ("torch", "torch.compile"))
]


@trains
@pytest.mark.parametrize("make_model", [small_model, forking_model, joining_model, dropping_model])
def test_a_training_step_of_any_network_is_timed_by_block(
    worker: Worker, make_model: Callable[[], Any]
) -> None:
    timing = measure(make_model(), worker=worker, work="training", batch_size=2, budget_s=0.05, by_block=True)
    assert timing.work == "training"
    assert timing.n > 0
    assert timing.blocks
    assert all(block.median_ms > 0 for block in timing.blocks)
    assert "training step" in str(timing)


@trains
@pytest.mark.parametrize("compilation", COMPILED)
def test_a_training_step_is_timed_however_it_is_compiled(worker: Worker, compilation: str) -> None:
    timing = measure(small_model(), worker=worker, work="training", compilation=compilation, budget_s=0.05)
    assert (timing.work, timing.compilation) == ("training", compilation)


@trains
def test_the_gradients_of_a_design_are_timed_by_block(worker: Worker) -> None:
    forward, training = (
        worker.do(job(DESIGN, work=work, by_block=True, budget_s=0.1)) for work in ("forward", "training")
    )
    assert [block.name for block in training.blocks] == [block.name for block in forward.blocks]
    assert all(block.median_ms > 0 for block in training.blocks)
    assert training.multiply_adds == forward.multiply_adds
    assert training.predicted_ms is not None
    assert forward.predicted_ms is not None
    assert training.predicted_ms > forward.predicted_ms


@pytest.mark.skipif(
    BACKEND not in ("tensorflow", "torch"), reason="weights are kept in the layers elsewhere, or never"
)
@pytest.mark.parametrize("compilation", COMPILED)
def test_a_training_step_changes_all_weights_and_gradients_alone_change_none(compilation: str) -> None:
    model = dropping_model()
    before = [np.array(variable) for variable in model.trainable_variables]
    x = [np.random.default_rng(0).random((2, *tensor.shape[1:]), dtype=np.float32) for tensor in model.inputs]
    for work in ("forward", "gradients", "weight gradients"):
        runner = runner_for(model, work, compilation)
        runner.run(runner.place(x, x))
        assert all(map(np.array_equal, before, map(np.array, model.trainable_variables)))
    runner = runner_for(model, "training", compilation)
    runner.run(runner.place(x, x))
    assert not any(map(np.array_equal, before, map(np.array, model.trainable_variables)))


@pytest.mark.parametrize("compilation", COMPILATIONS[BACKEND] if BACKEND != "torch" else ("eager",))
def test_every_way_to_run_is_honoured_and_named(worker: Worker, compilation: str) -> None:
    timing = measure(DESIGN, worker=worker, compilation=compilation, budget_s=0.05)
    assert timing.compilation == compilation
    assert f"({compilation})" in str(timing)


@pytest.mark.skipif(
    BACKEND in ("numpy", "torch"), reason="it compiles nothing, or by a compiler that may be missing"
)
def test_layer_by_layer_takes_longer_than_compiled(worker: Worker) -> None:
    eager, compiled = (
        measure(DESIGN, worker=worker, compilation=way, budget_s=0.1) for way in ("eager", COMPILED[0])
    )
    assert eager.median_ms > compiled.median_ms


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_a_precision_is_honoured_and_named(worker: Worker, precision: str) -> None:
    for thing in (DESIGN, small_model()):
        timing = measure(thing, worker=worker, precision=precision, budget_s=0.05)
        assert timing.precision == precision
    # And forgotten again.
    assert measure(DESIGN, worker=worker, budget_s=0.05).precision == "float32"


@trains
def test_mixed_precision_trains(worker: Worker) -> None:
    timing = measure(small_model(), worker=worker, precision="mixed_float16", work="training", budget_s=0.05)
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


@pytest.mark.skipif(BACKEND != "jax", reason="only XLA plans its memory on a CPU")
def test_the_memory_of_a_compiled_network_is_told(worker: Worker) -> None:
    one, eight = (measure(DESIGN, worker=worker, batch_size=size, budget_s=0.05) for size in (1, 8))
    assert one.peak_bytes is not None
    assert eight.peak_bytes is not None
    assert one.peak_bytes > 4 * 32 * 32
    assert eight.peak_bytes > 2 * one.peak_bytes
    # All maps are kept for the gradients.
    training = measure(DESIGN, worker=worker, work="training", batch_size=8, budget_s=0.05)
    assert training.peak_bytes is not None
    assert training.peak_bytes > eight.peak_bytes
