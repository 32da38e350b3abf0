"""A step of a job, watched from outside: whether its process still computes, and how long it takes already."""

import threading
import time
from collections.abc import Callable

from encdec_widgets.background import Background

FAR_LONGER = 5
"""A run that takes so many times as long as predicted hangs, if it takes long at all."""

SAYS_AFTER_S = 10.0
"""A step that takes longer than this says how long it takes already."""

LOOK_S = 1.0
"""So often it is looked at, in seconds."""

_COMPUTED_S = 0.1
"""A process that computes takes so many seconds of a processor before it is taken for hung; its own looks around take a
hundredth of that."""


class StepWatch:
    """Watches one step until it is closed.

    It hangs when its process, and all that it started, have not computed for so long. A compiler computes, however long
    it takes. A step whose time is known also hangs when it takes so long in all. Where nobody can tell whether a
    process computes, without psutil, that is all that is watched.

    Time in which this process stood still itself, stopped or asleep with its machine, is not the step's: between two
    looks, twice the usual time counts at most.
    """

    def __init__(
        self,
        background: Background,
        pid: Callable[[], int | None],
        *,
        idle_s: float,
        most_s: float | None,
        on_hang: Callable[[float], object],
        on_long: Callable[[float], object],
    ) -> None:
        """Begin to watch.

        Args:
            background: Has the alarms.
            pid: Gives the id of the process, or None as long as there is none.
            idle_s: Seconds without computing after which it hangs.
            most_s: Seconds in all after which it does; None for no limit.
            on_hang: Is called once, with the seconds that were waited, when it hangs.
            on_long: Is called at each look, with the seconds so far, once it takes long.
        """
        self._background = background
        self._pid = pid
        self._idle_s = idle_s
        self._most_s = most_s
        self._on_hang = on_hang
        self._on_long = on_long
        self._looked_at = time.monotonic()
        self._computed_s = self._spent_s = self._idle_for_s = 0.0
        self._lock = threading.Lock()
        self._closed = False
        self._every_s = min(LOOK_S, idle_s, most_s or idle_s)
        self._alarm = background.alarm(self._every_s, self._look)

    def close(self) -> None:
        """Watch no longer."""
        with self._lock:
            self._closed = True
            self._alarm.cancel()

    def _look(self) -> None:
        now, computed_s = time.monotonic(), _computed_s(self._pid())
        since_s = min(now - self._looked_at, 2 * self._every_s)
        self._looked_at = now
        self._spent_s += since_s
        self._idle_for_s += since_s
        # Where that is unknown, it is taken to compute.
        if computed_s is None:
            self._idle_for_s = 0.0
        elif computed_s >= self._computed_s + _COMPUTED_S or computed_s < self._computed_s:
            self._computed_s, self._idle_for_s = computed_s, 0.0
        idle = self._idle_for_s >= self._idle_s
        hangs = idle or (self._most_s is not None and self._spent_s >= self._most_s)
        with self._lock:
            if self._closed:
                return
            if not hangs:
                self._alarm = self._background.alarm(self._every_s, self._look)
        if hangs:
            self._on_hang(self._idle_s if idle or self._most_s is None else self._most_s)
        elif self._spent_s >= SAYS_AFTER_S:
            self._on_long(self._spent_s)


def _computed_s(pid: int | None) -> float | None:
    """Seconds that a process and all that it started have computed: some compilers are processes of their own.

    None where it cannot be told: without psutil.
    """
    try:
        # Here, as it is not everywhere, and a web page imports this module too.
        import psutil
    except ImportError:
        return None
    if pid is None:
        return 0.0
    total = 0.0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            times = each.cpu_times()
            total += times.user + times.system
    except psutil.Error:  # It has just ended.
        return total
    return total
