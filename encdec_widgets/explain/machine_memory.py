"""How much memory there really is."""

from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**62
"""Control groups of version 1 say a number of this size where they have no limit."""


def memory_limit(cgroups: Path = _CGROUPS, own_groups: Path = Path("/proc/self/cgroup")) -> int | None:
    """Bytes of memory that this process may use: those of its container, where it has a limit, or of the machine.

    None where neither can be told: without psutil, as in a web page, the machine's memory is unknown.

    Args:
        cgroups: Where Linux shows its control groups, of version 1 or 2.
        own_groups: The file that names the groups of this process.
    """
    machine = _machine_memory()
    limits = [] if machine is None else [machine]
    for path in _limit_files(cgroups, own_groups):
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return min((limit for limit in limits if limit < _NO_LIMIT), default=None)


def _machine_memory() -> int | None:
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.virtual_memory().total)


def _limit_files(cgroups: Path, own_groups: Path) -> list[Path]:
    """Where a limit may stand: in the group of this process and in all above it, of which the least counts."""
    files = [cgroups / "memory.max", cgroups / "memory" / "memory.limit_in_bytes"]
    try:
        lines = own_groups.read_text().splitlines()
    except OSError:
        return files
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            root, name = cgroups, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = cgroups / "memory", "memory.limit_in_bytes"
        else:
            continue
        here = root / group.lstrip("/")
        files.extend(folder / name for folder in (here, *here.parents) if folder.is_relative_to(root))
    return files
