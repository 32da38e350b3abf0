"""Each backend that networks are timed on says all of itself in one module, and loads its library late."""

import inspect
import os
import subprocess
import sys

import keras
import pytest

from encdec_widgets.workers.backends import LIBRARIES, NAMES, backend_named, backend_text, running_backend
from encdec_widgets.workers.backends.backend import Backend
from encdec_widgets.workers.device import Device
from tests.amount import full_or


@pytest.mark.parametrize("name", NAMES)
def test_a_backend_says_all_of_itself(name: str) -> None:
    backend = backend_named(name)
    assert isinstance(backend, Backend)
    assert not inspect.isabstract(type(backend))
    assert (backend.name, backend_text(name)) == (name, backend.proper_name)
    assert backend.compilations
    assert "eager" in backend.compilations


def test_another_backend_keeps_its_name_and_cannot_be_timed() -> None:
    assert backend_text("openvino") == "openvino"
    with pytest.raises(ValueError, match=r"'openvino'.*tensorflow, jax, torch, numpy"):
        backend_named("openvino")


def test_knowing_all_backends_loads_none() -> None:
    code = (
        "import sys; from encdec_widgets.workers.options import COMPILATIONS; "
        "print(len(COMPILATIONS), [name for name in sys.argv[1:] if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "keras", "numpy", *LIBRARIES], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == f"{len(NAMES)} []"


@pytest.mark.backend
def test_the_running_backend_lists_its_devices() -> None:
    # Unlike visible_devices, this hides no error.
    backend = running_backend()
    assert backend.name == keras.config.backend()
    devices = backend.devices()
    assert all(isinstance(device, Device) for device in devices)
    assert len({device.option for device in devices}) == len(devices)
    with backend.on(devices[0] if devices else Device("CPU", "CPU")):
        assert keras.ops.shape(keras.ops.zeros((2, 3))) == (2, 3)


@pytest.mark.parametrize("backend", full_or(["numpy", "jax"], ["numpy"]))
def test_a_network_is_built_and_edited_without_another_backend(backend: str) -> None:
    """Keras asks of each setting of a layer whether it is TensorFlow's, and would import it in an edit."""
    code = (
        "import sys; from encdec_widgets import Designer, preset; designer = Designer(preset('SLEAP centroid')); "
        "designer.set('encoder[0].activation', 'elu'); designer.wait(); "
        "assert designer.backbone.design.architecture.encoder[0].activation == 'elu'; "
        "print([name for name in ('tensorflow', 'torch') if name in sys.modules])"
    )
    environment = {**os.environ, "KERAS_BACKEND": backend}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert told.stdout.strip() == "[]"
