"""Benchmark 7: whether the timing can be trusted.

- Agreement: `measure` and a loop written by hand (`tests.benchmarks.by_hand`) time the same network in turns, each in
  a process of its own that has been started before; each turn gives a ratio of the two medians.
- Repetition: the median of `measure`, ten times on one network.
- Prediction: the time that `measure` predicts before it runs anything, over the time that it then measures.
- A race of a network against itself: how often `compare` claims a difference, and how large a one it finds.

Each is of forward passes and of training steps, and of every way of running a network.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from encdec_widgets import Design, preset, presets
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.timing import (
    Comparison,
    Timing,
    TimingError,
    TimingTooLongError,
    Worker,
    compare,
    installed_backends,
    measure,
)
from tests.benchmarks.by_hand import ByHand, Case
from tests.benchmarks.tables import Row, Table

WITHIN = 0.1  # the goal: a ratio is off 1 by no more
SMALL, MIDDLE, LARGE = "SLEAP large top-down", "Stacked hourglass, 1 stack", "Hourglass (SLEAP)"
BATCHES = {SMALL: (1, 4), MIDDLE: (1, 4), LARGE: (1,)}
REPEATED = (SMALL, "U-Net")
RACED = SMALL
# Presets whose runs are predicted to take longer are left out of the predictions.
LONGEST_RUN_S = 2.0
COMPILED = {"tensorflow": ("graph", "XLA"), "jax": ("XLA",), "torch": ("eager", "torch.compile")}
WORKS = ("forward", "training")
# These take a quarter of a minute and more to compile even a small network, and each timing compiles anew.
SLOW_TO_COMPILE = {
    ("tensorflow", "XLA", "training"),
    ("torch", "torch.compile", "forward"),
    ("torch", "torch.compile", "training"),
}


@attrs.frozen(kw_only=True)
class Extent:
    """How much is measured.

    Attributes:
        presets: Presets of the agreement, with their batch sizes.
        turns: Turns of a comparison with the loop by hand.
        repeated: Presets that are timed again and again.
        repetitions: How often.
        predicted: Presets whose time is predicted.
        races: Races of a network against itself.
        budget_s: Seconds of runs of a timing and, by hand, of a turn; those of a prediction and a race take a quarter.
    """

    presets: dict[str, tuple[int, ...]]
    turns: int
    repeated: tuple[str, ...]
    repetitions: int
    predicted: tuple[str, ...]
    races: int
    budget_s: float

    def of(self, way: Way, work: str) -> Extent:
        """What is measured of this: one small network, and that seldom, where every timing compiles for long."""
        if (way.backend, way.compilation, work) not in SLOW_TO_COMPILE:
            return self
        return attrs.evolve(
            self,
            presets={SMALL: (1,)},
            turns=min(self.turns, 3),
            repeated=(SMALL,),
            repetitions=min(self.repetitions, 5),
            predicted=(SMALL,),
            races=min(self.races, 4),
        )


@attrs.frozen
class Way:
    """A Keras backend and how it runs a network."""

    backend: str
    compilation: str

    def __str__(self) -> str:
        """Such as "TensorFlow (graph)"."""
        return f"{backend_text(self.backend)} ({self.compilation})"

    @property
    def options(self) -> dict[str, Any]:
        """The options of `measure` for it."""
        return {"backend": self.backend, "compilation": self.compilation}


def run(quick: bool) -> Table:
    """Measure everything, or a small preset with few turns."""
    if quick:
        extent = Extent(
            presets={SMALL: (1,)},
            turns=2,
            repeated=(SMALL,),
            repetitions=2,
            predicted=(SMALL, MIDDLE),
            races=2,
            budget_s=0.5,
        )
    else:
        extent = Extent(
            presets=BATCHES,
            turns=5,
            repeated=REPEATED,
            repetitions=10,
            predicted=tuple({preset(name): name for name in presets()}.values()),
            races=20,
            budget_s=2.0,
        )
    # Two processes share a card here; each takes only what it needs of its memory, for which there is no option.
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    ways = [
        Way(backend, way)
        for backend in installed_backends()
        for way in COMPILED[backend][: 1 if quick else None]
    ]
    worker = Worker()
    rows: list[Row] = []
    try:
        for way in ways:  # One backend after the other, as its process is kept for its next timing.
            for work in WORKS:
                for measured in (_agreement, _repetition, _prediction, _races):
                    rows += measured(way, extent.of(way, work), worker, work)
    finally:
        worker.stop()
    return Table(
        "Timing, against a loop by hand, itself and its own prediction",
        rows,
        notes=[
            "Ours / by hand: ratios of the medians of each turn; the goal is that their median lies from 0.9 to 1.1.",
            f"torch.compile, and training steps by TensorFlow's XLA: {SMALL} alone, in few turns; they compile long.",
            "Repetition: how far each median lies from the median of all; the goal is about the farthest.",
            "Predicted / measured: of one image; presets that are the same design are timed once.",
            "A against A: how far the ratio of each race of a network with itself lies from 1.",
            *([] if load is None else [f"Load average of the machine before: {load:.1f}."]),
        ],
    )


def _agreement(way: Way, extent: Extent, worker: Worker, work: str) -> Iterator[Row]:
    for name, batch_sizes in extent.presets.items():
        for batch_size in batch_sizes:
            words = f"ours / by hand: {name}, {work}, batch {batch_size}, {way}"
            case = Case(
                design=preset(name).to_json(),
                backend=way.backend,
                compilation=way.compilation,
                training=work == "training",
                batch_size=batch_size,
                seconds=extent.budget_s,
            )
            try:
                yield _against_by_hand(words, way, case, work, extent, worker)
            except RuntimeError as error:  # of either process; the other cases can still be run
                yield Row(benchmark="timing", case=words, unit="", met=False, remark=str(error))


def _against_by_hand(words: str, way: Way, case: Case, work: str, extent: Extent, worker: Worker) -> Row:
    design = Design.from_json(case.design)
    ours: list[Timing] = []
    by_hand: list[float] = []
    with ByHand(case) as loop:
        for turn in range(extent.turns):
            for loop_is_next in (bool(turn % 2), not turn % 2):
                if loop_is_next:
                    by_hand.append(loop.median_ms())
                else:
                    ours.append(
                        measure(
                            design,
                            work=work,
                            batch_size=case.batch_size,
                            budget_s=extent.budget_s,
                            worker=worker,
                            **way.options,
                        )
                    )
    ratios = [timing.median_ms / ms for timing, ms in zip(ours, by_hand, strict=True)]
    ratio = statistics.median(ratios)
    return Row.of(
        "timing",
        words,
        ratios,
        unit="",
        goal=1 + WITHIN,
        met=abs(ratio - 1) <= WITHIN,
        remark=f"{min(ratios):.3f} to {max(ratios):.3f}; {_ms(ours)} and by hand "
        f"{statistics.median(by_hand):.3g} ms; {_facts(ours)}",
    )


def _repetition(way: Way, extent: Extent, worker: Worker, work: str) -> Iterator[Row]:
    # A training step of the larger one takes seconds.
    for name in extent.repeated if work == "forward" else (SMALL,):
        words = f"repetition: {name}, {work}, {way}"
        try:
            timings = [
                measure(preset(name), work=work, budget_s=extent.budget_s, worker=worker, **way.options)
                for _ in range(extent.repetitions)
            ]
        except TimingError as error:
            yield Row(benchmark="timing", case=words, unit="%", met=False, remark=str(error))
            continue
        middle = statistics.median(timing.median_ms for timing in timings)
        ratios = [timing.median_ms / middle for timing in timings]
        off = _percent_off(ratios)
        yield Row.of(
            "timing",
            words,
            off,
            unit="%",
            figure=max(off),
            goal=100 * WITHIN,
            remark=f"{min(ratios):.3f} to {max(ratios):.3f} of {_ms(timings)}; {_facts(timings)}",
        )


def _prediction(way: Way, extent: Extent, worker: Worker, work: str) -> Iterator[Row]:
    factors: list[float] = []
    for name in extent.predicted:
        words = f"predicted / measured: {name}, {work}, {way}"
        try:
            timing = measure(
                preset(name),
                budget_s=extent.budget_s / 4,
                # Seven runs are the least that it makes.
                at_most_s=7 * LONGEST_RUN_S,
                worker=worker,
                work=work,
                **way.options,
            )
        except TimingTooLongError as error:
            remark = f"left out: {error.predicted_ms / 1000:.2g} s a run are predicted"
            yield Row(benchmark="timing", case=words, unit="ms", remark=remark)
            continue
        except TimingError as error:
            yield Row(benchmark="timing", case=words, unit="ms", met=False, remark=str(error))
            continue
        assert timing.predicted_ms is not None
        factors.append(timing.predicted_ms / timing.median_ms)
        yield Row.of(
            "timing",
            words,
            [timing.predicted_ms],
            [timing.median_ms],
            unit="ms",
            against="measured",
            remark=_facts([timing]),
        )
    if factors:
        near = sum(1 / 2 <= factor <= 2 for factor in factors)
        yield Row.of(
            "timing",
            f"predictions within a factor of 2, {work}, {way}",
            [100 * near / len(factors)],
            unit="%",
            remark=f"{near} of {len(factors)}; {min(factors):.2g} to {max(factors):.2g} times what was measured",
        )


def _races(way: Way, extent: Extent, worker: Worker, work: str) -> Iterator[Row]:
    words = f"A against A: {RACED}, {work}, {way}"
    design = preset(RACED)
    try:
        races: list[Comparison] = [
            compare(design, design, work=work, budget_s=extent.budget_s / 4, worker=worker, **way.options)
            for _ in range(extent.races)
        ]
    except TimingError as error:
        yield Row(benchmark="timing", case=words, unit="%", met=False, remark=str(error))
        return
    claimed = _percent_off(race.ratio for race in races if race.different)
    rounds = statistics.median(race.rounds for race in races)
    largest = f"; the largest {max(claimed):.2g} %" if claimed else ""
    yield Row.of(
        "timing",
        words,
        _percent_off(race.ratio for race in races),
        unit="%",
        remark=f"a difference claimed in {len(claimed)} of {len(races)}{largest}; {rounds:.0f} rounds a race",
    )


def _percent_off(ratios: Iterable[float]) -> list[float]:
    return [100 * abs(ratio - 1) for ratio in ratios]


def _ms(timings: Sequence[Timing]) -> str:
    return f"{statistics.median(timing.median_ms for timing in timings):.3g} ms"


def _facts(timings: Sequence[Timing]) -> str:
    """Where it ran, and how often the timing itself called its figures doubtful."""
    doubtful = sum(bool(timing.noise) for timing in timings)
    return timings[0].device + (f"; {doubtful} of {len(timings)} said to be noisy" if doubtful else "")
