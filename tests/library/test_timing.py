"""What is measured, and the value that it gives."""

import json
import time
from collections.abc import Callable
from typing import Any

import attrs
import keras
import numpy as np
import pytest

from encdec_widgets.workers.gpu_state import GpuLoad, GpuState
from encdec_widgets.workers.timing import (
    COMPILATIONS,
    BlockTime,
    Timing,
    TimingTooLongError,
    Worker,
    compare,
    current_device,
    measure,
    measuring,
)
from encdec_widgets.workers.timing.calibration import Calibration
from encdec_widgets.workers.timing.measuring import MIN_RUNS
from tests import timings
from tests.library.calibrated import CALIBRATION, KNOWN
from tests.library.timed import (
    DESIGN,
    Told,
    dropping_model,
    forking_model,
    job,
    joining_model,
    sequential_model,
    small_model,
)

pytestmark = pytest.mark.backend

MODELS = [small_model, forking_model, joining_model, dropping_model, sequential_model]


@pytest.mark.parametrize("make_model", MODELS)
def test_a_timing_is_consistent_in_itself(worker: Worker, make_model: Callable[[], Any]) -> None:
    timing = measure(make_model(), worker=worker, batch_size=2, budget_s=0.1)
    assert 0 < timing.p10_ms <= timing.median_ms <= timing.p90_ms
    assert timing.n >= MIN_RUNS
    assert timing.images_per_second == pytest.approx(2 * 1000 / timing.median_ms)
    assert timing.first_call_ms > 0
    assert (timing.batch_size, timing.precision, timing.work) == (2, "float32", "forward")
    assert timing.backend == keras.config.backend()
    assert timing.compilation == COMPILATIONS[timing.backend][0]
    assert timing.device == str(current_device())
    assert timing.blocks == ()
    assert timing.remainder_ms is None


def test_where_multiply_adds_are_unknown_no_time_is_predicted_and_no_speed_told(worker: Worker) -> None:
    inputs = keras.Input((8, 4))
    model = keras.Model(inputs, keras.layers.LSTM(4)(inputs))
    timing = measure(model, worker=worker, budget_s=0.1, at_most_s=0.001)
    assert timing.median_ms > 0
    assert timing.multiply_adds is timing.predicted_ms is timing.flops_per_second is None


def test_its_multiply_adds_are_those_of_the_graph(worker: Worker) -> None:
    layers = DESIGN.build().layers
    counted = sum(data["multiply_adds"] for _, data in layers.nodes(data=True))
    timing = measure(DESIGN, worker=worker, budget_s=0.05, batch_size=2)
    assert timing.multiply_adds == counted > 0
    assert timing.flops_per_second == pytest.approx(2 * counted * timing.images_per_second)
    assert timing.ceiling == CALIBRATION.peak_multiply_adds_per_s
    assert timing.share_of_ceiling == pytest.approx(counted * timing.images_per_second / timing.ceiling)


def hand_written_forward(model: Any) -> Callable[[Any], Any]:
    """Compiled where the backend compiles, and fetching the result, which nobody can do before it is there."""
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        compiled = tf.function(model)
        return lambda x: compiled(x).numpy()
    if keras.config.backend() == "jax":
        import jax

        compiled = jax.jit(model)
        return lambda x: np.asarray(compiled(x))
    if keras.config.backend() == "torch":
        return lambda x: model(x).detach().cpu()
    return model


def test_it_agrees_with_a_hand_written_loop_within_a_wide_factor(worker: Worker) -> None:
    model = small_model(64)
    x = np.random.default_rng().random((4, 64, 64, 1), dtype=np.float32)
    forward = hand_written_forward(model)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        forward(x)
        times.append(1000 * (time.perf_counter() - start))
    timing = measure(model, worker=worker, batch_size=4, budget_s=0.5)
    # A busy machine of two CPUs was seen to slow torch down 25 times: this catches a wrong unit, and no more.
    assert np.median(times) / 50 < timing.median_ms < 50 * np.median(times)


def test_a_larger_network_takes_longer(worker: Worker) -> None:
    small, large = (measure(small_model(size), worker=worker, budget_s=0.1) for size in (16, 1024))
    assert large.median_ms > 2 * small.median_ms


def test_a_design_a_backbone_and_what_holds_one_are_measured_alike(worker: Worker) -> None:
    class Holder:
        backbone = DESIGN.build()

    timings = [measure(thing, worker=worker, budget_s=0.05) for thing in (DESIGN, Holder.backbone, Holder())]
    assert len({timing.multiply_adds for timing in timings}) == 1


def test_anything_else_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"no network in int: give a Design, .* or a keras\.Model that is built"
    ):
        measure(42)


# The prediction


def test_progress_rises_from_0_to_1_and_tells_the_prediction(worker: Worker) -> None:
    told = Told()
    timing = worker.do(job(DESIGN, by_block=True), told.on_progress)
    shares = [progress.share for progress in told.progress]
    assert (shares[0], shares[-1]) == (0, 1)
    assert shares == sorted(shares)
    first = next(number for number, progress in enumerate(told.progress) if progress.predicted_ms)
    assert {progress.predicted_ms for progress in told.progress[first:]} == {timing.predicted_ms}
    assert told.progress[first].calibration is not None
    assert Calibration.from_dict(told.progress[first].calibration) == CALIBRATION
    assert not any("run" in progress.doing or "call" in progress.doing for progress in told.progress[:first])


def test_what_is_not_known_of_a_device_is_measured_and_remembered(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = keras.config.backend()
    conditions = (backend, COMPILATIONS[backend][0], "float32", "CPU")
    monkeypatch.delitem(measuring._calibrations, conditions)
    timing = measure(DESIGN, worker=worker, budget_s=0.05)
    assert timing.predicted_ms is not None
    assert timing.predicted_ms > 0
    told = Calibration.from_dict(measuring._calibrations[conditions])
    assert told != CALIBRATION
    assert timing.ceiling is not None
    assert timing.ceiling >= told.peak_multiply_adds_per_s > 0


def test_a_calibration_that_was_far_off_is_made_again_for_the_next_run(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(KNOWN)
    monkeypatch.setattr(measuring, "_calibrations", known)
    measure(DESIGN, worker=worker, budget_s=0.05)
    assert known.keys() == KNOWN.keys()
    monkeypatch.setattr(measuring, "FAR_OFF", 1.0)
    timing = measure(DESIGN, worker=worker, budget_s=0.05)
    assert KNOWN.keys() - known.keys() == {(timing.backend, timing.compilation, "float32", "CPU")}


def test_what_would_take_too_long_is_refused_before_it_is_run(worker: Worker) -> None:
    told = Told()
    with pytest.raises(TimingTooLongError, match="allow more, or take a smaller batch") as caught:
        worker.do(attrs.evolve(job(DESIGN), at_most_s=1e-5), told.on_progress)
    assert caught.value.seconds > 1e-5
    assert caught.value.predicted_ms > 0
    assert not any("call" in progress.doing or "runs" in progress.doing for progress in told.progress)
    with pytest.raises(TimingTooLongError):
        measure(DESIGN, worker=worker, at_most_s=1e-5)
    with pytest.raises(TimingTooLongError):
        compare(DESIGN, DESIGN, worker=worker, at_most_s=1e-5)
    assert measure(DESIGN, worker=worker, at_most_s=1000, budget_s=0.05)


# The value


TIMING = timings.timing(
    12.34, p10_ms=11.0, p90_ms=1234.0, n=162, first_call_ms=512.3, batch_size=4, backend="jax"
)


def test_a_timing_goes_through_a_dict_and_json_and_back() -> None:
    data = json.loads(json.dumps(TIMING.to_dict()))
    assert data["images_per_second"] == pytest.approx(324.1, abs=0.1)
    assert Timing.from_dict(data) == TIMING == Timing.from_dict({**data, "from_the_future": 1})
    assert str(TIMING) == (
        "12.3 ms (10 % to 90 %: 11.0 to 1,234 ms, 162 runs), 324 images/s, batch 4, float32, CPU, JAX; "
        "first call 512 ms"
    )
    assert repr(TIMING) == f"<Timing {TIMING}>"


def test_so_does_one_that_tells_everything() -> None:
    timing = attrs.evolve(
        TIMING,
        work="training",
        compilation="XLA",
        low_ms=12.0,
        high_ms=12.5,
        noise="noisy: very",
        predicted_ms=10.0,
        multiply_adds=10**9,
        ceiling=10**12,
        peak_bytes=2**20,
        blocks=(
            BlockTime(name="stack0_enc0", median_ms=4.0, n=20),
            BlockTime(name="head", median_ms=9.0, n=20),
        ),
        gpu=GpuState(index=0, name="NVIDIA H200", throttled=("it is hot",), utilisation=3),
        load=GpuLoad(samples=3, max_temperature_c=80, throttled=(("it is hot", 2),)),
    )
    data = json.loads(json.dumps(timing.to_dict()))
    assert Timing.from_dict(data) == timing
    assert data["remainder_ms"] == timing.remainder_ms == pytest.approx(12.34 - 13.0)
    # A training step counts as three forward passes of two operations a multiply-add.
    assert data["flops_per_second"] == pytest.approx(6e9 * timing.images_per_second)
    assert data["share_of_ceiling"] == pytest.approx(3e-3 * timing.images_per_second)
    assert "training step, batch 4, float32, CPU, JAX (XLA); first call 512 ms; noisy: very" in str(timing)
    rows = repr(timing).splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [
        ["stack0_enc0", "4.00"],
        ["head", "9.00"],
        ["remainder", "-0.660"],
    ]


@pytest.mark.parametrize("name", ["median_ms", "n", "backend"])
def test_a_figure_that_every_timing_has_is_missed(name: str) -> None:
    data = TIMING.to_dict()
    del data[name]
    with pytest.raises(KeyError, match=name):
        Timing.from_dict(data)
