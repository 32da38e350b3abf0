"""How far a sweep is: a bar of tqdm where that is installed, and how long the rest will take."""

import importlib
import sys
import time
from typing import Any, Protocol

import attrs


class Progress(Protocol):
    """What tqdm calls a bar: it is told of each step, and closed."""

    def update(self, n: int = 1) -> Any:
        """Count further steps."""

    def close(self) -> Any:
        """Leave the bar as it is."""


class Unseen:
    """No bar."""

    def update(self, n: int = 1) -> None:
        """Count nothing."""

    def close(self) -> None:
        """Do nothing."""


def progress_of(shown: bool | None, *, total: int, done: int) -> Progress:
    """A bar, or none.

    Args:
        shown: Whether there is to be one; None for where somebody looks: in a notebook and in a terminal. Without tqdm
            there is none.
        total: How many rows there are.
        done: How many of them are known already.
    """
    if shown is None:
        shown = "ipykernel" in sys.modules or bool(sys.stderr and sys.stderr.isatty())
    if not shown:
        return Unseen()
    try:
        tqdm: Any = importlib.import_module("tqdm.auto").tqdm
    except ImportError:
        return Unseen()
    bar: Progress = tqdm(total=total, initial=done, desc="sweep", unit="row")
    return bar


@attrs.define
class Pace:
    """How fast rows come.

    Attributes:
        began: When the sweep went on, by the monotonic clock.
        first: When the first answer came: processes had started by then.
        last: When the last one came.
        answered: How many rows came by asking.
        rows: How many rows came, with those that took no asking.
    """

    began: float = attrs.field(factory=time.monotonic)
    first: float | None = None
    last: float = 0.0
    answered: int = 0
    rows: int = 0

    def note(self, *, answered: bool) -> None:
        """Count a row."""
        self.rows += 1
        if answered:
            self.answered += 1
            self.last = time.monotonic()
            self.first = self.first or self.last

    @property
    def each_s(self) -> float | None:
        """Seconds from one row to the next (an estimate); None before the second answer, as processes start before."""
        if self.first is None or self.answered < 2:
            return None
        answer_s = (self.last - self.first) / (self.answered - 1)
        return answer_s * self.answered / self.rows

    def remaining_s(self, left: int) -> float | None:
        """How long so many further rows will take (an estimate), in seconds; None before the second answer."""
        each_s = self.each_s
        return 0.0 if not left else None if each_s is None else each_s * left

    def again_s(self, count: int) -> float | None:
        """How long a sweep of so many rows would take from its start, in seconds; None before the second answer."""
        each_s = self.each_s
        if self.first is None or each_s is None:
            return None
        return self.first - self.began + each_s * (count - 1)
