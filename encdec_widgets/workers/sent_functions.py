"""Functions of a user's own in a network, such as an activation, carried to a worker process as code.

Another process does not know a function that was defined in a notebook. It goes there with what it refers to: other
such functions, modules by their names, and plain values. It comes from the network that is there, and never from a file
or from other people.
"""

import base64
import dis
import importlib
import io
import marshal
import pickle
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from encdec_widgets._keras import keras
from encdec_widgets.formatting import error_text
from encdec_widgets.networks.keras_private import layers_held_by
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.sent_classes import require_importable

_KNOWN_THERE = {
    *sys.stdlib_module_names,
    "encdec_widgets",
    "jax",
    "keras",
    "numpy",
    "tensorflow",
    "torch",
} - {"__main__"}
_LOOKS_UP = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
"""Python's instructions that look a name up among the globals."""


def functions_of(model: Any) -> dict[str, types.FunctionType]:
    """The functions that layers of a model keep and no other process knows, each by a name of its own."""
    found: list[types.FunctionType] = []
    pending, seen = list(model.layers), set[int]()
    while pending:
        layer = pending.pop(0)
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        pending.extend(layers_held_by(layer))
        for held in vars(layer).values():
            users = isinstance(held, types.FunctionType) and _root(held) not in _KNOWN_THERE
            if users and held not in found:
                found.append(held)
    return {_registered_name(function) or f"users_function_{n}": function for n, function in enumerate(found)}


def _registered_name(function: types.FunctionType) -> str | None:
    """The name by which ``keras.saving.register_keras_serializable`` knows a function: Keras writes it by this name."""
    name: str = keras.saving.get_registered_name(function)
    return name if keras.saving.get_registered_object(name) is function else None


@contextmanager
def named(functions: Mapping[str, types.FunctionType]) -> Iterator[None]:
    """Inside the ``with`` statement, Keras writes each function by its name here, lambdas as well."""
    before = [(function, function.__name__) for function in functions.values()]
    try:
        for name, function in functions.items():
            function.__name__ = name
        yield
    finally:
        for function, name in before:
            function.__name__ = name


def packed(functions: Mapping[str, Any]) -> str:
    """Functions and classes as a text; empty for none. Of a class, it says where to import it from.

    Raises:
        TimingError: If one refers to something that cannot be sent, such as an open file or a class of the notebook.
    """
    if not functions:
        return ""
    buffer = io.BytesIO()
    try:
        _Pickler(buffer).dump(dict(functions))
    except TimingError:
        raise
    except Exception as error:  # what it refers to may be anything
        raise TimingError(
            f"this network has a function that refers to what cannot be sent to another process: {error_text(error)}"
        ) from error
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def unpacked(text: str) -> dict[str, Any]:
    """The functions and classes that :func:`packed` wrote a moment ago, in this package's parent process."""
    functions: dict[str, Any] = pickle.loads(base64.b64decode(text)) if text else {}
    return functions


class _Pickler(pickle.Pickler):
    """Writes functions that another process cannot import as their code, and modules as their names."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.ModuleType):
            return importlib.import_module, (obj.__name__,)
        if isinstance(obj, type):
            require_importable(obj, "one of its functions uses something")
        if not isinstance(obj, types.FunctionType) or _is_known_there(obj):
            return NotImplemented
        code, cells = obj.__code__, obj.__closure__ or ()
        used = {name: obj.__globals__[name] for name in _names(code) if name in obj.__globals__}
        parts = (used, obj.__defaults__, obj.__kwdefaults__, tuple(cell.cell_contents for cell in cells))
        # In two steps, so that a function may refer to itself.
        return _empty, (marshal.dumps(code), len(cells), obj.__module__), parts, None, None, _complete


def _empty(code: bytes, cells: int, module: str | None) -> types.FunctionType:
    closure = tuple(types.CellType() for _ in range(cells))
    names = {"__builtins__": __builtins__, "__name__": module}  # Libraries ask a function for its module.
    return types.FunctionType(marshal.loads(code), names, closure=closure or None)


def _complete(function: types.FunctionType, parts: tuple[Any, ...]) -> None:
    used, function.__defaults__, function.__kwdefaults__, contents = parts
    function.__globals__.update(used)
    for cell, content in zip(function.__closure__ or (), contents, strict=True):
        cell.cell_contents = content


def _names(code: types.CodeType) -> set[str]:
    """The names that a function's code, and that of functions inside of it, may look up outside; no attributes."""
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    own = {step.argval for step in dis.get_instructions(code) if step.opname in _LOOKS_UP}
    return own.union(*map(_names, inner))


def _root(function: types.FunctionType) -> str:
    """The name of the package that a function was defined in."""
    return (function.__module__ or "").partition(".")[0]


def _is_known_there(function: types.FunctionType) -> bool:
    if _root(function) not in _KNOWN_THERE:
        return False
    found: Any = sys.modules.get(function.__module__)
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function
