"""The measurement of one network: built, predicted, started, and run in short rounds until the figures are sure."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import attrs

from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.backends.backend import Backend
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import TimingError, TimingStopped, TimingTooLongError
from encdec_widgets.workers.gpu import GpuState, GpuWatch, visible_gpus
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.sent_network import Network
from encdec_widgets.workers.timing.result import BlockTime, Timing
from encdec_widgets.workers.timing.statistics import median_interval, noise_words, settled, spread

MIN_RUNS = 5
"""So many runs are timed even where they take longer than the budget, as long as ``OVERTIME_S`` allows."""
MAX_RUNS = 10_000
"""More runs than this are never timed."""
OVERTIME_S = 60.0
"""No further run is started after so many seconds of runs, unless the budget itself is longer; one there always is."""
ROUNDS = 20
"""Rounds that the budget is divided into; between two of them the progress is reported and the card is sampled."""
LEAST_SHARE = 0.25
"""A run does not end before this share of the budget, even if its times are alike: the machine may get slower."""

FAR_OFF = 3
"""A prediction that is off by more than this factor has its calibration made again for the next run; if that one is far
off too, it is corrected by as much."""

_calibrated_under: dict[tuple[str | None, ...], Mapping[str, Any]] = {}
"""What was set for the backend when they were made: under other settings, as on fewer threads, they do not hold."""

_calibrations: dict[tuple[str | None, ...], Mapping[str, Any]] = {}
"""Calibrations by backend, compilation, dtype policy and device: a process that replaces another need not make them
again. Where networks of two ways of running are calibrated alike, each has its own: corrections differ."""

_renewed: set[tuple[str | None, ...]] = set()
"""By the same and the work, where a calibration was made again as it had been far off."""


@attrs.frozen(kw_only=True, eq=False)
class OnBench:
    """A network in the process that times it.

    Attributes:
        name: What it is called there.
        options: How it is timed.
        facts: What the process answered when it was loaded.
        ask: Asks the process.
    """

    name: str
    options: Options
    facts: Mapping[str, Any]
    ask: Ask

    @classmethod
    def load(cls, ask: Ask, name: str, network: Network, options: Options, **how: bool) -> "OnBench":
        """Have ``network`` built and its time predicted.

        Raises:
            BeyondMemoryError: (a TimingError) If it takes more memory than there is, unless that is allowed.
        """
        return cls.built(ask, name, network, options, **how).predicted()

    @classmethod
    def built(
        cls,
        ask: Ask,
        name: str,
        network: Network,
        options: Options,
        *,
        beyond_memory: bool = False,
        by_block: bool = False,
    ) -> "OnBench":
        """Have ``network`` built, and taken apart where its blocks are timed too."""
        arguments = {
            "name": name,
            "network": attrs.asdict(network),
            "options": attrs.asdict(options),
            "beyond_memory": beyond_memory,
            "by_block": by_block,
        }
        facts = ask(str(options.backend), "load", options.batch_size, arguments)
        return cls(name=name, options=options, facts=facts, ask=ask)

    def predicted(self) -> "OnBench":
        """Have its time predicted; where nothing was measured under the same conditions, the device is calibrated."""
        conditions, settings = self._conditions(), self.facts["settings"]
        if _calibrated_under.setdefault(conditions, settings) != settings:
            _calibrations.pop(conditions, None)
        known = _calibrations.get(conditions)
        told = self.do("predict", calibration=known)
        _calibrations[conditions], _calibrated_under[conditions] = told["calibration"], settings
        return attrs.evolve(self, facts={**self.facts, **told, "calibrated_now": known is None})

    def do(self, command: str, part: str = "", **arguments: Any) -> dict[str, Any]:
        """Have something done with the network, or with one of its blocks."""
        name = f"{self.name}/{part}" if part else self.name
        return self.ask(
            str(self.options.backend), command, self.options.batch_size, {"name": name, **arguments}
        )

    def run(self, seconds: float, part: str = "", at_most: int = MAX_RUNS) -> list[float]:
        """Times of runs, in milliseconds."""
        times: list[float] = self._run("run", part, seconds=seconds, at_most=at_most)["times_ms"]
        return times

    def card(self, cards: Sequence[GpuState]) -> GpuState | None:
        """The one of ``cards`` that it runs on, if it runs on one."""
        kind, _, number = self.facts["device_option"].partition(":")
        return cards[int(number)] if kind == "GPU" and int(number) < len(cards) else None

    def start(self) -> dict[str, Any]:
        """Run it for the first time, then until it is warm: ``first_call_ms`` and ``peak_bytes``."""
        told = self._run("start")
        return {name: told[name] for name in ("first_call_ms", "peak_bytes")}

    def _run(self, command: str, part: str = "", **arguments: Any) -> dict[str, Any]:
        """Have it run. Where that fails, its calibration is forgotten: it says how long a run may take."""
        try:
            return self.do(command, part, **arguments)
        except TimingStopped:  # It was asked for.
            raise
        except TimingError:
            _calibrations.pop(self._conditions(), None)
            raise

    def timing(self, times: list[float], **others: Any) -> Timing:
        """What its times say."""
        figures = spread(times)
        self._doubt_calibration(figures.median)
        calibration = self.facts["calibration"]
        low, high = median_interval(times)
        noise = noise_words(times)
        notices = list(self.facts["notices"])
        if noise.startswith("noisy") and self.facts["device_option"] == CPU.option:
            advice = self._backend.advice_when_noisy(self.facts["settings"])
            notices += [advice] if advice else []
        return Timing(
            median_ms=figures.median,
            p10_ms=figures.p10,
            p90_ms=figures.p90,
            low_ms=low if math.isfinite(low) else None,
            high_ms=high if math.isfinite(high) else None,
            n=len(times),
            noise=noise,
            batch_size=self.options.batch_size,
            precision=self.facts["precision"],
            device=self.facts["device"],
            backend=str(self.options.backend),
            work=self.options.work,
            compilation=str(self.options.compilation),
            predicted_ms=self.facts["predicted_ms"],
            multiply_adds=self.facts["multiply_adds"],
            # A convolution can be faster than a matrix product: libraries know short cuts for it.
            ceiling=max(
                calibration["peak_multiply_adds_per_s"],
                *(rate for _, rate in calibration["convolution_rates"]),
            ),
            call_ms=calibration["call_overhead_ms"],
            notices=tuple(notices),
            **others,
        )

    def _doubt_calibration(self, median_ms: float) -> None:
        """Forget a calibration that was far off: the device was busy with something else then, or is now.

        One that was made again is far off for another reason: layers do not add up to what this work takes here. So it
        is corrected, and so is one that was made in another way of running.
        """
        predicted_ms, conditions = self.facts["predicted_ms"], self._conditions()
        if predicted_ms is None or not far_off(predicted_ms, median_ms):
            return
        case = (*conditions, self.options.work)
        stands_in = self.options.compilation != self._backend.calibrated_as(str(self.options.compilation))
        if stands_in or (case in _renewed and self.facts["calibrated_now"]):
            # Here and not above: it loads NumPy.
            from encdec_widgets.workers.timing.calibration import Calibration

            known = Calibration.from_dict(self.facts["calibration"])
            _calibrations[conditions] = known.corrected(self.options.work, median_ms / predicted_ms).to_dict()
        else:
            _renewed.add(case)
            # Another network of a race may have corrected it a moment ago, or forgotten it.
            if _calibrations.get(conditions) == self.facts["calibration"]:
                del _calibrations[conditions]

    @property
    def _backend(self) -> Backend:
        return backend_named(str(self.options.backend))

    def _conditions(self) -> tuple[str | None, ...]:
        options = self.options
        return options.backend, options.compilation, self.facts["policy"], self.facts["device_option"]


@attrs.frozen(kw_only=True, eq=False)
class Measurement:
    """A job: time one network.

    Attributes:
        network: The network.
        options: How to time it, resolved.
        by_block: Whether to time each of its blocks as well, which about doubles the time.
        at_most_s: Refuse to begin if the runs would take more than so many seconds; None for no limit.
        beyond_memory: Begin even if more memory is estimated than there is.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> from encdec_widgets.workers.timing import Measurement, Options, network_of, shared_worker
        >>> job = Measurement(network=network_of(design), options=Options(budget_s=0.05).resolved(), by_block=True)
        >>> [block.name for block in shared_worker().do(job).blocks]
        ['stack0_enc0', 'stack0_enc1', 'stack0_enc2', 'stack0_enc3', 'stack0_dec0']
    """

    network: Network
    options: Options
    by_block: bool = False
    at_most_s: float | None = None
    beyond_memory: bool = False

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (str(self.options.backend),)

    @property
    def budget_s(self) -> float:
        """Seconds that its timed runs may take, in all."""
        return self.options.budget_s * (2 if self.by_block else 1)

    def leaves_cards(self, backend: str) -> bool:
        """Whether it computes on the CPU alone, so that no card is touched."""
        return self.options.device == CPU.option

    def do(self, ask: Ask, tell: Tell) -> Timing:
        """Measure.

        Raises:
            BeyondMemoryError: If it would take more memory than there is.
            TimingTooLongError: If it would take far longer than allowed.
            TimingError: If the network could not be timed.
        """
        cards = visible_gpus().cards  # before anything of ours runs on them
        tell(Progress(share=0.0, doing="starting the process"))
        ask(str(self.options.backend), "clear", self.options.batch_size, {})
        try:
            return self._measure(ask, tell, cards)
        finally:
            # Other programs need the memory until the next job; a process that ended has none.
            with suppress(TimingError):
                ask(str(self.options.backend), "clear", self.options.batch_size, {})

    def _measure(self, ask: Ask, tell: Tell, cards: Sequence[GpuState]) -> Timing:
        tell(Progress(share=0.05, doing="building the network, calibrating the device"))
        network = OnBench.load(
            ask,
            "network",
            self.network,
            self.options,
            beyond_memory=self.beyond_memory,
            by_block=self.by_block,
        )
        predicted_ms = network.facts["predicted_ms"]
        check_length(predicted_ms, self.at_most_s)
        card = network.card(cards)
        tell(
            Progress(
                share=0.2,
                doing=f"first call{compiles(self.options)} and warm-up",
                predicted_ms=predicted_ms,
                calibration=network.facts["calibration"],
                # Where cards are left alone, the process sees none of them.
                payload={} if self.leaves_cards("") else {"devices": network.facts["devices"]},
            )
        )
        started = network.start()
        parts = self._started_blocks(network, tell, predicted_ms)
        times: list[float] = []
        with GpuWatch(card) as watch:
            while not enough(times, self.options.budget_s):
                slice_s = self.options.budget_s / ROUNDS
                times += network.run(slice_s, at_most=MAX_RUNS - len(times))
                for part, part_times in parts.items():
                    part_times.extend(network.run(slice_s / len(parts), part))
                watch.sample()
                done = min(sum(times) / 1000 / self.options.budget_s, 1.0)
                tell(Progress(share=0.4 + 0.6 * done, doing=f"{len(times)} runs", predicted_ms=predicted_ms))
        tell(Progress(share=1.0, doing="done", predicted_ms=predicted_ms))
        return network.timing(
            times,
            **started,
            gpu=card,
            load=watch.summary(),
            blocks=tuple(
                BlockTime(name=part, median_ms=spread(part_times).median, n=len(part_times))
                for part, part_times in parts.items()
            ),
        )

    def _started_blocks(
        self, network: OnBench, tell: Tell, predicted_ms: float | None
    ) -> dict[str, list[float]]:
        names: list[str] = network.facts["blocks"]
        for number, name in enumerate(names):
            share = 0.25 + 0.15 * number / len(names)
            doing = f"first call{compiles(self.options)} of {name}"
            tell(Progress(share=share, doing=doing, predicted_ms=predicted_ms))
            network.do("start_block", name)
        return {name: [] for name in names}


def far_off(predicted_ms: float, median_ms: float) -> bool:
    """Whether a prediction was so far off that its calibration is not used again."""
    return not 1 / FAR_OFF < predicted_ms / median_ms < FAR_OFF


def compiles(options: Options) -> str:
    """What is said of a first call that compiles, which may take long."""
    compiled = backend_named(str(options.backend)).compiles(str(options.compilation))
    return ", which compiles," if compiled else ""


def check_length(predicted_ms: float | None, at_most_s: float | None) -> None:
    """Refuse a timing whose least runs would take longer than allowed, as far as that can be predicted.

    Raises:
        TimingTooLongError: If they would.
    """
    if predicted_ms is None or at_most_s is None:
        return
    seconds = (MIN_RUNS + 2) * predicted_ms / 1000  # the first call and one run to warm up are runs too
    if seconds > at_most_s:
        raise TimingTooLongError(predicted_ms, seconds, at_most_s)


def enough(times: list[float], budget_s: float) -> bool:
    """Whether runs that took ``times`` (in milliseconds) need no more: sure enough, or the budget is spent."""
    spent_s = sum(times) / 1000
    if len(times) >= MAX_RUNS:
        return True
    if len(times) < MIN_RUNS:
        return bool(times) and spent_s >= max(OVERTIME_S, budget_s)
    return spent_s >= budget_s or (spent_s >= LEAST_SHARE * budget_s and settled(times))
