"""What a person did in a lesson, kept in a file: it survives that the cell is run again and the kernel started anew."""

from __future__ import annotations

import itertools
import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.design_json import fields_of, to_data
from encdec_widgets.formatting import error_text, quoted
from encdec_widgets.session.edits_file import EditsFile

FOLDER = ".encdec-lessons"
"""In the folder of the notebook: a file for each lesson."""
VERSION_KEY = "encdec_widgets_lesson"
_VERSION = 1
_BEGINS_ANEW = "the lesson begins anew"
_WRITTEN_ANEW = "it is written anew, with what was done here"


class LessonFile:
    """A file with what was done in one lesson; where it can't be written, the lesson goes on without it.

    Two kernels may write it: what one of them has of a part, and the other not, stays.

    Attributes:
        path: Where it is; None where nothing is kept.
        note: What is to be said of it; empty for nothing.
        parts: What is kept of each part, by its key: what this lesson has not told of yet comes back with the part.
        design: The design on screen; None where it is not kept.
        current: The key of the part on screen; empty where it is not kept.
    """

    def __init__(self, keep: Any, name: str, start: Design) -> None:
        """Read what is kept of a lesson.

        Args:
            keep: The path of the file; empty for one of the lesson's name in :data:`FOLDER`, None for nowhere.
            name: The name of the lesson.
            start: The design that it starts with: what is kept of another start is another lesson's.

        Raises:
            ValueError: If ``keep`` is no path.
        """
        self.path = _path(keep, name)
        self.note = ""
        self.parts: dict[str, dict[str, Any]] = {}
        self.design: Design | None = None
        self.current = ""
        self._name = name
        self._begins_with = start
        self._start: Any = None
        if self.path is None:
            return
        try:
            self._start = to_data(start)
        except ValueError as error:
            self._only_in_memory(f"The network that it starts with can't be written. {error_text(error)}")
            return
        self._take(self._read(_BEGINS_ANEW))

    def write(self, parts: Mapping[str, Mapping[str, Any]], design: Design | None, current: str) -> None:
        """Keep what was done, beside what another kernel has kept meanwhile.

        Args:
            parts: What there is of each part, by its key.
            design: The design on screen.
            current: The key of the part on screen.
        """
        self.parts = {**self.parts, **{key: dict(part) for key, part in parts.items()}}
        if self.path is None or (self._is_untouched(design) and not self.path.exists()):
            return
        data = self._read(_WRITTEN_ANEW)
        theirs = data["parts"] if data is not None else {}
        merged = {key: {**theirs.get(key, {}), **part} for key, part in self.parts.items()}
        self._write({**theirs, **merged}, design, current)

    def begin_anew(self) -> None:
        """Forget what was kept."""
        self.parts, self.design, self.current = {}, None, ""
        if self.path is not None:
            self._read(_WRITTEN_ANEW)  # it may be another lesson's by now
            self._write({}, None, "")

    def let_go(self) -> None:
        """Leave the file to the same lesson, which was made again: nothing is written there any more."""
        self._only_in_memory("The lesson was made again: go on there.")

    def _is_untouched(self, design: Design | None) -> bool:
        return not any(self.parts.values()) and (design is None or design_data(design) == self._start)

    # The file

    def _read(self, then: str) -> dict[str, Any] | None:
        """The data of the file; None where there is none for this lesson.

        A damaged file is kept aside. Of two lessons that keep in one file, the one that is made last takes it; the
        other one writes there no more, else each of them would move the other's file aside again and again.

        Args:
            then: What becomes of the lesson where there was a file that is of no use.
        """
        assert self.path is not None
        try:
            text = EditsFile(self.path).read() if self.path.parent.is_dir() else ""
            if not text:
                return None
            data = json.loads(text)
            _require_form(data)
        except OSError as error:
            self._only_in_memory(f"{self.path.name} can't be read. {error_text(error)}")
            return None
        except (ValueError, RecursionError):
            self._set_aside("damaged", f"{self.path.name} was damaged and can't be read", then)
            return None
        if not self._is_own(data):
            what = "starts with another network" if data["name"] == self._name else "has another name"
            said = f"{self.path.name} is of a lesson that {what}"
            if then == _BEGINS_ANEW:
                self._set_aside("other", said, then)
            else:
                self._only_in_memory(
                    f"{said}: another notebook keeps it there. Would work: close that one, and run this cell again."
                )
            return None
        kept: dict[str, Any] = data
        return kept

    def _is_own(self, data: Mapping[str, Any]) -> bool:
        """Whether data is of this lesson; a release with more fields writes the same start in other words."""
        if data["name"] != self._name:
            return False
        if data["start"] == self._start:
            return True
        try:
            return bool(Design(**fields_of(data["start"])) == self._begins_with)
        except ValueError:
            return False

    def _take(self, data: dict[str, Any] | None) -> None:
        if data is None:
            return
        self.parts, self.current = data["parts"], data["current"]
        if data["design"] is not None:
            self.design = self.design_of(data["design"])

    def design_of(self, data: Any) -> Design | None:
        """A design that was kept; None, and a note, where it can't be made here."""
        try:
            return Design(**fields_of(data))
        except ValueError as error:
            self.note = f"A network that was kept can't be made. {error_text(error)}"
            return None

    def _write(self, parts: Mapping[str, Any], design: Design | None, current: str) -> None:
        if self.path is None:
            return
        data = {
            VERSION_KEY: _VERSION,
            "name": self._name,
            "start": self._start,
            "design": design_data(design),
            "current": current,
            "parts": parts,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            EditsFile(self.path).write(json.dumps(data, allow_nan=False, separators=(",", ":")))
        except (OSError, ValueError) as error:
            self._only_in_memory(f"{self.path.name} can't be written. {error_text(error)}")

    def _set_aside(self, why: str, said: str, then: str) -> None:
        """Keep a file that is of no use here under a name that is free, and say so."""
        assert self.path is not None
        path = self.path
        names = (f"{path.name}.{why}{'' if i == 1 else i}" for i in itertools.count(1))
        aside = next(each for each in map(path.with_name, names) if not each.exists())
        try:
            self.path.replace(aside)
        except OSError as error:
            self._only_in_memory(f"{said}. {error_text(error)}")
        else:
            self.note = f"{said}: {then}. The old file is kept as {aside.name}."

    def _only_in_memory(self, reason: str) -> None:
        self.note = f"What you do here is kept until the kernel ends, and no longer. {reason}"
        self.path = None


def design_data(design: Design | None) -> Any:
    """A design as data, for JSON; None where there is none, or JSON has no form for it."""
    try:
        return None if design is None else to_data(design)
    except ValueError:
        return None


def _path(keep: Any, name: str) -> Path | None:
    if keep is None:
        return None
    if not isinstance(keep, (str, os.PathLike)):
        raise ValueError(
            f'keep is the path of a file, such as "lesson.json", or None. Received: {quoted(keep)}.'
        )
    path = (Path(keep) if str(keep) else Path(FOLDER, _file_name(name))).expanduser().absolute()
    if path.is_dir():
        raise ValueError(
            f'keep is the path of a file, and this is a folder. Received: {quoted(keep)}. Would work: "lesson.json".'
        )
    return path


def _file_name(name: str) -> str:
    """A file of the lesson's name, also where a system can't write all of it."""
    plain = re.sub(r"[^a-z0-9_-]", "_", name)
    return f"{plain}.json" if plain == name else f"{plain}-{zlib.crc32(name.encode()):08x}.json"


def _require_form(data: Any) -> None:
    """Check that data has the form of what was written.

    Raises:
        ValueError: If it has not.
    """
    parts = data.get("parts") if isinstance(data, dict) and data.get(VERSION_KEY) == _VERSION else None
    if (
        not isinstance(parts, dict)
        or not all(isinstance(part, dict) for part in parts.values())
        or not isinstance(data.get("current"), str)
        or not {"name", "start", "design"} <= data.keys()
    ):
        raise ValueError("this is not the form of a lesson that was kept")
