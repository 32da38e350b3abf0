"""What a program has set for the backends that it computes with, beside the networks: it counts in a worker too."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from encdec_widgets._keras import QUIET_AND_MODEST
from encdec_widgets.workers.backends import LIBRARIES, backend_named
from encdec_widgets.workers.processor_quota import cores_by_quota

Settings = dict[str, dict[str, Any]]
"""By the name of a backend, what is set for it, as plain data."""

_READ_BY_BACKENDS = (
    *("CUDA_", "NVIDIA_", "HIP_", "ROCR_", "TF_", "XLA_", "JAX_", "LIBTPU_", "KERAS_", "TORCH", "PYTORCH_"),
    *("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_", "VECLIB_", "DNNL_", "ONEDNN_"),
)
_OF_THE_LOG = "TF_CPP_"


def settings_here() -> Settings:
    """What is set in this process, as this thread has it, for each backend whose library is loaded.

    Example:
        >>> from encdec_widgets.workers.settings import settings_here
        >>> import keras
        >>> set(settings_here()) <= {"tensorflow", "jax", "torch"}
        True
    """
    found = {name: backend_named(name).settings_here() for name in LIBRARIES}
    return {name: settings for name, settings in found.items() if settings}


def with_quota(settings: Mapping[str, Any], backend: str) -> dict[str, Any]:
    """What is set for a backend, with no more threads than the cores that the container's quota is worth.

    It is one rule for all jobs, so that timing and training in turns keep one process.

    Args:
        settings: What :func:`settings_here` gave for it; fewer threads than those stay.
        backend: Its name.

    Example:
        >>> from encdec_widgets.workers.settings import with_quota
        >>> with_quota({"a setting": 1}, "numpy")
        {'a setting': 1}
    """
    cores = cores_by_quota()
    wanted = {} if cores is None else backend_named(backend).settings_for_threads(cores)
    fewer = {name for name, value in wanted.items() if 0 < _number(settings.get(name)) <= int(value)}
    return {**settings, **{name: value for name, value in wanted.items() if name not in fewer}}


def _number(threads: Any) -> int:
    """A number of threads that was set, or 0 where none was: JAX reads it from a variable, which may hold anything."""
    try:
        return int(threads or 0)
    except (TypeError, ValueError):
        return 0


def inherited() -> dict[str, Any]:
    """What a process that is started now finds of this one: variables, cores, and where modules are searched."""
    variables = {**QUIET_AND_MODEST, **os.environ}
    found: dict[str, Any] = {
        name: value
        for name, value in variables.items()
        if name.startswith(_READ_BY_BACKENDS) and not name.startswith(_OF_THE_LOG)
    }
    found["folders of modules"] = list(sys.path)
    if hasattr(os, "sched_getaffinity"):  # on Linux
        found["cores"] = sorted(os.sched_getaffinity(0))
    return found
