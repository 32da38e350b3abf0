"""A task as it is sent to a worker process: also one whose class was written in a notebook.

A class that a module holds is imported there. One of a notebook is taken apart into its functions, which go as code,
and put together again: so a task with ``draw`` alone, and what that calls, needs no file of its own. What it inherits
from classes that a module holds, such as a shipped task, is imported there as well.
"""

import types
from typing import Any

from encdec_widgets.formatting import error_text
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.sent_functions import packed, unpacked
from encdec_widgets.workers.training.tasks.task import Task

_OF_EVERY_CLASS = {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__abstractmethods__"}
_OF_EVERY_CLASS |= {"__annotations__", "__slots__", "__firstlineno__", "__static_attributes__", "_abc_impl"}


def packed_task(task: Task) -> str:
    """A task as a text.

    Raises:
        TimingError: If it holds something that cannot be sent; it says what would work.
    """
    kind = type(task)
    try:
        if _is_importable(kind):
            return packed({"task": task})
        return packed({"parts": _Parts.of(task)})
    except TimingError as error:
        name = kind.__name__
        reason = str(error).removeprefix("this network ").partition(". Put the class")[0]
        raise TimingError(
            f"the task {name} cannot be sent to the process that trains ({reason:.200}). Put its class into a file "
            f"beside the notebook, such as my_{name.lower()}.py, and write: from my_{name.lower()} import {name}"
        ) from error


def unpacked_task(text: str) -> Task:
    """The task that :func:`packed_task` wrote a moment ago, in this package's parent process.

    Raises:
        TimingError: If a module of it cannot be imported here.
    """
    try:
        held = unpacked(text)
    except Exception as error:  # a module of the person's own is imported, which may raise anything
        raise TimingError(
            f"the task cannot be made in the process that trains, which imports its module: {error_text(error):.200}"
        ) from error
    task: Task = held["task"] if "task" in held else held["parts"].made()
    return task


def _is_importable(kind: type) -> bool:
    return kind.__module__ != "__main__" and "<locals>" not in kind.__qualname__


class _Parts:
    """A task whose class no other process can import, as functions and values, with what it inherits from."""

    def __init__(
        self,
        name: str,
        bases: tuple[type, ...],
        attributes: dict[str, tuple[str, Any]],
        state: dict[str, Any],
    ) -> None:
        """Take the name of its class, what that inherits from and holds, and what the object holds."""
        self.name = name
        self.bases = bases
        self.attributes = attributes
        self.state = state

    @classmethod
    def of(cls, task: Task) -> "_Parts":
        """Take a task apart. Of what several classes define, that of the first in the order of inheritance counts."""
        attributes: dict[str, tuple[str, Any]] = {}
        bases: list[type] = []
        slots: list[str] = []
        inherited: set[str] = set()
        for one in type(task).__mro__[:-1]:  # without object
            held = vars(one)
            descriptors = (types.MemberDescriptorType, types.GetSetDescriptorType)
            slots += [name for name, value in held.items() if isinstance(value, descriptors)]
            if _is_importable(one):
                inherited |= held.keys()
                if not any(issubclass(base, one) for base in bases):
                    bases.append(one)
                continue
            for name, value in held.items():
                plain = name not in _OF_EVERY_CLASS and not name.startswith("__attrs")
                if plain and not isinstance(value, descriptors) and name not in inherited:
                    attributes.setdefault(name, _taken_apart(value))
        state = {name: getattr(task, name) for name in slots if hasattr(task, name)}
        state |= getattr(task, "__dict__", {})
        state = {name: value for name, value in state.items() if name not in _OF_EVERY_CLASS}
        return cls(type(task).__name__, tuple(bases), attributes, state)

    def made(self) -> Task:
        """The task once more."""
        attributes = {name: _put_together(*part) for name, part in self.attributes.items()}
        task: Task = object.__new__(type(self.name, self.bases, attributes))
        for name, value in self.state.items():
            object.__setattr__(task, name, value)
        return task


def _taken_apart(value: Any) -> tuple[str, Any]:
    if isinstance(value, property):
        return "property", (value.fget, value.fset, value.fdel)
    if isinstance(value, (staticmethod, classmethod)):
        return type(value).__name__, (value.__func__,)
    return "value", value


def _put_together(kind: str, value: Any) -> Any:
    kinds: dict[str, Any] = {"property": property, "staticmethod": staticmethod, "classmethod": classmethod}
    return kinds[kind](*value) if kind in kinds else value
