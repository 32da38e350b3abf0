"""Keras, imported when it is first used.

Importing a backend takes seconds; designs, their validation and their controls need none of it.
"""

import importlib
import importlib.util
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

LIBRARIES = ("tensorflow", "jax", "torch")
"""Libraries that Keras can compute with, the usual one first; besides, there is NumPy, which has no gradients."""

QUIET_AND_MODEST = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # By default each of these takes most of a GPU's memory, also what the timing process needs.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}
"""Environment variables that are set, unless they are, before a backend is loaded."""


_NOTICE = re.compile(
    rb"[IWE]\d{4} |\d{4}-\d\d-\d\d .*: [IWE] |WARNING: All log messages before absl|To enable the following"
)


class BackendMissingError(ImportError):
    """Keras cannot start, most often for want of a backend; the message names what to install or to set."""


@attrs.frozen(kw_only=True)
class Configuration:
    """What Keras takes from its configuration file and from ``KERAS_BACKEND`` when it is loaded.

    Attributes:
        backend: Name of the backend.
        floatx: The precision of layers, unless a dtype policy says otherwise: "float32", ...
        source: What names the backend: ``KERAS_BACKEND``, the path of the file, or nothing, for Keras's default.
        problem: Why Keras does not start with this file; empty if it does.
    """

    backend: str
    floatx: str
    source: str
    problem: str = ""


def configuration() -> Configuration:
    """What Keras will take when it is loaded, read as Keras 3.15 reads it (keras/src/backend/config.py)."""
    path = _configuration_file()
    found: Any = {}
    problem = ""
    try:
        if os.path.exists(path):  # noqa: PTH110 - as Keras asks: a Path would raise where it may not look
            found = json.loads(Path(path).read_text())
    except ValueError:
        pass  # Keras ignores a file that is not JSON.
    except (OSError, RecursionError) as error:
        problem = str(error)
    if not isinstance(found, dict):
        problem, found = f"it holds {found!r:.200}, and must hold an object, in braces", {}
    problem = problem or _refused(found)
    named, wanted = os.environ.get("KERAS_BACKEND"), found.get("backend")
    return Configuration(
        backend=str(named or wanted or "tensorflow"),  # An empty KERAS_BACKEND does not count.
        floatx="float32" if problem else found.get("floatx", "float32"),
        source="KERAS_BACKEND" if named else path if wanted else "",
        problem=f"its configuration file {path} cannot be used: {problem}" if problem else "",
    )


def _configuration_file() -> str:
    folder = os.environ.get("KERAS_HOME")
    if folder is None:
        home = os.path.expanduser("~")  # noqa: PTH111 - a Path would raise where there is no home
        folder = os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")  # noqa: PTH118 - as Keras does
    return os.path.expanduser(os.path.join(folder, "keras.json"))  # noqa: PTH111, PTH118 - as Keras does


def _refused(found: dict[str, Any]) -> str:
    """Which value of the configuration file Keras refuses, and what would work; empty if it takes all."""
    allowed = {
        "floatx": ("float16", "float32", "float64"),
        "image_data_format": ("channels_last", "channels_first"),
    }
    for name, values in allowed.items():
        if name in found and found[name] not in values:
            return f"{name} must be one of {', '.join(values)}. Received: {name}={found[name]!r:.200}"
    if not isinstance(found.get("epsilon", 1e-7), float):
        return f"epsilon must be a number such as 1e-07. Received: epsilon={found['epsilon']!r:.200}"
    return ""


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
    for variable, value in QUIET_AND_MODEST.items():
        os.environ.setdefault(variable, value)
    try:
        if "keras" in sys.modules:
            return importlib.import_module("keras")  # waits, where another thread is importing it
        problem = configuration().problem
        if problem:
            raise BackendMissingError(f"Keras cannot start: {problem}.")
        with _native_stderr_held_back():
            return importlib.import_module("keras")
    except BackendMissingError:
        raise
    except (
        ImportError,
        ValueError,
    ) as error:  # Of a backend that it does not know, Keras raises a ValueError.
        wanted = configuration()
        installed = [name for name in LIBRARIES if importlib.util.find_spec(name)]
        if wanted.backend in installed:
            raise
        remedy = 'install one with pip install "encdec_widgets[cpu]" (or [gpu] for an NVIDIA card)'
        if installed:
            remedy += f", or set the environment variable KERAS_BACKEND={installed[0]}, which is installed"
        named = f" ({wanted.source} names it)" if wanted.source else ""
        raise BackendMissingError(
            f"Keras needs a backend and {wanted.backend!r} cannot be imported{named}: {remedy}."
        ) from error


def keras_is_loaded() -> bool:
    """Whether Keras and its backend have been imported; an import that has only begun does not count."""
    return is_loaded("keras")


def is_loaded(name: str) -> bool:
    """Whether a module has been imported; an import that has only begun does not count."""
    module = sys.modules.get(name)
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
    wanted = configuration()
    if wanted.problem or not all(map(_is_installed, ("keras", wanted.backend))):
        _import_keras()


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # It is no name of a module.
        return False


def active_backend() -> str:
    """Name of the Keras backend that is active, or will be when Keras is loaded."""
    if keras_is_loaded():
        return str(sys.modules["keras"].config.backend())
    return configuration().backend


class _LazyKeras:
    def __getattr__(self, name: str) -> Any:
        value = getattr(_import_keras(), name)
        self.__dict__[name] = value
        return value


if TYPE_CHECKING:
    import keras as keras
else:
    keras = _LazyKeras()
