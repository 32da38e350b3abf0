"""Figures as a person reads them in a table."""

import math
from collections.abc import Callable

from encdec_widgets.explore.comparing.scaled import is_length
from encdec_widgets.explore.figures_of import FIGURES
from encdec_widgets.formatting import (
    bytes_text,
    count_text,
    counted,
    digits,
    px_text,
    ratio_text,
    stride_text,
)
from encdec_widgets.workers.timing.result import Timing

_NOT_KNOWN = {"time_ms": "not timed"}


def label_text(name: str, batch_size: int, *, of_camera: bool = False) -> str:
    """What a figure is, with its conditions.

    >>> label_text("training_bytes", 4), label_text("parameters", 4), label_text("output_stride", 4, of_camera=True)
    ('Memory to train, batch 4', 'Parameters', "Output stride on the camera's image")

    Args:
        name: The figure.
        batch_size: Images that go through the network at once.
        of_camera: Whether lengths are in px of the camera's image, and that is another than the network sees.
    """
    figure = FIGURES[name]
    if of_camera and is_length(name):
        return f"{figure.label}{' of' if figure.unit == 'px' else ' on'} the camera's image"
    if name == "warnings":
        return "Checks"
    return f"{figure.label}, batch {batch_size}" if figure.unit == "bytes" else figure.label


def figure_text(name: str, value: float | None, *, of_camera: bool = False) -> str:
    """A figure with its unit; an estimate has "≈" before it.

    >>> figure_text("parameters", 1_950_000), figure_text("training_bytes", 612e6), figure_text("time_ms", None)
    ('1.95 M', '≈ 612 MB', 'not timed')
    >>> figure_text("output_stride", 4), figure_text("output_stride", 16, of_camera=True)
    ('4', '16 px')

    Args:
        name: The figure.
        value: Its value; None where it is not known.
        of_camera: As in :func:`label_text`.
    """
    if value is None:
        return _NOT_KNOWN.get(name, "not known")
    unit = FIGURES[name].unit
    if unit == "bytes":
        return f"≈ {bytes_text(value)}"
    if unit == "px":
        return "whole image" if math.isinf(value) else px_text(value)
    if unit == "ms":
        return f"{digits(value)} ms"
    if unit == "stride":
        return px_text(value) if of_camera else stride_text(value)
    return counted(int(value), "warning") if name == "warnings" else count_text(value)


def checks_text(warnings: int, advice: int) -> str:
    """How many checks there are of each severity.

    >>> checks_text(0, 0), checks_text(1, 0), checks_text(0, 2)
    ('no warnings', '1 warning', 'no warnings, 2 pieces of advice')
    """
    told = f", {counted(advice, 'piece')} of advice" if advice else ""
    return f"{counted(warnings, 'warning')}{told}"


def time_text(timing: Timing) -> str:
    """A time as it was measured, with what one run was.

    Args:
        timing: The time.
    """
    work = "a training step" if timing.work == "training" else "a forward pass"
    return f"{digits(timing.median_ms)} ms, {work} of {counted(timing.batch_size, 'image')}"


def ratio_words(ratio: float | None, interval: tuple[float, float] | None = None) -> str:
    """How many times that of the first design a figure is.

    >>> ratio_words(2.21), ratio_words(1.0), ratio_words(None)
    ('× 2.21', 'the same', '')
    >>> ratio_words(1.02, (0.97, 1.06)), ratio_words(1.02, (0, math.inf))
    ('× 1.02 (95 %: 0.97 to 1.06)', '× 1.02 (too few rounds to be sure)')

    Args:
        ratio: The ratio; None where it is not known.
        interval: The 95 % interval of one that was measured, which is rounded outwards; None of one that is exact.
    """
    if ratio is None:
        return ""
    if interval is None:
        return "the same" if ratio == 1 else f"× {ratio_text(ratio)}"
    low, high = interval
    if math.isinf(high):
        return f"× {ratio_text(ratio)} (too few rounds to be sure)"
    return f"× {ratio_text(ratio)} (95 %: {_rounded(low, math.floor)} to {_rounded(high, math.ceil)})"


def _rounded(ratio: float, way: Callable[[float], int]) -> str:
    """A ratio with three digits, rounded down or up."""
    scale = 10.0 ** (2 - math.floor(math.log10(ratio))) if ratio > 0 else 1.0
    # Rounded once before, or the last bits of a float would make 1.14 of 1.15.
    return ratio_text(way(round(ratio * scale, 6)) / scale)
