"""How much memory there really is."""

import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
"""Where Linux shows its control groups, of version 1 or 2."""
OWN_GROUPS = Path("/proc/self/cgroup")
"""The file that names the groups of this process."""
_STATM = Path("/proc/self/statm")
"""The pages of this process: all of them first, those of data and stack sixth."""
_OF_VERSIONS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of control groups of version 2 and 1: the files of the limit and of what is taken, and how much of it are files."""
_NO_LIMIT = 2**62
"""Control groups of version 1 say a number of this size where they have no limit."""


def memory_limit(cgroups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> int | None:
    """Bytes of memory that this process may use: the least of several limits.

    They are the memory of the machine, that of its container, and what the limits of the process itself (``ulimit -v``
    and ``ulimit -d``) leave over what it has taken so far.

    None where none can be told: without psutil, as in a web page, the machine's memory is unknown.

    Args:
        cgroups: Where Linux shows its control groups, of version 1 or 2.
        own_groups: The file that names the groups of this process.
    """
    machine = _machine_memory()
    limits = [*_left_to_this_process(), *([] if machine is None else [machine])]
    for folder in folders_of_groups("memory", cgroups, own_groups):
        for name in ("memory.max", "memory.limit_in_bytes"):  # of version 2, and of version 1
            try:
                limits.append(int((folder / name).read_text()))
            except (OSError, ValueError):  # there is none, or it says "max"
                continue
    return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


def free_memory(cgroups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> int | None:
    """Bytes of memory that further processes may take now: what the machine, or the container, has left.

    None where it cannot be told: without psutil.

    Args:
        cgroups: As in :func:`memory_limit`.
        own_groups: The same.
    """
    try:
        import psutil
    except ImportError:
        return None
    left = [int(psutil.virtual_memory().available)]
    for folder in folders_of_groups("memory", cgroups, own_groups):
        for limit, taken, of_files in _OF_VERSIONS:
            try:
                most, now = (int((folder / name).read_text()) for name in (limit, taken))
                facts = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            except (OSError, ValueError):  # there is none, or it says "max"
                continue
            if most < _NO_LIMIT:  # Files that were read are dropped from memory when it is needed.
                left.append(max(most - now + int(facts.get(of_files, 0)), 0))
    return min(left)


def _machine_memory() -> int | None:
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.virtual_memory().total)


def _left_to_this_process() -> list[int]:
    """What the limits of this process leave, in bytes; none where it has none, or the system does not tell."""
    try:
        import resource

        taken = [int(pages) * os.sysconf("SC_PAGE_SIZE") for pages in _STATM.read_text().split()]
    except (ImportError, OSError):  # Limits of this kind are Linux's: Windows has none, and macOS keeps none.
        return []
    taken_of = {resource.RLIMIT_AS: taken[0], resource.RLIMIT_DATA: taken[5]}
    limits = {kind: resource.getrlimit(kind)[0] for kind in taken_of}
    return [
        max(limit - taken_of[kind], 0) for kind, limit in limits.items() if limit != resource.RLIM_INFINITY
    ]


def folders_of_groups(controller: str, cgroups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> list[Path]:
    """Where a limit of a container may stand: in the group of this process and in all above it; the least counts.

    Args:
        controller: What Linux calls the kind of limit: "memory", "cpu".
        cgroups: As in :func:`memory_limit`.
        own_groups: The same.
    """
    folders = [cgroups, cgroups / controller]
    try:
        lines = own_groups.read_text().splitlines()
    except OSError:
        return folders
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            root = cgroups
        elif controller in controllers.split(","):
            root = cgroups / controller
        else:
            continue
        here = root / group.lstrip("/")
        folders.extend(folder for folder in (here, *here.parents) if folder.is_relative_to(root))
    return list(dict.fromkeys(folders))
