"""How many processor cores a container may use, which may be fewer than it sees.

A hub shows all of a machine's cores and lets each person have one or two. A library that starts a thread for each core
that it sees then waits for its quota most of the time: a course ran 40 s in place of 2 s for it
(INRIA/scikit-learn-mooc issue 586).
"""

import math
import os
from pathlib import Path

from encdec_widgets.explain.machine_memory import CGROUPS, OWN_GROUPS, folders_of_groups


def cores_here() -> int:
    """The cores that this process may run on, whatever its share of them."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cores_by_quota(cgroups: Path = CGROUPS, own_groups: Path = OWN_GROUPS) -> int | None:
    """The cores that a container's quota is worth, rounded up; None where there is no quota, or one for all cores.

    Args:
        cgroups: Where Linux shows its control groups, of version 1 or 2.
        own_groups: The file that names the groups of this process.
    """
    folders = folders_of_groups("cpu", cgroups, own_groups)
    quotas = [quota for folder in folders if (quota := _quota(folder)) is not None]
    cores = math.ceil(min(quotas, default=math.inf)) if quotas else None
    return None if cores is None or cores >= cores_here() else max(cores, 1)


def _quota(folder: Path) -> float | None:
    """The cores that one group may use; None where it has no limit, or none can be read."""
    try:
        quota, period = (folder / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        except OSError:
            return None
    try:
        cores = float(quota) / float(period)
    except (ValueError, ZeroDivisionError):  # "max"
        return None
    return cores if cores > 0 else None  # Version 1 says -1 where there is no limit.
