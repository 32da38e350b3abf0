"""How much memory there really is, and what of it a network's weights may take without a question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

SHARE = 1 / 4
"""The share of the memory that the weights of a network may take unasked: training takes four times as much, for
gradients and the optimizer's two averages, and then the feature maps."""

_CGROUPS = Path("/sys/fs/cgroup")


class TooLargeError(MemoryError):
    """A network's weights would take more of the memory than may be taken unasked.

    Attributes:
        backbone: The network, whose weights are not filled.
    """

    def __init__(self, backbone: Backbone, limit: int) -> None:
        """Say how large ``backbone`` is, and how many bytes of memory there are."""
        super().__init__(
            f"This network has {backbone.parameters:,} parameters. Its weights take "
            f"{_gigabytes(backbone.weight_bytes)}, of {_gigabytes(limit)} that there are here; training takes about "
            "four times as much, and the feature maps."
        )
        self.backbone = backbone


def memory_limit(cgroups: Path = _CGROUPS, own_groups: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes of memory that this process may use: those of its container, where it has a limit, or of the machine.

    Args:
        cgroups: Where Linux shows its control groups, of version 1 or 2.
        own_groups: The file that names the groups of this process.
    """
    limits = [int(psutil.virtual_memory().total)]
    for path in _limit_files(cgroups, own_groups):
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # there is none, or it says "max"
            continue
    return min(limits)


def require_memory_for(backbone: Backbone, limit: int | None = None) -> None:
    """Check that the weights of a network, which may not be filled yet, leave room for the rest.

    Args:
        backbone: The network.
        limit: Bytes of memory that there are; by default :func:`memory_limit`.

    Raises:
        TooLargeError: If they would take more than ``SHARE`` of the memory.
    """
    limit = memory_limit() if limit is None else limit
    if backbone.weight_bytes > SHARE * limit:
        raise TooLargeError(backbone, limit)


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


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.3g} GB"
