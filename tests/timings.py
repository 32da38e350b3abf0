"""Timings as values, for tests of what is made of them."""

from typing import Any

from encdec_widgets.workers.timing import Timing


def timing(ms: float = 10.0, **others: Any) -> Timing:
    """A timing whose runs all took as long, in ms, but for what is said otherwise."""
    values = {"median_ms": ms, "p10_ms": ms, "p90_ms": ms, "n": 9, "first_call_ms": ms, "batch_size": 1}
    known = {"precision": "float32", "device": "CPU", "backend": "tensorflow"}
    return Timing(**{**values, **known, **others})
