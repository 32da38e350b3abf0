"""A limit of memory for a program and all that it starts, which Linux enforces."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Self

ENDED_S = 30.0
_ROOT = Path("/sys/fs/cgroup/memory")


class MemoryGroup:
    """A control group (version 1) of its own; it takes root. Whatever wants more than the limit is ended.

    Attributes:
        limit: Bytes for all of its processes together.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._folder = _ROOT / f"encdec-benchmark-{os.getpid()}"

    def __enter__(self) -> Self:
        self._folder.mkdir()
        (self._folder / "memory.limit_in_bytes").write_text(str(self.limit))
        return self

    def __exit__(self, *_: object) -> None:
        end = time.monotonic() + ENDED_S
        while (self._folder / "cgroup.procs").read_text() and time.monotonic() < end:
            time.sleep(0.1)  # processes that are ending
        self._folder.rmdir()

    def within(self, command: list[str], core: int) -> list[str]:
        """A command that runs another one in this group, on one core."""
        enter = f'echo $$ > {self._folder}/cgroup.procs && exec taskset -c {core} "$@"'
        return ["sh", "-c", enter, "sh", *command]

    @property
    def held_mb(self) -> float:
        """What its processes hold, in MB: without files that the system has read for them and can forget."""
        return self._numbers("memory.stat")["rss"] / 1e6

    @property
    def ended(self) -> int:
        """How many of its processes were ended, as there was no memory left."""
        return self._numbers("memory.oom_control")["oom_kill"]

    def _numbers(self, name: str) -> dict[str, int]:
        lines = (self._folder / name).read_text().split("\n")
        return {key: int(number) for key, _, number in (line.partition(" ") for line in lines) if number}
