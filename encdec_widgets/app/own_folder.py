"""Copies of the notebooks in a folder of one's own, where a class can edit them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from encdec_widgets.app.serving.errors import ServingError


class OwnFolder(NamedTuple):
    """A folder that has a file for every notebook.

    Attributes:
        path: The folder, from the root of the file system.
        kept: Files that were there before and have other cells than ours, by their names in the folder.
    """

    path: Path
    kept: tuple[str, ...]


def own_folder(wanted: Path, notebooks: Mapping[str, Path]) -> OwnFolder:
    """Copy notebooks into a folder, which is made if it is not there; files that are there are kept.

    Args:
        wanted: The folder; a relative one stands in the working folder.
        notebooks: Each notebook, by the name that it is to have in the folder.

    Raises:
        ServingError: If the folder can't be made or written to, or if what has the name of a notebook is no file.
    """
    try:
        folder = wanted.expanduser().resolve()
    except (OSError, RuntimeError) as error:  # no working folder any more; no home; links in a circle
        raise _not_there(wanted, error) from None
    kept = []
    for name, notebook in notebooks.items():
        copy = folder / name
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _not_there(copy.parent, error) from None
        if _is_new(copy, notebook.read_bytes()):
            continue
        if not copy.is_file():
            raise ServingError(f"{copy} is no file: move it away, or choose another folder by --folder")
        if _cells(copy) != _cells(notebook):
            kept.append(name)
    return OwnFolder(folder, tuple(kept))


def _is_new(path: Path, content: bytes) -> bool:
    """Write a file, if nothing of its name is there."""
    try:
        file = path.open("xb")
    except FileExistsError:
        return False
    except OSError as error:
        raise _not_there(path.parent, error) from None
    try:
        with file:
            file.write(content)
    except OSError as error:  # the disk is full: half a file would be kept for ever
        path.unlink(missing_ok=True)
        raise _not_there(path.parent, error) from None
    return True


def _not_there(folder: Path, error: Exception) -> ServingError:
    reason = getattr(error, "strerror", None) or error
    return ServingError(
        f"the notebooks can't be copied to {folder} ({reason}): choose a folder that you can write to, by --folder"
    )


def _cells(path: Path) -> list[tuple[str, str]] | None:
    """The texts of a notebook's cells, without what running them leaves; None if it can't be read."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
