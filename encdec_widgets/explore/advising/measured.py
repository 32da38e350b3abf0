"""Advice with times: the designs that are advised, each timed, and how far predictions were off."""

import math
import statistics
from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.explore.advising.advice import Advice, Advised
from encdec_widgets.explore.this_machine import one_at_a_time_on_this_machine
from encdec_widgets.formatting import digits, error_text, factor_text, number_text
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing import measure
from encdec_widgets.workers.timing.result import Timing

Measure = Callable[..., Timing]


def with_measured(advice: Advice, measure: Measure = measure) -> tuple[Advice, float]:
    """Time the designs of an advice, each once, and say how far predictions were off.

    Args:
        advice: What was advised.
        measure: Times a design, as :func:`encdec_widgets.measure` does.

    Returns:
        The advice with the times; and how many times longer the designs took than predicted, the median.
    """
    wanted = advice.wanted
    options: dict[str, Any] = {
        "work": wanted.work,
        "batch_size": wanted.batch_size,
        "precision": wanted.precision,
        "device": wanted.device or "auto",
    }
    timings: dict[Design, Timing] = {}
    reasons: dict[Design, str] = {}
    with one_at_a_time_on_this_machine():
        for design in dict.fromkeys(one.design for one in advice.advised):
            try:
                timings[design] = measure(design, **options)
            except (TimingError, FieldError) as error:
                reasons[design] = error_text(error)
    advised = tuple(_with_time(one, advice, timings, reasons) for one in advice.advised)
    ratios = [
        one.timing.median_ms / one.predicted_ms
        for one in advised
        if one.timing is not None and one.predicted_ms
    ]
    sure = advice.sure
    if ratios:
        sure = (*sure, f"Measured times were {_off(ratios)} what was predicted.")
    if timings:
        first = next(iter(timings.values()))
        sure = (*sure, f"Times were measured on {first.device} with {first.backend} and hold there alone.")
    return attrs.evolve(advice, advised=advised, sure=sure), statistics.median(ratios) if ratios else 1.0


def _with_time(
    one: Advised, advice: Advice, timings: dict[Design, Timing], reasons: dict[Design, str]
) -> Advised:
    timing = timings.get(one.design)
    if timing is None:
        return attrs.evolve(one, reasons=(*one.reasons, f"It could not be timed: {reasons[one.design]}"))
    told = (
        f"Measured: {digits(timing.median_ms)} ms a run, {digits(timing.images_per_second)} images a second"
    )
    if one.predicted_ms:
        told += f"; {digits(one.predicted_ms)} ms were predicted"
    wished = advice.wanted.images_per_second if advice.wanted.tests_speed else None
    needs = dict(one.needs)
    if wished is not None:
        needs["speed"] = wished / timing.images_per_second
        verb = "misses" if needs["speed"] > 1 else "meets"
        told += f". That {verb} the wish for {number_text(wished)} images a second"
    return attrs.evolve(
        one,
        timing=timing,
        needs=needs,
        figures={**one.figures, "time_ms": timing.median_ms},
        reasons=(*one.reasons, f"{told}."),
    )


def _off(ratios: list[float]) -> str:
    """How far predictions were off, in words."""
    low, high = min(ratios), max(ratios)
    if math.isclose(low, high):
        return f"{factor_text(low)} times"
    return f"{factor_text(low)} to {factor_text(high)} times"
