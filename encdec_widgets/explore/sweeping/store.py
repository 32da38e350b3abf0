"""The file of a sweep that goes on where it stopped: what was asked in the first line, then a line for each row.

A line is written at once and counts once its end is there. What a crash leaves of a line is taken away before anything
else is written. Two sweeps that are the same may write into one file; the first line of a row counts.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.explore.this_machine import locked
from encdec_widgets.formatting import shortened

HEADER_KEY = "encdec_widgets_sweep_store"
_BEGINNING = f'{{"{HEADER_KEY}"'.encode()


class StoreError(ValueError):
    """A file that cannot be the store of a sweep; the message says whose it is, and what would work."""


@attrs.frozen
class Kept:
    """What is kept of one row.

    Attributes:
        key: Of its design, by which the same design is known again; empty where there is none.
        told: What was told of it; None where there is a reason.
        reason: Why nothing was told.
    """

    key: str
    told: Mapping[str, Any] | None
    reason: str = ""


@attrs.frozen
class Store:
    """A file of JSON lines.

    Attributes:
        path: Where it is.
        header: What the sweep asks, as data.
        swept: The paths of the fields that are swept. Their present values in the design are not held: a sweep goes on
            with any design that differs in those alone, such as one that was opened from it meanwhile.
    """

    path: Path
    header: Mapping[str, Any]
    swept: Collection[str] = ()

    def open(self) -> dict[int, Kept]:
        """Begin the file, or read the rows that are in it.

        Raises:
            StoreError: (a ValueError) If it is of another sweep, or no store at all; it is left as it is.
            OSError: If it cannot be read or written.
        """
        with self._locked() as file:
            _require_a_store(file, self.path)
            content = _read(file)
            whole = content[: content.rfind(b"\n") + 1]
            first, *lines = whole.splitlines() or [b""]
            if first:
                self._require_same(_parsed(first))
            if len(whole) < len(content):
                os.ftruncate(file, len(whole))
            if not first:
                _append(file, _without(self.header, self.swept))
        kept: dict[int, Kept] = {}
        for line in lines:
            data = _parsed(line)
            if isinstance(data, dict) and isinstance(data.get("index"), int):
                found = Kept(data.get("key", ""), data.get("told"), data.get("reason", ""))
                kept.setdefault(data["index"], found)
        return kept

    def add(self, index: int, kept: Kept, values: Mapping[str, Any]) -> None:
        """Write a row.

        Args:
            index: Its place in the grid.
            kept: What is kept of it.
            values: Its values, as data, for whoever reads the file.

        Raises:
            OSError: If there is no room for it.
        """
        outcome = {"reason": kept.reason} if kept.told is None else {"told": kept.told}
        with self._locked() as file:
            _drop_torn_line(file)
            _append(file, {"index": index, "values": values, "key": kept.key, **outcome})

    @contextmanager
    def _locked(self) -> Iterator[int]:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with locked(file):
                yield file
        finally:
            os.close(file)

    def _require_same(self, found: Any) -> None:
        if not isinstance(found, dict) or HEADER_KEY not in found:
            raise _no_store(self.path)
        # Stores that were begun before those values were left out have them.
        there = _without(found, self.swept)
        for name, asked in _without(self.header, self.swept).items():
            if there.get(name) != asked:
                raise StoreError(
                    f"{self.path} holds another sweep: {name} there is {_as_text(there.get(name))}. "
                    f"Received: {_as_text(asked)}. Give another file, or ask for what it holds."
                )


def _without(asked: Mapping[str, Any], swept: Collection[str]) -> dict[str, Any]:
    """What was asked, without the present values of some fields in the design; of a damaged line, what there is."""
    design = asked.get("design")
    if not isinstance(design, dict):
        return dict(asked)
    design = {name: value for name, value in design.items() if name not in swept}
    architecture = design.get("architecture")
    if isinstance(architecture, dict) and isinstance(architecture.get("fields"), dict):
        fields = {name: value for name, value in architecture["fields"].items() if name not in swept}
        design["architecture"] = {**architecture, "fields": fields}
    return {**asked, "design": design}


def _as_text(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False), 300)


def _no_store(path: Path) -> StoreError:
    return StoreError(
        f"{path} is no store of a sweep, and is left as it is. Give a file that is not there yet."
    )


def _require_a_store(file: int, path: Path) -> None:
    """Refuse what begins otherwise, however large it is, before the rest of it is read."""
    os.lseek(file, 0, os.SEEK_SET)
    beginning = os.read(file, len(_BEGINNING))
    if not _BEGINNING.startswith(beginning):
        raise _no_store(path)


def _drop_torn_line(file: int) -> None:
    """Take away what another sweep left of a line when it ended in the middle of it."""
    size = os.fstat(file).st_size
    if not size:
        return
    os.lseek(file, size - 1, os.SEEK_SET)
    if os.read(file, 1) != b"\n":
        os.ftruncate(file, _read(file).rfind(b"\n") + 1)


def _read(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    found = []
    while part := os.read(file, 1 << 20):
        found.append(part)
    return b"".join(found)


def _append(file: int, data: Mapping[str, Any]) -> None:
    line = json.dumps(data, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    end = os.lseek(file, 0, os.SEEK_END)
    try:
        left = line
        while left:
            left = left[os.write(file, left) :]
    except OSError:
        os.ftruncate(file, end)  # No room for all of it: half a line is of no use.
        raise


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # damaged: it is computed again
        return None
