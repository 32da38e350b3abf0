"""Leaves the folder in which the command is started out of all that Python searches for modules.

A ``json.py`` or ``keras.py`` there would be run in place of the real one, and the folder may be anybody's: that of a
download, or of a course. Two things are out of reach, as Python does them before a line of ours runs: an empty entry in
the environment variable ``PYTHONPATH`` stands for the folder, and the few modules that were loaded before this one come
from there.
"""

# ruff: noqa: PTH100, PTH117, PTH120 - pathlib itself would be loaded from the working folder

from __future__ import annotations

import os
import sys

import encdec_widgets


def leave_out_working_folder() -> None:
    """Search for modules in no folder that depends on where this process was started.

    A folder that ``PYTHONPATH`` names from the root of the file system is somebody's choice and stays.
    """
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    left_out = {_absolute(entry) for entry in ("", *entries) if not os.path.isabs(entry)} - set(entries)
    sys.path[:] = [entry for entry in sys.path if _absolute(entry) not in left_out]
    # An editable installation searches the clone's folder, where the command is often started.
    home = os.path.dirname(os.path.dirname(_absolute(str(encdec_widgets.__file__))))
    if home in left_out:
        sys.path.append(home)


def without_relative(variable: str) -> list[str]:
    """The folders in an environment variable, such as ``PYTHONPATH``, that don't depend on where a process starts."""
    return [entry for entry in os.environ.get(variable, "").split(os.pathsep) if os.path.isabs(entry)]


def _absolute(entry: str) -> str:
    try:
        return os.path.abspath(entry)
    except FileNotFoundError:  # the working folder is gone
        return entry
