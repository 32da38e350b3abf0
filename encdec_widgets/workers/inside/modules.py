"""Modules of a person's own that were imported here: one that is edited later is not imported again by itself."""

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHIPPED = tuple(
    f"{folder}{os.sep}"
    for folder in (
        Path(__file__).parents[2],  # this package
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    )
)


class ModulesHere:
    """What the files of a person's own modules held when they were imported here."""

    def __init__(self) -> None:
        """Know of none."""
        self._known: dict[str, bytes | None] = {}

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the modules that are imported inside of the ``with`` statement, also where it ends with an error."""
        try:
            yield
        finally:
            for path in _own_files():
                if path not in self._known:
                    self._known[path] = _content(path)

    def edited(self) -> bool:
        """Whether the file of one of them is another one now."""
        return any(_content(path) != known for path, known in self._known.items())


def _own_files() -> set[str]:
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return {
        str(file)
        for file in files
        if isinstance(file, str) and not file.startswith(_SHIPPED) and not _is_installed(file)
    }


def _is_installed(file: str) -> bool:
    return "site-packages" in file or "dist-packages" in file or file.startswith("<")


def _content(path: str) -> bytes | None:
    try:
        return hashlib.blake2b(Path(path).read_bytes()).digest()
    except OSError:
        return None
