import gc
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets.architectures import UNet
from encdec_widgets.fields import FieldError, info_of
from encdec_widgets.timing import (
    Device,
    Request,
    Timing,
    TimingError,
    TimingStopped,
    Worker,
    client,
    current_device,
    measure,
)
from encdec_widgets.timing import device as device_module
from encdec_widgets.timing.errors import out_of_memory
from encdec_widgets.timing.loop import MIN_RUNS, time_runs
from encdec_widgets.timing.worker import answer

ROOT = Path(__file__).resolve().parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, limits another process")


def small_model(size: int | None = 16, batch_size: int | None = None) -> Any:
    x_in = keras.layers.Input((size, size, 1), batch_size=batch_size)
    return keras.Model(x_in, keras.layers.Conv2D(4, 3, padding="same", activation="relu")(x_in))


def forking_model() -> Any:
    x_in = keras.layers.Input((16, 16, 1))
    y = keras.layers.Conv2D(4, 3, padding="same")(x_in)
    return keras.Model(x_in, [y, keras.layers.MaxPooling2D()(y)])


def joining_model() -> Any:
    left, right = keras.layers.Input((16, 16, 1)), keras.layers.Input((16, 16, 2))
    return keras.Model([left, right], keras.layers.Concatenate()([left, right]))


def unet() -> Any:
    x_in = keras.layers.Input((32, 32, 1))
    x_out, _ = UNet(filters=4, down_blocks=2, up_blocks=2).make_backbone(x_in)
    return keras.Model(x_in, x_out)


def dropping_model() -> Any:
    x_in = keras.layers.Input((16, 16, 1))
    return keras.Model(x_in, keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x_in)))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


class Told:
    """Keeps what a worker reports, and waits for it."""

    def __init__(self) -> None:
        self.outcomes: list[Timing | TimingError] = []
        self._event = threading.Event()

    def __call__(self, outcome: Timing | TimingError) -> None:
        self.outcomes.append(outcome)
        self._event.set()

    def wait(self, seconds: float = 120) -> Timing | TimingError:
        assert self._event.wait(seconds)
        return self.outcomes[0]


def alive(pid: int) -> bool:
    try:
        # A process that nobody has fetched the exit status of is still listed, as a zombie.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def busy_and_running(worker: Worker) -> Told:
    """A warm worker in the middle of a run that would take a minute."""
    worker.measure(small_model(), budget_s=0.05)
    told = Told()
    worker.submit(small_model(), budget_s=60, on_done=told)
    time.sleep(0.5)
    assert worker.busy
    return told


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
    small, large = (worker.measure(small_model(size), budget_s=0.2) for size in (16, 512))
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


@pytest.fixture(scope="module", autouse=True)
def _no_shared_worker_left() -> Iterator[None]:
    yield
    client.shared_worker().stop()


# The process


def test_one_timing_at_a_time_and_stop_ends_it_within_a_second(worker: Worker) -> None:
    told = busy_and_running(worker)
    pid = worker.pid
    assert pid is not None
    with pytest.raises(TimingError, match="under way"):
        worker.measure(small_model())
    start = time.monotonic()
    worker.stop()
    assert time.monotonic() - start < 1
    assert not alive(pid)
    assert not worker.busy
    assert isinstance(told.wait(0), TimingStopped)
    assert str(told.outcomes[0]) == "stopped"
    assert worker.measure(small_model(), budget_s=0.05)
    assert len(told.outcomes) == 1


def test_an_interrupt_ends_the_timing_too(worker: Worker) -> None:
    worker.measure(small_model(), budget_s=0.05)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        worker.measure(small_model(), budget_s=60)
    assert not worker.busy
    assert worker.pid is None


def test_stop_while_starting_and_with_nothing_to_stop() -> None:
    worker, told = Worker(), Told()
    worker.stop()
    worker.submit(small_model(), on_done=told)
    worker.stop()
    worker.stop()
    assert isinstance(told.wait(0), TimingStopped)
    assert worker.pid is None


def test_a_worker_killed_in_a_run_gives_one_line_and_the_next_run_works(worker: Worker) -> None:
    told = busy_and_running(worker)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    outcome = told.wait(5)
    assert isinstance(outcome, TimingError)
    assert "killed from outside" in str(outcome)
    assert worker.measure(small_model(), budget_s=0.05)


def test_a_worker_killed_between_runs_is_replaced(worker: Worker) -> None:
    worker.measure(small_model(), budget_s=0.05)
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: worker.pid is None)
    assert worker.measure(small_model(), budget_s=0.05)
    assert worker.pid != pid


def test_a_crash_tells_the_exit_status(worker: Worker) -> None:
    told = busy_and_running(worker)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGSEGV)
    assert f"exit status -{signal.SIGSEGV:d}" in str(told.wait(5))


def test_a_worker_that_nobody_holds_any_more_ends() -> None:
    worker = Worker()
    worker.submit(small_model(), on_done=lambda _: None)
    worker.stop()
    worker.submit(small_model(), budget_s=0.05, on_done=(told := Told()))
    pid = worker.pid
    assert pid is not None
    told.wait()
    del worker
    assert eventually(lambda: gc.collect() >= 0 and not alive(pid))


def test_the_next_timing_can_start_from_the_callback_of_the_last(worker: Worker) -> None:
    second = Told()
    worker.submit(
        small_model(),
        budget_s=0.05,
        on_done=lambda _: worker.submit(small_model(), budget_s=0.05, on_done=second),
    )
    assert isinstance(second.wait(), Timing)


@linux_only
def test_out_of_memory_is_told_plainly_and_the_next_run_works(worker: Worker) -> None:
    x_in = keras.layers.Input((64, 64, 16))
    model = keras.Model(x_in, keras.layers.UpSampling2D(16)(x_in))  # 64 MiB an image
    worker.measure(model, budget_s=0.05)
    assert worker.pid is not None
    used = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    limit = used + 300 * 2**20
    resource.prlimit(worker.pid, resource.RLIMIT_AS, (limit, limit))
    with pytest.raises(TimingError) as caught:
        worker.measure(model, batch_size=16, budget_s=0.05)
    assert str(caught.value) == "the device ran out of memory at batch size 16; try a smaller one"
    assert worker.measure(model, budget_s=0.05)


def test_out_of_memory_at_one_image_does_not_ask_for_fewer() -> None:
    assert "smaller input" in out_of_memory(1)


def test_a_request_for_another_backend_is_refused() -> None:
    reply = answer({"id": 7, "model": "{}", "backend": "another", "batch_size": 1, "budget_s": 1})
    assert reply["id"] == 7
    assert reply["error"] == f"the timing process runs on {keras.config.backend()}, not on another"


def write_sitecustomize(folder: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every Python that is started from here run ``code`` first, as a chatty or a broken library would."""
    (folder / "sitecustomize.py").write_text(textwrap.dedent(code))
    monkeypatch.syspath_prepend(folder)


def test_what_libraries_print_does_not_disturb_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatter = """
        import os, threading, time
        def chat():
            while True:
                print("noise", flush=True)
                os.write(1, b'{"id": 0, "timing": {}} and no line break')
                time.sleep(0.01)
        os.write(1, b'noise before anything else, and no line break')
        print()
        print('{"id": "another"}', 42, flush=True)
        threading.Timer(0.5, chat).start()
    """
    write_sitecustomize(tmp_path, chatter, monkeypatch)
    worker = Worker()
    assert worker.measure(small_model(), budget_s=1.0).n >= MIN_RUNS
    assert worker.measure(small_model(), budget_s=0.05).n >= MIN_RUNS
    worker.stop()


def test_a_hang_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(tmp_path, "import time; time.sleep(1000)", monkeypatch)
    worker, told = Worker(timeout_s=0.5), Told()
    worker.submit(small_model(), budget_s=0.1, on_done=told)
    pid = worker.pid
    assert pid is not None
    assert "did not end within 0.6 s" in str(told.wait(10))
    assert eventually(lambda: not alive(pid), 2)
    assert not worker.busy


def test_a_worker_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sitecustomize(
        tmp_path, "import os; os.write(2, b'line one\\nno such driver\\n'); os._exit(3)", monkeypatch
    )
    worker = Worker()
    with pytest.raises(TimingError, match=r"exit status 3\): no such driver") as caught:
        worker.measure(small_model())
    assert caught.value.details == "line one\nno such driver"


PARENT = """
    import sys, time, os
    import keras
    from encdec_widgets.timing import Worker

    x_in = keras.layers.Input((16, 16, 1))
    model = keras.Model(x_in, keras.layers.Conv2D(4, 3)(x_in))
    worker = Worker()
    worker.measure(model, budget_s=0.05)
    worker.submit(model, budget_s=60, on_done=lambda _: None)
    if sys.argv[1] == "forked" and os.fork() == 0:
        time.sleep(5)  # holds what the worker listens to open
        os._exit(0)
    print("worker", worker.pid, flush=True)
    if sys.argv[1] != "exits":
        time.sleep(1000)
"""


@linux_only
@pytest.mark.parametrize("end", ["exits", "killed", "forked"])
def test_no_process_outlives_its_parent(end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PARENT), end],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as parent:
        assert parent.stdout is not None
        pid = next(int(line.split()[1]) for line in parent.stdout if line.startswith("worker"))
        if end == "exits":
            assert parent.wait(20) == 0
        else:
            assert alive(pid)
            parent.kill()
        gone = eventually(lambda: not alive(pid), 4)
        if not gone:
            os.kill(pid, signal.SIGKILL)
        assert gone


# The device


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
