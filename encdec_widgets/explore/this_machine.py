"""This machine, as others that take part in a sweep are told of it: its name, its processor, and whose turn it is."""

import errno
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

    Args:
        path: The file that is locked; :func:`turn_file` if left out.
    """
    with _opened(path or turn_file()) as file, locked(file.fileno()):
        yield


def _opened(path: Path) -> IO[bytes]:
    try:
        # Without creating: Linux lets nobody create what another person has in a folder that all may write.
        return path.open("r+b")
    except FileNotFoundError:
        try:
            file = path.open("xb")
        except FileExistsError:  # made meanwhile
            return path.open("r+b")
        with suppress(OSError):
            path.chmod(0o666)  # Others are to lock it too.
        return file
    except PermissionError:  # of another person who let nobody else write; to lock it takes no writing
        return path.open("rb")


@contextmanager
def locked(file: int) -> Iterator[None]:
    """Hold the lock of an open file, which others wait for. The system lets go of that of a process that has ended.

    Where the system locks no files, as some network drives and Python in a web page, nobody waits.
    """
    held = _lock(file)
    try:
        yield
    finally:
        if held:
            _unlock(file)


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**40  # Windows locks bytes, against readers too: one behind the end of any file.
    _OF_ANOTHER = (
        errno.EACCES,
        errno.EDEADLK,
    )  # Anything else is no matter of waiting: this drive locks no files.

    def _lock(file: int) -> bool:
        while True:
            os.lseek(file, _FAR, os.SEEK_SET)
            try:
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in _OF_ANOTHER:
                    return False
                time.sleep(_LOOK_AGAIN_S)
            else:
                return True

    def _unlock(file: int) -> None:
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

elif sys.platform in ("emscripten", "wasi"):

    def _lock(file: int) -> bool:
        return False

    def _unlock(file: int) -> None:
        raise AssertionError

else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
