"""Advice with times: the designs that are advised, each timed, and how far predictions were off."""

import math
import statistics
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.explore.advising.advice import Advice, Advised
from encdec_widgets.explore.this_machine import one_at_a_time_on_this_machine
from encdec_widgets.formatting import digits, error_text, factor_text
from encdec_widgets.workers.backends import backend_text
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.timing import measure
from encdec_widgets.workers.timing.result import Timing

Measure = Callable[..., Timing]
FAR_OFF = 1.5
"""Predictions that are off by more than this make other designs worth choosing."""


def finalists(advice: Advice) -> tuple[Design, ...]:
    """The designs that are advised, each once."""
    return tuple(dict.fromkeys(one.design for one in advice.advised))


def options_of(advice: Advice) -> dict[str, Any]:
    """How the designs of an advice are timed: options of :func:`encdec_widgets.measure`."""
    wanted = advice.wanted
    return {
        "work": wanted.work,
        "batch_size": wanted.batch_size,
        "precision": wanted.precision,
        "device": wanted.device or "auto",
    }


def with_measured(advice: Advice, measure: Measure = measure) -> tuple[Advice, float]:
    """Time the designs of an advice, each once, and say how far predictions were off.

    Args:
        advice: What was advised.
        measure: Times a design, as :func:`encdec_widgets.measure` does.

    Returns:
        As :func:`with_times`.
    """
    options = options_of(advice)
    outcomes: dict[Design, Timing | Exception] = {}
    with one_at_a_time_on_this_machine():
        for design in finalists(advice):
            try:
                outcomes[design] = measure(design, **options)
            except (TimingError, FieldError) as error:
                outcomes[design] = error
    return with_times(advice, outcomes)


def with_times(advice: Advice, outcomes: Mapping[Design, Timing | Exception]) -> tuple[Advice, float]:
    """An advice with the times of its designs, and how far predictions were off.

    Args:
        advice: What was advised, without times.
        outcomes: By design the time, or why there is none; one that was not timed is left out.

    Returns:
        The advice with the times; and how many times longer the designs took than predicted, the median.
    """
    advised = tuple(
        _with_time(one, advice, outcomes[one.design]) if one.design in outcomes else one
        for one in advice.advised
    )
    timings = [outcome for outcome in outcomes.values() if isinstance(outcome, Timing)]
    predicted = {one.design: one.predicted_ms for one in advice.advised}
    ratios = [
        outcome.median_ms / ms
        for design, outcome in outcomes.items()
        if isinstance(outcome, Timing) and (ms := predicted[design] or outcome.predicted_ms)
    ]
    sure = advice.sure
    if ratios:
        sure = (*sure, f"Measured times were {_off(ratios)} what was predicted.")
    if timings:
        first = timings[0]
        sure = (
            *sure,
            f"Times were measured on {first.device} with {backend_text(first.backend)} and hold there alone.",
        )
    return attrs.evolve(advice, advised=advised, sure=sure), statistics.median(ratios) if ratios else 1.0


def others_may_be_better(advice: Advice, slower: float) -> bool:
    """Whether it is worth choosing again: a wish for speed was tested, and what was measured changes what meets it.

    Args:
        advice: What was advised, with times.
        slower: How many times longer the designs took than predicted.
    """
    return advice.wanted.tests_speed and (
        not 1 / FAR_OFF < slower < FAR_OFF or any(_misses(one) for one in advice.advised)
    )


def _misses(one: Advised) -> bool:
    """Whether a design that was timed is slower than is wished."""
    return one.timing is not None and one.needs.get("speed", 0) > 1


def _with_time(one: Advised, advice: Advice, outcome: Timing | Exception) -> Advised:
    if isinstance(outcome, Exception):
        return attrs.evolve(one, reasons=(*one.reasons, f"It could not be timed: {error_text(outcome)}"))
    told = (
        f"Measured: {digits(outcome.median_ms)} ms a run, {digits(outcome.images_per_second)} images a second"
    )
    if predicted_ms := one.predicted_ms or outcome.predicted_ms:
        told += f"; {digits(predicted_ms)} ms were predicted"
    wished = advice.wanted.images_per_second if advice.wanted.tests_speed else None
    needs = dict(one.needs)
    if wished is not None:
        needs["speed"] = wished / outcome.images_per_second
        verb = "misses" if needs["speed"] > 1 else "meets"
        told += f". That {verb} the wish for {wished:,.10g} images a second"
    return attrs.evolve(
        one,
        timing=outcome,
        needs=needs,
        figures={**one.figures, "time_ms": outcome.median_ms},
        reasons=(*one.reasons, f"{told}."),
    )


def _off(ratios: list[float]) -> str:
    """How far predictions were off, in words."""
    low, high = min(ratios), max(ratios)
    if math.isclose(low, high):
        return f"{factor_text(low)} times"
    return f"{factor_text(low)} to {factor_text(high)} times"
