"""The Keras backends that networks can be timed on: a module each, and nothing elsewhere.

To add one, write ``on_<name>.py`` with a :class:`~encdec_widgets.workers.backends.backend.Backend` called ``BACKEND``
and put its name into ``encdec_widgets._keras.LIBRARIES``.
"""

import functools
import importlib

from encdec_widgets._keras import LIBRARIES as LIBRARIES
from encdec_widgets._keras import keras
from encdec_widgets.formatting import quoted
from encdec_widgets.workers.backends.backend import Backend

NAMES = (*LIBRARIES, "numpy")
"""Names of the backends, as in ``KERAS_BACKEND``."""


@functools.cache
def backend_named(name: str) -> Backend:
    """The backend of that name; its library is not loaded.

    >>> backend_named("jax").proper_name
    'JAX'

    Args:
        name: One of :data:`NAMES`.

    Raises:
        ValueError: If there is no such backend.
    """
    if name not in NAMES:
        raise ValueError(f"Networks cannot be timed on {quoted(name)}. Backends are {', '.join(NAMES)}.")
    backend: Backend = importlib.import_module(f"{__name__}.on_{name}").BACKEND
    return backend


def running_backend() -> Backend:
    """The backend that Keras computes on in this process, which is loaded if it is not."""
    return backend_named(str(keras.config.backend()))


def backend_text(name: str) -> str:
    """A Keras backend as people write it; its name where it is none of :data:`NAMES`.

    >>> backend_text("torch")
    'PyTorch'
    """
    return backend_named(name).proper_name if name in NAMES else name
