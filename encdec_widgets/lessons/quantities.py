"""The quantities that a goal can bound, each with its name, its unit, and what to do while it is not known."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs

from encdec_widgets.designs.paths import path_words, text_at
from encdec_widgets.explain.summary import outputs_of
from encdec_widgets.formatting import (
    bytes_text,
    count_text,
    counted,
    digits,
    exact_text,
    listed,
    percent_text,
    px_text,
    quantity_text,
    quoted,
    ratio_text,
    stride_text,
)
from encdec_widgets.lessons.bounds import is_number, plain
from encdec_widgets.lessons.possible_numbers import PossibleNumbers
from encdec_widgets.lessons.seen import Seen, value_at


@attrs.frozen(kw_only=True)
class Aim:
    """What a goal says of all of its quantities.

    Attributes:
        task: The name of the task that figures of a training are of; empty for any.
    """

    task: str = ""


@attrs.frozen(kw_only=True)
class Quantity:
    """Something that a goal bounds.

    Attributes:
        name: By which a goal names it.
        label: What it is, in words.
        read: Its value, of what is seen; None where it is not known.
        write: A value of it as text, with its unit.
        unknown: What to do while it is not known.
        of: What it is read of: a network alone, which can be built again; or a training, a race or a timing, whose
            figures a code can only report.
        numbers: The numbers that it can be; None where it can be anything, as a field can.
        to_exact: A value with all its digits, where ``write`` shortens.
        off: How far what is seen is off, where its difference from the bound does not say it.
    """

    name: str
    label: Callable[[Seen, Aim], str]
    read: Callable[[Seen, Aim], Any]
    write: Callable[[Any], str]
    unknown: Callable[[Seen, Aim], str]
    of: Literal["network", "training", "race", "timing"] = "network"
    numbers: PossibleNumbers | None = None
    to_exact: Callable[[Any], str] | None = None
    off: Callable[[Seen], str] | None = None

    @property
    def reported(self) -> bool:
        """Whether a code can only report it."""
        return self.of != "network"

    def texts(self, *values: Any) -> tuple[str, ...]:
        """Values as text; with all digits where different ones would look alike."""
        texts = tuple(self.write(value) for value in values)
        looks_alike = len(set(texts)) < len({repr(value) for value in values})
        if looks_alike and self.to_exact is not None:
            return tuple(self.to_exact(value) for value in values)
        return texts


def field_quantity(path: str) -> Quantity:
    """The quantity that is the value of a field.

    Args:
        path: The path of the field: ``up_interpolate``, ``decoder[*].skip_add``.
    """

    def read(seen: Seen, _: Aim) -> Any:
        try:
            return value_at(seen.design, path)
        except LookupError:
            return None

    def unknown(_: Seen, __: Aim) -> str:
        return f"this network has no field {path}"

    label = path_words(path)

    return Quantity(
        name=path,
        label=lambda _, __: label,
        read=read,
        write=lambda value: text_at(path if isinstance(value, (list, tuple)) else "", value) or quoted(value),
        unknown=unknown,
    )


def own_quantity(name: str, function: Callable[[Any], Any]) -> Quantity:
    """A quantity of a lesson's own.

    Args:
        name: What it is, in words.
        function: Takes the backbone, and gives the value.
    """
    return Quantity(
        name=name,
        label=lambda _, __: name,
        read=lambda seen, _: plain(function(seen.backbone)),
        write=_any_text,
        unknown=lambda _, __: "not known of this network",
    )


def _receptive_field(seen: Seen, _: Aim) -> float | None:
    """The smallest box of any position of any output, its shorter side; infinite for the whole image."""
    known = seen.backbone.receptive_field()
    smallest = []
    for output in (known.output, *known.outputs.values()):
        if output.extent == "whole image":
            smallest.append(math.inf)
        elif output.smallest is None:
            return None
        else:
            smallest.append(min(output.smallest))
    return min(smallest)


def _output_stride(seen: Seen) -> float | None:
    """The coarsest stride of any output, as it was built: 0.5 for a map twice as large as the image."""
    strides = [data["strides"] for data in outputs_of(seen.backbone.blocks)]
    if not strides or None in strides:
        return None
    coarsest = max(max(both) for both in strides)
    return int(coarsest) if coarsest == int(coarsest) else float(coarsest)


def _megabytes(count: int | None) -> float | None:
    return None if count is None else count / 1e6


def _slower(seen: Seen, _: Aim) -> float | None:
    """How many times slower B is than A at least: the lower end of the interval."""
    if "slower" in seen.reported:
        return seen.reported["slower"]
    race = seen.race
    if race is None or race.b != seen.design or race.a != seen.start or not race.alike:
        return None
    return 1 / race.result.high if race.result.high > 0 else None


def _slower_unknown(seen: Seen, _: Aim) -> str:
    race = seen.race
    if race is None:
        return "race it on the page Timing: pin the network that the lesson starts with as A, then race"
    if race.b != seen.design:
        return "the last race was of another network: race this one"
    if race.a != seen.start:
        return "A is another network: undo to the one that the lesson starts with, and pin it"
    return "A and B were timed with different options: pin A again"


def _time_ms(seen: Seen, _: Aim) -> float | None:
    if "time_ms" in seen.reported:
        return seen.reported["time_ms"]
    time = seen.time
    return time.ms if time is not None and time.measured and time.design == seen.design else None


def _untrained(seen: Seen, aim: Aim) -> str:
    """What to do for a figure of a training."""
    if seen.learning:
        return "training …"
    learnt, on = seen.learnt, f" on {aim.task}" if aim.task else ""
    if learnt is None:
        return f"train it{on}: page Learn"
    if learnt.design != seen.design:
        return f"the last training was of another network: train this one{on}"
    if aim.task and learnt.task != aim.task:
        return f"it was trained on {learnt.task}: train it{on}, page Learn"
    return f"{learnt.task} has no such figure: train it on another task"


def _any_text(value: Any) -> str:
    if not is_number(value):
        return text_at("", value) or quoted(value)
    return exact_text(value) if isinstance(value, int) else quantity_text(value)


def _px(value: float) -> str:
    return "the whole image" if math.isinf(value) else px_text(value)


def _memory_label(what: str) -> Callable[[Seen, Aim], str]:
    return lambda seen, _: f"memory of {what}, batch {seen.conditions.batch_size}"


def _said(text: str) -> Callable[[Seen, Aim], str]:
    return lambda _, __: text


def _exact(
    name: str,
    label: str | Callable[[Seen, Aim], str],
    read: Callable[[Seen], Any],
    numbers: PossibleNumbers,
    write: Callable[[Any], str] = _any_text,
    unknown: str = "not known of this network",
    to_exact: Callable[[Any], str] | None = None,
) -> Quantity:
    """A quantity of a network alone, which is computed again wherever its design is built again."""
    return Quantity(
        name=name,
        label=_said(label) if isinstance(label, str) else label,
        read=lambda seen, _: read(seen),
        write=write,
        unknown=_said(unknown),
        numbers=numbers,
        to_exact=to_exact,
    )


def _learnt(name: str, label: str, numbers: PossibleNumbers, write: Callable[[Any], str]) -> Quantity:
    """A figure of a training."""
    return Quantity(
        name=name,
        label=lambda _, aim: f"{label} on {aim.task}" if aim.task else label,
        read=lambda seen, aim: seen.figure_of_training(name, aim.task),
        write=write,
        unknown=_untrained,
        of="training",
        numbers=numbers,
    )


_OPEN = "the size is open: give height and width"
_SIDE = PossibleNumbers(like=256, least=1)

_ALL = (
    _exact(
        "receptive_field",
        "every position of the output sees",
        lambda seen: _receptive_field(seen, Aim()),
        PossibleNumbers(like=150, least=1, most=math.inf),
        _px,
        "not known",
    ),
    _exact(
        "parameters",
        "parameters",
        lambda seen: seen.backbone.parameters,
        PossibleNumbers(like=500_000),
        count_text,
        to_exact=exact_text,
    ),
    _exact(
        "multiply_adds",
        "multiply-adds",
        lambda seen: seen.cost.multiply_adds,
        PossibleNumbers(like=10**9),
        count_text,
        _OPEN,
        exact_text,
    ),
    _exact(
        "training_mb",
        _memory_label("a training step"),
        lambda seen: _megabytes(seen.cost.training_bytes),
        PossibleNumbers(like=2000),
        lambda value: bytes_text(value * 1e6),
        _OPEN,
        lambda value: f"{value:,.3f} MB",
    ),
    _exact(
        "inference_mb",
        _memory_label("a forward pass"),
        lambda seen: _megabytes(seen.cost.inference_bytes),
        PossibleNumbers(like=20),
        lambda value: bytes_text(value * 1e6),
        _OPEN,
        lambda value: f"{value:,.3f} MB",
    ),
    _exact(
        "maximum_stride",
        "maximum stride",
        lambda seen: seen.design.architecture.maximum_stride,
        PossibleNumbers(like=16, least=1),
        stride_text,
    ),
    _exact(
        "output_stride", "output stride", _output_stride, PossibleNumbers(like=2, above=True), stride_text
    ),
    _exact("height", "height", lambda seen: seen.design.input_shape[0], _SIDE, _px, _OPEN),
    _exact("width", "width", lambda seen: seen.design.input_shape[1], _SIDE, _px, _OPEN),
    attrs.evolve(
        _exact(
            "warnings",
            "what the checks find",
            lambda seen: len(seen.checks),
            PossibleNumbers(like=0),
            lambda count: counted(count, "thing") if count else "nothing",
        ),
        off=lambda seen: listed(check.kind for check in seen.checks) or "nothing",
    ),
    _exact(
        "stacks",
        "stacks",
        lambda seen: seen.design.architecture.stacks,
        PossibleNumbers(like=2, least=1),
    ),
    attrs.evolve(
        field_quantity("filters"), label=_said("filters"), numbers=PossibleNumbers(like=16, least=1)
    ),
    _learnt("f1", "F1", PossibleNumbers(like=0.9, most=1), lambda value: f"{value:.2f}"),
    _learnt("right", "told rightly", PossibleNumbers(like=0.95, most=1), percent_text),
    _learnt("swapped", "swapped", PossibleNumbers(like=0.05, most=1), percent_text),
    _learnt("px", "error", PossibleNumbers(like=2), lambda value: f"{value:.2f} px"),
    _learnt("training_steps", "training steps", PossibleNumbers(like=200), exact_text),
    Quantity(
        name="slower",
        label=_said("slower than A, at least"),
        read=_slower,
        write=lambda value: f"{ratio_text(value)} ×",
        unknown=_slower_unknown,
        of="race",
        numbers=PossibleNumbers(like=2, above=True),
    ),
    Quantity(
        name="time_ms",
        label=lambda seen, _: seen.time.work if seen.time is not None else "time",
        read=_time_ms,
        write=lambda value: f"{digits(value)} ms",
        unknown=_said("time it: page Timing"),
        of="timing",
        numbers=PossibleNumbers(like=10, above=True),
    ),
)

QUANTITIES: Mapping[str, Quantity] = {quantity.name: quantity for quantity in _ALL}
"""All quantities by the names that ``Lesson.goal`` takes."""
