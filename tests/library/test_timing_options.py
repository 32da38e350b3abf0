"""How a network can be timed, and what cannot be."""

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encdec_widgets import Design, preset
from encdec_widgets.architectures.fields.described import FieldError, info_of
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.inside.devices import chosen_device
from encdec_widgets.workers.timing import (
    COMPILATIONS,
    Device,
    Options,
    TimingError,
    Worker,
    checked,
    current_device,
    installed_backends,
    measure,
    network_of,
    visible_devices,
)
from tests.library.timed import DESIGN, ROOT, small_model

BACKEND = keras.config.backend()

# Options

not_a_batch_size = st.one_of(
    st.integers(max_value=0),
    st.integers(min_value=65537, max_value=10**9),
    st.floats().filter(lambda value: value != int(value) if np.isfinite(value) else True),
    st.booleans(),
    st.none(),
    st.text(),
    st.lists(st.integers()),
)


@settings(max_examples=25, deadline=None)
@given(not_a_batch_size)
def test_a_bad_batch_size_is_named(batch_size: Any) -> None:
    with pytest.raises(FieldError, match="batch_size must be a whole number from 1 to 65536") as caught:
        measure(None, batch_size=batch_size)
    assert caught.value.field == "batch_size"


@pytest.mark.parametrize("budget_s", [0, -1, float("nan"), float("inf"), "2", None, True])
def test_a_bad_budget_is_named(budget_s: Any) -> None:
    with pytest.raises(FieldError, match="budget_s must be a number"):
        measure(small_model(), budget_s=budget_s)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("work", "inference"),
        ("precision", "float8"),
        ("compilation", "magic"),
        ("backend", "theano"),
        ("device", "cuda"),
        ("device", "GPU"),
        ("device", 0),
    ],
)
def test_any_other_bad_option_is_named_with_what_was_received(option: str, value: Any) -> None:
    with pytest.raises(FieldError, match=f"{option} must be .*{value}") as caught:
        measure(small_model(), **{option: value})
    assert caught.value.field == option


def test_an_option_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(
        TypeError, match="no option 'batch' of a timing; there are work, batch_size, precision"
    ):
        measure(small_model(), batch=2)


@pytest.mark.parametrize("backend", installed_backends())
def test_a_way_to_run_that_a_backend_has_not_is_refused_with_those_it_has(backend: str) -> None:
    others = {way for ways in COMPILATIONS.values() for way in ways} - set(COMPILATIONS[backend])
    for way in others:
        with pytest.raises(FieldError, match=f"compilation must be .*{COMPILATIONS[backend][0]}"):
            checked(backend=backend, compilation=way)


def test_numpy_cannot_train() -> None:
    with pytest.raises(FieldError, match="work must be 'forward' on NumPy, which has no gradients"):
        checked(backend="numpy", work="training")
    if BACKEND == "numpy":
        with pytest.raises(FieldError, match="work must be 'forward'"):
            measure(small_model(), work="training")


def test_a_backend_that_is_not_installed_is_refused_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert installed_backends() == (BACKEND,)
    other = next(name for name in ("jax", "tensorflow") if name != BACKEND)
    with pytest.raises(FieldError, match=f"backend must be one that is installed: {BACKEND}"):
        Options(backend=other)


@given(st.sampled_from(installed_backends()), st.integers(0, 3))
def test_what_is_left_open_is_the_usual_way(backend: str, number: int) -> None:
    assert checked().backend == BACKEND
    assert checked().compilation == COMPILATIONS[BACKEND][0]
    way = COMPILATIONS[backend][number % len(COMPILATIONS[backend])]
    options = checked(backend=backend, compilation=way)
    assert (options.backend, options.compilation) == (backend, way)
    assert options == options.resolved()


@pytest.mark.parametrize(
    "name", ["work", "batch_size", "precision", "compilation", "backend", "device", "budget_s"]
)
def test_every_option_is_described_for_controls(name: str) -> None:
    info = info_of(Options, name)
    assert info is not None
    assert info.help


# Networks that cannot be timed


def test_an_input_size_that_is_left_open_is_named() -> None:
    with pytest.raises(ValueError, match=r"input_shape must be fixed .*input_shape=\(None, None, 1\)"):
        measure(small_model(None))


@pytest.mark.backend
def test_a_batch_size_that_the_network_rules_out_is_named(worker: Worker) -> None:
    with pytest.raises(FieldError, match="batch_size must be 3"):
        measure(small_model(batch_size=3), worker=worker, batch_size=2)
    assert measure(small_model(batch_size=3), worker=worker, batch_size=3, budget_s=0.05).batch_size == 3


@pytest.mark.backend
def test_a_layer_that_only_this_process_knows_gives_one_line(worker: Worker) -> None:
    class Homemade(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x

    x_in = keras.layers.Input((8, 8, 1))
    with pytest.raises(TimingError, match=r"class Homemade, which is defined inside of a function") as caught:
        measure(keras.Model(x_in, Homemade()(x_in)), worker=worker)
    assert "\n" not in str(caught.value)
    assert measure(small_model(), worker=worker, budget_s=0.05)


@pytest.mark.backend
def test_what_only_building_there_finds_gives_one_line(worker: Worker) -> None:
    class Holder:
        def as_activation(self, x: Any) -> Any:
            return x

    x_in = keras.layers.Input((8, 8, 1))
    model = keras.Model(x_in, keras.layers.Conv2D(2, 3, activation=Holder().as_activation)(x_in))
    with pytest.raises(
        TimingError, match=r"cannot be built in another process, .* Keras says: .*method"
    ) as caught:
        measure(model, worker=worker)
    assert "\n" not in str(caught.value)


# Devices


def test_the_device_is_named() -> None:
    device = current_device()
    assert device is not None
    assert device == visible_devices()[0]
    assert device.kind in ("CPU", "GPU", "TPU")
    assert device.name == "CPU" or device.kind != "CPU"
    assert str(device) == device.name


def test_every_device_can_be_asked_for() -> None:
    devices = visible_devices()
    assert "CPU" in [device.option for device in devices]
    assert len({device.option for device in devices}) == len(devices)
    for device in devices:
        assert checked(device=device.option).device == device.option


def test_a_broken_driver_does_not_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> list[Device]:
        raise RuntimeError("CUDA driver version is insufficient")

    monkeypatch.setattr(type(backend_named(BACKEND)), "devices", broken)
    assert current_device() == Device("CPU", "CPU")
    device, (notice,) = chosen_device("auto", None)
    assert device == CPU
    assert "could not tell its devices (RuntimeError: CUDA driver version is insufficient)" in notice
    assert chosen_device("CPU", None) == (CPU, [])
    with pytest.raises(TimingError, match="sees no GPU:0"):
        chosen_device("GPU:0", None)


@pytest.mark.backend
def test_a_card_that_is_not_there_is_told_in_one_line_with_what_is(worker: Worker) -> None:
    with pytest.raises(TimingError, match=r"sees no GPU:99 here; it sees .*CPU") as caught:
        measure(small_model(), worker=worker, device="GPU:99")
    assert "\n" not in str(caught.value)
    assert measure(small_model(), worker=worker, device="CPU", budget_s=0.05).device == "CPU"


# What is loaded in this process


def test_a_design_is_sent_as_it_is_and_what_was_built_as_keras_configuration() -> None:
    assert network_of(DESIGN).kind == "design"
    assert network_of(DESIGN).text == DESIGN.to_json()
    assert network_of(DESIGN.build()).kind == "model"
    assert network_of(DESIGN.architecture).text == Design(DESIGN.architecture).to_json()
    assert network_of("U-Net").text == preset("U-Net").to_json()
    assert network_of(small_model()).kind == "model"


def run_python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


NOTHING_HEAVY = "heavy = {'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules); assert not heavy, heavy"


def test_importing_it_and_asking_for_the_device_loads_no_backend() -> None:
    run_python(
        "import sys; from encdec_widgets.workers import timing; assert timing.current_device() is None; "
        f"timing.checked(); {NOTHING_HEAVY}; assert 'numpy' not in sys.modules"
    )


def test_a_design_is_measured_without_a_backend_in_this_process() -> None:
    run_python(
        "import sys, encdec_widgets as e; from encdec_widgets.architectures import UNet; "
        "from encdec_widgets.workers.timing import measuring; from tests.library.calibrated import KNOWN; "
        "measuring._calibrations.update(KNOWN); "
        "design = e.Design(UNet(filters=2, down_blocks=1, up_blocks=1), (16, 16, 1)); "
        f"timing = e.measure(design, budget_s=0.05); assert timing.n >= 5; {NOTHING_HEAVY}"
    )
