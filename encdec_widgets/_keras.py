"""Keras, imported when it is first used.

Importing a backend takes seconds; designs, their validation and their controls need none of it.
"""

import importlib
import importlib.util
import os
from typing import TYPE_CHECKING, Any


class BackendMissingError(ImportError):
    """No usable Keras backend is installed; the message names what to install or to set."""


def _import_keras() -> Any:
    # TensorFlow's start-up notices would otherwise fill the first notebook cell.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        return importlib.import_module("keras")
    except ImportError as error:
        wanted = os.environ.get("KERAS_BACKEND", "tensorflow")
        installed = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]
        if wanted in installed:
            raise
        remedy = 'install one with pip install "encdec_widgets[cpu]" (or [gpu] for an NVIDIA card)'
        if installed:
            remedy += f", or set the environment variable KERAS_BACKEND={installed[0]}, which is installed"
        raise BackendMissingError(
            f"Keras needs a backend and {wanted!r} cannot be imported: {remedy}."
        ) from error


class _LazyKeras:
    def __getattr__(self, name: str) -> Any:
        value = getattr(_import_keras(), name)
        self.__dict__[name] = value
        return value


if TYPE_CHECKING:
    import keras as keras
else:
    keras = _LazyKeras()
