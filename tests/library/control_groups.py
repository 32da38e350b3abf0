"""A control group of Linux with a limit of memory, as a container has one: where this machine lets one be made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from encdec_widgets.explain.machine_memory import CGROUPS
from tests.library.timed import eventually


@contextmanager
def control_group(memory: int) -> Iterator[Path]:
    """A group whose processes may take so many bytes from now on; the test is skipped where none can be made.

    It is an own group at the top: what is taken inside of it counts for no other. It ends with the ``with``, by when
    its processes have to have ended.

    Args:
        memory: Its limit; without swap.
    """
    found = _hierarchy()
    if found is None:
        pytest.skip("this machine has no control groups of memory at the top, as in most containers")
    top, limit, swap = found
    group = top / f"encdec-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    try:
        (group / limit).write_text(str(memory))
        if (group / swap).exists():
            (group / swap).write_text(str(memory if top.name == "memory" else 0))
        yield group
    finally:
        assert eventually(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()


def _hierarchy() -> tuple[Path, str, str] | None:
    """Where groups of memory stand, and the files of their limits: of version 2, or of version 1."""
    controllers, old = CGROUPS / "cgroup.subtree_control", CGROUPS / "memory"
    if controllers.exists() and "memory" in controllers.read_text().split():
        return CGROUPS, "memory.max", "memory.swap.max"
    if (old / "memory.limit_in_bytes").exists():
        return old, "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
    return None
