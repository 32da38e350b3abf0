"""Keras, imported when it is first used.

Importing a backend takes seconds; designs, their validation and their controls need none of it.
"""

import importlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

LIBRARIES = ("tensorflow", "jax", "torch")
"""Libraries that Keras can compute with, the usual one first; besides, there is NumPy, which has no gradients."""

_QUIET_AND_MODEST = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # By default each of these takes most of a GPU's memory, also what the timing process needs.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}


_NOTICE = re.compile(
    rb"[IWE]\d{4} |\d{4}-\d\d-\d\d .*: [IWE] |WARNING: All log messages before absl|To enable the following"
)


class BackendMissingError(ImportError):
    """No usable Keras backend is installed; the message names what to install or to set."""


@contextmanager
def _native_stderr_held_back() -> Iterator[None]:
    """Keep what libraries write to the process's standard error; show it only if the import fails.

    TensorFlow's C++ code writes start-up notices there that no setting turns off, and a notebook shows them in red
    above the first picture. What other code writes meanwhile is shown a little later.
    """
    with tempfile.TemporaryFile() as held, os.fdopen(os.dup(2), "wb") as stderr:
        os.dup2(held.fileno(), 2)
        notice: re.Pattern[bytes] | None = _NOTICE
        try:
            yield
        except BaseException:
            notice = None
            raise
        finally:
            os.dup2(stderr.fileno(), 2)
            held.seek(0)
            stderr.writelines(line for line in held if notice is None or not notice.match(line))


def _import_keras() -> Any:
    for variable, value in _QUIET_AND_MODEST.items():
        os.environ.setdefault(variable, value)
    try:
        if "keras" in sys.modules:
            return importlib.import_module("keras")  # waits, where another thread is importing it
        with _native_stderr_held_back():
            return importlib.import_module("keras")
    except ImportError as error:
        wanted = os.environ.get("KERAS_BACKEND", "tensorflow")
        installed = [name for name in LIBRARIES if importlib.util.find_spec(name)]
        if wanted in installed:
            raise
        remedy = 'install one with pip install "encdec_widgets[cpu]" (or [gpu] for an NVIDIA card)'
        if installed:
            remedy += f", or set the environment variable KERAS_BACKEND={installed[0]}, which is installed"
        raise BackendMissingError(
            f"Keras needs a backend and {wanted!r} cannot be imported: {remedy}."
        ) from error


def keras_is_loaded() -> bool:
    """Whether Keras and its backend have been imported; an import that has only begun does not count."""
    module = sys.modules.get("keras")
    return module is not None and not getattr(module.__spec__, "_initializing", False)


def keras_module(name: str) -> Any:
    """A module of Keras that has no public name."""
    _import_keras()
    return importlib.import_module(name)


def require_backend() -> None:
    """Find out without loading anything whether Keras will find its backend.

    Raises:
        BackendMissingError: (an ImportError) If it will not.
    """
    wanted = os.environ.get("KERAS_BACKEND", "tensorflow")
    if not all(map(importlib.util.find_spec, ("keras", wanted))):
        _import_keras()


class _LazyKeras:
    def __getattr__(self, name: str) -> Any:
        value = getattr(_import_keras(), name)
        self.__dict__[name] = value
        return value


if TYPE_CHECKING:
    import keras as keras
else:
    keras = _LazyKeras()
