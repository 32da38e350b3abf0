import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.fields import FieldError, info_of
from encdec_widgets.timing import (
    Device,
    Request,
    Timing,
    TimingError,
    Worker,
    current_device,
    measure,
)
from encdec_widgets.timing import device as device_module
from encdec_widgets.timing.loop import MIN_RUNS, time_runs
from tests.library.timed import ROOT, dropping_model, forking_model, joining_model, small_model, unet

# What is measured


@pytest.mark.parametrize("make_model", [small_model, forking_model, joining_model, dropping_model, unet])
def test_a_timing_is_consistent_in_itself(worker: Worker, make_model: Callable[[], Any]) -> None:
    timing = worker.measure(make_model(), batch_size=2, budget_s=0.2)
    assert 0 < timing.p10_ms <= timing.median_ms <= timing.p90_ms
    assert timing.n >= MIN_RUNS
    assert timing.images_per_second == pytest.approx(2 * 1000 / timing.median_ms)
    assert timing.first_call_ms > 0
    assert (timing.batch_size, timing.precision) == (2, "float32")
    assert timing.backend == keras.config.backend()
    assert timing.device == str(current_device())


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
    model = unet()
    x = np.random.default_rng().random((4, 32, 32, 1), dtype=np.float32)
    forward = hand_written_forward(model)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        forward(x)
        times.append(1000 * (time.perf_counter() - start))
    timing = worker.measure(model, batch_size=4, budget_s=0.5)
    # A busy machine of two CPUs was seen to slow torch down 25 times: this catches a wrong unit, and no more.
    assert np.median(times) / 50 < timing.median_ms < 50 * np.median(times)


def test_a_larger_network_takes_longer(worker: Worker) -> None:
    small, large = (worker.measure(small_model(size), budget_s=0.2) for size in (16, 2048))
    assert large.median_ms > 2 * small.median_ms


def test_mixed_precision_is_named(worker: Worker) -> None:
    x_in = keras.layers.Input((16, 16, 1))
    model = keras.Model(x_in, keras.layers.Dense(4, dtype="mixed_bfloat16")(x_in))
    assert worker.measure(model, budget_s=0.05).precision == "mixed_bfloat16"


def test_the_worker_stays_warm(worker: Worker) -> None:
    worker.measure(small_model(), budget_s=0.05)
    pid = worker.pid
    worker.measure(unet(), budget_s=0.05)
    assert worker.pid == pid is not None


# The value


def test_a_timing_goes_through_a_dict_and_json_and_back() -> None:
    timing = Timing(
        median_ms=12.34,
        p10_ms=11.0,
        p90_ms=1234.0,
        n=162,
        first_call_ms=512.3,
        batch_size=4,
        precision="float32",
        device="CPU",
        backend="jax",
    )
    data = json.loads(json.dumps(timing.to_dict()))
    assert data["images_per_second"] == pytest.approx(324.1, abs=0.1)
    assert Timing.from_dict(data) == timing == Timing.from_dict({**data, "from_the_future": 1})
    assert str(timing) == (
        "12.3 ms (10 % to 90 %: 11.0 to 1,234 ms, 162 runs), 324 images/s, batch 4, float32, CPU, jax; "
        "first call 512 ms"
    )
    assert repr(timing) == f"<Timing {timing}>"


# The stopwatch


def test_at_least_a_handful_of_runs_are_timed_however_long_they_take() -> None:
    runs = time_runs(lambda _: time.sleep(0.02), [0], budget_s=0.01)
    assert len(runs.times_ms) == MIN_RUNS


def test_runs_end_with_the_budget() -> None:
    start = time.perf_counter()
    runs = time_runs(lambda _: time.sleep(0.01), [0], budget_s=0.2)
    assert MIN_RUNS <= len(runs.times_ms) <= 20
    assert time.perf_counter() - start < 2


def test_there_is_an_upper_bound_of_runs_and_of_overtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encdec_widgets.timing.loop.MAX_RUNS", 50)
    assert len(time_runs(lambda _: None, [0], budget_s=1).times_ms) == 50
    monkeypatch.setattr("encdec_widgets.timing.loop.OVERTIME_S", 0.02)
    assert len(time_runs(lambda _: time.sleep(0.03), [0], budget_s=0.01).times_ms) == 1


def test_first_call_and_warm_up_are_not_among_the_runs() -> None:
    delays = itertools.chain([0.2, 0.1], itertools.repeat(0.002))
    runs = time_runs(lambda _: time.sleep(next(delays)), [0], budget_s=0.5)
    assert runs.first_call_ms >= 200
    assert np.median(runs.times_ms) < 50


def test_inputs_take_turns() -> None:
    seen: list[int] = []
    time_runs(seen.append, [1, 2, 3], budget_s=0.01)
    assert seen[:6] == [1, 2, 3, 1, 2, 3]


# What cannot be timed

not_a_batch_size = st.one_of(
    st.integers(max_value=0),
    st.integers(min_value=65537, max_value=10**9),
    st.floats().filter(lambda value: value != int(value) if np.isfinite(value) else True),
    st.booleans(),
    st.none(),
    st.text(),
    st.lists(st.integers()),
)


@settings(max_examples=50, deadline=None)
@given(not_a_batch_size)
def test_a_bad_batch_size_is_named(batch_size: Any) -> None:
    with pytest.raises(FieldError, match="batch_size must be a whole number from 1 to 65536") as caught:
        measure(None, batch_size=batch_size)
    assert caught.value.field == "batch_size"


@pytest.mark.parametrize("budget_s", [0, -1, float("nan"), float("inf"), "2", None, True])
def test_a_bad_budget_is_named(worker: Worker, budget_s: Any) -> None:
    with pytest.raises(FieldError, match="budget_s must be a number"):
        worker.measure(small_model(), budget_s=budget_s)


def test_an_input_size_that_is_left_open_is_named(worker: Worker) -> None:
    with pytest.raises(ValueError, match=r"input_shape must be fixed .*input_shape=\(None, None, 1\)"):
        worker.measure(small_model(None))


def test_a_batch_size_that_the_network_rules_out_is_named(worker: Worker) -> None:
    with pytest.raises(FieldError, match="batch_size must be 3"):
        worker.measure(small_model(batch_size=3), batch_size=2)
    assert worker.measure(small_model(batch_size=3), batch_size=3, budget_s=0.05).batch_size == 3


def test_a_layer_that_only_this_process_knows_gives_one_line(worker: Worker) -> None:
    class Homemade(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    x_in = keras.layers.Input((8, 8, 1))
    with pytest.raises(TimingError, match="Homemade") as caught:
        worker.measure(keras.Model(x_in, Homemade()(x_in)))
    assert "\n" not in str(caught.value)
    assert worker.measure(small_model(), budget_s=0.05)


def test_batch_size_and_budget_are_described_for_controls() -> None:
    for name in ("batch_size", "budget_s"):
        info = info_of(Request, name)
        assert info is not None
        assert info.help


# What can be measured from the outside


class HasModel:
    def __init__(self, model: Any) -> None:
        self.model = model


class Builds:
    def build(self) -> HasModel:
        return HasModel(small_model())


@pytest.mark.parametrize("thing", [HasModel(small_model()), Builds(), small_model()])
def test_designs_backbones_and_models_are_measured(thing: Any) -> None:
    assert measure(thing, budget_s=0.05).n >= MIN_RUNS


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="Design"):
        measure(42)


def test_the_device_is_named() -> None:
    device = current_device()
    assert device is not None
    assert device.kind in ("CPU", "GPU", "TPU")
    assert device.name == "CPU" or device.kind != "CPU"
    assert str(device) == device.name


def test_a_broken_driver_does_not_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Device:
        raise RuntimeError("CUDA driver version is insufficient")

    monkeypatch.setitem(device_module._FIND, keras.config.backend(), broken)
    assert current_device() == Device("CPU", "CPU")


def test_importing_it_and_asking_for_the_device_loads_no_backend() -> None:
    code = (
        "import sys; from encdec_widgets import timing; assert timing.current_device() is None; "
        "heavy = {'keras', 'tensorflow', 'jax', 'torch', 'numpy'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
