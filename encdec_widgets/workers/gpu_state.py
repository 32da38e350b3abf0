"""The state of an NVIDIA card at one moment, and its load over a run, as its driver reports them."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from encdec_widgets.formatting import counted, gib_text, number_text

BUSY_PERCENT = 10
"""From this utilisation on, a card that should be idle counts as busy; drawing a desktop takes a few percent."""
FULL_SHARE = 1 / 4
"""With less than this share of its memory free, a card counts as full: a backend that runs elsewhere takes three
quarters of it (JAX) or all of it (TensorFlow) at its start."""
HOT_C = 80
"""From this temperature on, a card counts as hot: consumer cards slow their clocks from some 83 °C."""

THROTTLE_REASONS = {
    0x40: "too hot",  # measured by the hardware
    0x20: "too hot",  # decided by the driver
    0x80: "power brake (the power supply asks for less)",
    0x08: "hardware slowdown (too hot, or too much power)",
    0x04: "power limit",
    0x10: "kept in step with slower cards (sync boost)",
    0x200: "board limit",
    0x400: "reliability limit of the board",
}
"""NVML's bits for what lowers the clocks, in words, without those of an idle card and of clocks that were set on
purpose. From https://docs.nvidia.com/deploy/nvml-api/group__nvmlClocksEventReasons.html"""

_HARDWARE_SLOWDOWN, _ITS_CAUSES = 0x08, 0x40 | 0x80


def throttle_words(reasons: int) -> tuple[str, ...]:
    """NVML's bits for what lowers the clocks, in words; empty if nothing does but idleness or a setting."""
    if reasons & _ITS_CAUSES:  # Newer drivers set the general bit as well as the bit of the cause.
        reasons &= ~_HARDWARE_SLOWDOWN
    return tuple(dict.fromkeys(words for bit, words in THROTTLE_REASONS.items() if reasons & bit))


def _all_words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(words)


def _all_counts(counts: Iterable[Iterable[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((words, times) for words, times in counts)


@attrs.frozen(kw_only=True)
class GpuState:
    """An NVIDIA card at one moment, as its driver describes it. What the card does not report is None.

    Attributes:
        index: Its number in NVML and ``nvidia-smi``, which need not be the one that a backend gives it.
        name: Such as "NVIDIA H200".
        driver: Version of the driver, such as "570.1".
        memory_used_bytes: Memory that is taken, by all processes and the driver.
        memory_total_bytes: Memory that there is.
        utilisation: Percent of the last moment (a sixth of a second to a second) in which anything ran on it. What this
            process or its worker ran just before is in it.
        temperature_c: Temperature of the chip, in °C.
        throttled: Why its clocks are slowed now, in words; empty if they are not, or if the card does not report it.
        mig: Whether it is cut into slices (Multi-Instance GPU). A network then runs on one of them, and these figures
            are the whole card's, as far as it reports them.
    """

    index: int
    name: str
    driver: str | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    utilisation: int | None = None
    temperature_c: int | None = None
    throttled: tuple[str, ...] = attrs.field(default=(), converter=_all_words)
    mig: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What in this state would spoil a run that began now, in whole sentences; empty if the card is idle."""
        return tuple(f"{self.name} {fact}." for fact in self._spoiling())

    def _spoiling(self) -> Iterable[str]:
        if self.utilisation is not None and self.utilisation >= BUSY_PERCENT:
            yield f"is {self.utilisation} % busy with something else"
        used, total = self.memory_used_bytes, self.memory_total_bytes
        if used is not None and total is not None and total - used < FULL_SHARE * total:
            yield f"has {gib_text(total - used)} of {gib_text(total)} GiB free"
        if self.throttled:
            yield f"slows its clocks: {', '.join(self.throttled)}"
        elif self.temperature_c is not None and self.temperature_c >= HOT_C:
            yield f"has {self.temperature_c} °C before it starts, so it may soon slow its clocks"
        if self.mig:
            yield "is cut into MIG slices, of which a network gets one; the figures are of the whole card"

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain data, ready for JSON."""
        return {**attrs.asdict(self), "throttled": list(self.throttled)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The state that ``to_dict`` made ``data`` from; unknown keys, as of a newer version, are ignored.

        Raises:
            KeyError: If a figure is missing.
        """
        return cls(**{attribute.name: data[attribute.name] for attribute in attrs.fields(cls)})

    def __str__(self) -> str:
        """One line, with units, of what the card reports."""
        used, total = self.memory_used_bytes, self.memory_total_bytes
        facts = (
            self.name,
            self.driver and f"driver {self.driver}",
            None if used is None or total is None else f"{gib_text(used)} of {gib_text(total)} GiB used",
            None if self.utilisation is None else f"{self.utilisation} % busy",
            None if self.temperature_c is None else f"{self.temperature_c} °C",
            self.throttled and f"clocks slowed: {', '.join(self.throttled)}",
            self.mig and "cut into MIG slices",
        )
        return ", ".join(fact for fact in facts if fact)


@attrs.frozen(kw_only=True)
class GpuLoad:
    """An NVIDIA card during a run, from samples. What the card does not report is None.

    Attributes:
        samples: Number of times that the card was asked.
        max_temperature_c: Highest temperature of the chip, in °C.
        median_utilisation: Median percent of time in which anything ran on it.
        peak_memory_bytes: The most memory that was seen taken, by all processes; a peak between two samples is missed.
        throttled: Why its clocks were slowed, in words, each with the number of samples in which they were.
    """

    samples: int
    max_temperature_c: int | None = None
    median_utilisation: float | None = None
    peak_memory_bytes: int | None = None
    throttled: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_all_counts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What spoiled the run, in whole sentences: clocks that were slowed."""
        return tuple(
            f"The card slowed its clocks in {times} of {self.samples} samples: {words}."
            for words, times in self.throttled
        )

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain data, ready for JSON."""
        return {**attrs.asdict(self), "throttled": [list(pair) for pair in self.throttled]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The load that ``to_dict`` made ``data`` from; unknown keys, as of a newer version, are ignored.

        Raises:
            KeyError: If a figure is missing.
        """
        return cls(**{attribute.name: data[attribute.name] for attribute in attrs.fields(cls)})

    def __str__(self) -> str:
        """One line, with units, of what the card reported."""
        facts = (
            None
            if self.median_utilisation is None
            else f"{number_text(self.median_utilisation)} % busy (median)",
            None if self.max_temperature_c is None else f"at most {self.max_temperature_c} °C",
            None
            if self.peak_memory_bytes is None
            else f"at most {gib_text(self.peak_memory_bytes)} GiB used",
            *(f"clocks slowed in {times}: {words}" for words, times in self.throttled),
            f"{counted(self.samples, 'sample')}",
        )
        return ", ".join(fact for fact in facts if fact)
