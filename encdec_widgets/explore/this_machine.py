"""This machine, as others that take part in a sweep are told of it: its name, its processor, and whose turn it is."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from encdec_widgets.formatting import counted
from encdec_widgets.workers.processor_quota import cores_by_quota, cores_here

_CPU_FACTS = Path("/proc/cpuinfo")
_LOOK_AGAIN_S = 0.05


def machine_here() -> dict[str, str]:
    """The name of this machine and its processor with the cores that may be used, for what was measured here."""
    cores = cores_by_quota() or cores_here()
    return {"host": platform.node(), "processor": f"{_processor()}, {counted(cores, 'core')}"}


def _processor() -> str:
    try:
        lines = _CPU_FACTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def turn_file() -> Path:
    """The file that is locked by whose turn it is. All who share this machine's temporary files share it."""
    return Path(tempfile.gettempdir()) / "encdec_widgets-timing.lock"


@contextmanager
def one_at_a_time_on_this_machine(path: Path | None = None) -> Iterator[None]:
    """Wait until no other process or thread of this machine is inside this ``with`` statement.

    The system lets go of the lock of a process that has ended, however it ended.

    Args:
        path: The file that is locked; :func:`turn_file` if left out.
    """
    with _opened(path or turn_file()) as file:
        _lock(file)
        try:
            yield
        finally:
            _unlock(file)


def _opened(path: Path) -> IO[bytes]:
    try:
        # Without creating: Linux lets nobody create what another person has in a folder that all may write.
        return path.open("r+b")
    except FileNotFoundError:
        file = path.open("ab")
        with suppress(OSError):  # another person made it meanwhile
            path.chmod(0o666)
        return file
    except PermissionError:  # of another person who let nobody else write; to lock it takes no writing
        return path.open("rb")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        while True:
            try:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                time.sleep(_LOOK_AGAIN_S)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

elif os.name == "posix" and sys.platform not in ("emscripten", "wasi"):
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)

else:

    def _lock(file: IO[bytes]) -> None:
        """Do nothing: Python in a web page is alone."""

    def _unlock(file: IO[bytes]) -> None:
        """Do nothing, either."""
