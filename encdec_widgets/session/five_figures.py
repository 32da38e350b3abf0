"""The five figures of a network as they are read: what each is, its value, and how far the last edit changed it."""

from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.formatting import (
    bytes_text,
    change_percent_text,
    count_text,
    counted,
    digits,
    exact_text,
    length_text,
    px_text,
    ratio_text,
)
from encdec_widgets.session.network_time import NetworkTime

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

AS_BEFORE = "as before"
NOT_TIMED = "not timed"
_NOT_KNOWN = "not known"
_MANY_TIMES = 1.995
"""From here on a growth is told as a factor: "↑ 2 ×" says more than "↑ 100 %"."""


@attrs.frozen(kw_only=True)
class Numbers:
    """The numbers of a network that the figures tell, each None where it is not known.

    Attributes:
        parameters: How many weights it has.
        multiply_adds: Of one image.
        training_bytes: The most memory that a training step holds, an estimate.
        batch_size: The images of that step.
        precision: The precision of that step.
        sees_px: How many px of the image the output depends on, along height and width.
        sees: The extent of that in words, where it is no number of px.
    """

    parameters: int
    multiply_adds: int | None
    training_bytes: int | None
    batch_size: int
    precision: str
    sees_px: tuple[int, int] | None
    sees: str = ""

    @classmethod
    def of(cls, backbone: "Backbone", **conditions: Any) -> "Numbers":
        """The numbers of a network at the ``batch_size`` and the ``precision`` that ``backbone.cost`` takes."""
        cost, seen = backbone.cost(**conditions), backbone.receptive_field().output
        return cls(
            parameters=cost.parameters,
            multiply_adds=cost.multiply_adds,
            training_bytes=cost.training_bytes,
            batch_size=cost.batch_size,
            precision=cost.precision,
            sees_px=seen.size,
            sees=seen.extent,
        )

    @property
    def conditions(self) -> tuple[int, str]:
        """What the memory is of."""
        return self.batch_size, self.precision


@attrs.frozen
class Figure:
    """One of the five.

    Attributes:
        quantity: What boxes are coloured by when it is chosen, a name of ``Session.colour_by``.
        label: What it is.
        value: The number with its unit.
        change: What the last edit changed of it; empty where there is nothing to tell.
        exact: All digits of the number, where it is shortened.
        help: One sentence on what it is, and how sure the number is.
    """

    quantity: str
    label: str
    value: str
    change: str
    exact: str
    help: str


def five_figures(
    now: Numbers,
    before: Numbers | None,
    time: NetworkTime | None = None,
    time_before: NetworkTime | None = None,
) -> tuple[Figure, ...]:
    """The five figures of a network, in their order.

    Args:
        now: Its numbers.
        before: Those of the network that the last edit changed; None where there was none.
        time: How long it takes, measured or predicted.
        time_before: The same of the network before.

    Example:
        >>> now = Numbers(parameters=4_393_224, multiply_adds=None, training_bytes=612_000_000, batch_size=4,
        ...               precision="float32", sees_px=(236, 236))
        >>> [figure.value for figure in five_figures(now, None)]
        ['4.39 M', 'not known', '≈ 612 MB', '236 px', 'not timed']
    """
    was = before or now
    return (
        Figure(
            "parameters",
            "Parameters",
            count_text(now.parameters),
            change_text(was.parameters, now.parameters) if before else "",
            exact_text(now.parameters),
            "The weights of the network, exact.",
        ),
        Figure(
            "multiply-adds",
            "Multiply-adds",
            _NOT_KNOWN if now.multiply_adds is None else count_text(now.multiply_adds),
            change_text(was.multiply_adds, now.multiply_adds) if before else "",
            "" if now.multiply_adds is None else exact_text(now.multiply_adds),
            "What one image costs in multiplications, each with an addition; exact.",
        ),
        Figure(
            "memory",
            f"Memory to train, batch {now.batch_size}",
            _NOT_KNOWN if now.training_bytes is None else f"≈ {bytes_text(now.training_bytes)}",
            change_text(was.training_bytes, now.training_bytes)
            if before and was.conditions == now.conditions
            else "",
            "",
            f"The most memory that a training step of {counted(now.batch_size, 'image')} holds, an estimate; the "
            "batch size is set on the page of costs.",
        ),
        Figure(
            "receptive field",
            "The output sees",
            _sees(now),
            _seen_change(was, now) if before else "",
            "",
            "The receptive field of the output, or of the first of several heads: how much of the image the position "
            "that sees furthest depends on, exact. Compare, Advise and designs tell what every position sees, which "
            "may be less.",
        ),
        _time(time, time_before),
    )


def change_text(before: float | None, after: float | None) -> str:
    """How far a number grew or shrank, with an arrow; empty where one of the two is not known.

    >>> change_text(100, 230), change_text(100, 148), change_text(100, 44), change_text(100, 100)
    ('↑ 2.3 ×', '↑ 48 %', '↓ 56 %', 'as before')
    >>> change_text(None, 100), change_text(0, 100)
    ('', '')
    """
    if before is None or after is None:
        return ""
    if before == after:
        return AS_BEFORE
    if before <= 0:
        return ""
    ratio = after / before
    if ratio >= _MANY_TIMES:
        return f"↑ {ratio_text(ratio)} ×"
    percent = 100 * abs(ratio - 1)
    arrow = "↑" if ratio > 1 else "↓"
    return f"{arrow} {change_percent_text(percent)}" if percent >= 0.05 else f"{arrow} < 0.1 %"


def _sees(now: Numbers) -> str:
    if now.sees_px is None:
        return now.sees
    height, width = now.sees_px
    return px_text(height) if height == width else f"{height} × {width} px"


def _seen_change(before: Numbers, after: Numbers) -> str:
    """A difference in px: of a length, that says more than a share."""
    if before.sees_px is None or after.sees_px is None:
        return AS_BEFORE if before.sees == after.sees else ""
    differences = [new - old for old, new in zip(before.sees_px, after.sees_px, strict=True)]
    most = max(differences, key=abs)
    return f"{'↑' if most > 0 else '↓'} {length_text(abs(most))} px" if most else AS_BEFORE


def _time(time: NetworkTime | None, before: NetworkTime | None) -> Figure:
    if time is None:
        label, value, change = "Time", NOT_TIMED, ""
    else:
        label = f"{time.work.capitalize()}, {time.device}"
        value = f"{'' if time.measured else '≈ '}{digits(time.ms)} ms"
        # A prediction may be far from what is measured: only two of a kind are compared.
        comparable = before is not None and _of(before) == _of(time)
        change = change_text(before.ms, time.ms) if before is not None and comparable else ""
    return Figure(
        "time",
        label,
        value,
        change,
        "",
        "How long the network takes, measured; after an edit, ≈ is a prediction. Nothing is timed by itself: see the "
        "page Timing.",
    )


def _of(time: NetworkTime) -> tuple[str, str, bool]:
    return time.work, time.device, time.measured
