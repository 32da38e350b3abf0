"""Times of designs side by side: which of them may be compared, and what a race says of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.explore.comparing.given import Given
from encdec_widgets.explore.how_long import how_long
from encdec_widgets.explore.several_devices import several_devices
from encdec_widgets.explore.tell import reason_in_words
from encdec_widgets.explore.this_machine import one_at_a_time_on_this_machine
from encdec_widgets.workers.client import shared_worker
from encdec_widgets.workers.errors import TimingError, TimingStopped
from encdec_widgets.workers.options import Options, checked
from encdec_widgets.workers.sent_network import network_of
from encdec_widgets.workers.timing import measure as measure_time
from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS, Comparison
from encdec_widgets.workers.timing.raced import Raced
from encdec_widgets.workers.timing.racing import Race, Racer
from encdec_widgets.workers.timing.result import Timing

if TYPE_CHECKING:
    from encdec_widgets.explore.compared import Compared

_OF_A_JOB = ("by_block", "at_most_s", "beyond_memory", "worker")
"""Arguments of a measurement that are not among its options."""


def options_in(arguments: Mapping[str, Any]) -> Options:
    """The options among the arguments of a measurement.

    Raises:
        FieldError: (a ValueError) If one is not possible: it is wrong for all designs.
        TypeError: If there is no such option.
    """
    return checked(**{name: value for name, value in arguments.items() if name not in _OF_A_JOB})


def measured(
    given: Sequence[Given], known: Sequence[Timing | None], arguments: Mapping[str, Any]
) -> tuple[list[Timing | None], list[str]]:
    """Time the designs whose time is not known, one after the other.

    Args:
        given: The designs.
        known: The time of each; None where it is to be measured.
        arguments: Those of :func:`encdec_widgets.measure`.

    Returns:
        The time of each that has one; and a sentence of each that could not be timed.

    Raises:
        FieldError: (a ValueError) If an option is not possible.
    """
    options_in(arguments)
    times, not_timed = list(known), []
    with one_at_a_time_on_this_machine():
        for i, one in enumerate(given):
            if one.backbone is None or times[i] is not None:
                continue
            try:
                times[i] = measure_time(one.backbone, **arguments)
            except (TimingError, FieldError) as error:
                not_timed.append(_left_out(one.name, "timed", error))
                if isinstance(error, TimingStopped):  # It was asked for: the others are not begun.
                    break
    return times, not_timed


def raced(given: Sequence[Given], arguments: Mapping[str, Any]) -> tuple[Raced | None, list[str]]:
    """Race all designs that have a network.

    Args:
        given: The designs.
        arguments: Those of :func:`encdec_widgets.race`.

    Returns:
        The race, or None; and a sentence of each that took no part, or of why there was no race.

    Raises:
        FieldError: (a ValueError) If an option is not possible.
    """
    racers, left_out = racers_of(given, options_in(arguments))
    if len(racers) < 2:
        return None, [*left_out, "A race takes two networks that can be timed."]
    job = Race(
        racers=racers,
        at_most_s=arguments.get("at_most_s"),
        beyond_memory=arguments.get("beyond_memory", False),
    )
    try:
        with one_at_a_time_on_this_machine():
            return (arguments.get("worker") or shared_worker()).do(job), left_out
    except TimingError as error:
        return None, [*left_out, f"There was no race: {reason_in_words(error).removesuffix('.')}."]


def racers_of(given: Sequence[Given], options: Options) -> tuple[tuple[Racer, ...], list[str]]:
    """Designs ready to race, and a sentence of each that cannot be timed; those without a network are left out.

    Args:
        given: The designs.
        options: How to time them.
    """
    racers, left_out = [], []
    for one in given:
        if one.backbone is None:
            continue  # Its column says why.
        try:
            network = network_of(one.backbone, options.device)
            network.check(options.batch_size)
        except (FieldError, TimingError) as error:
            left_out.append(_left_out(one.name, "raced", error))
        else:
            racers.append(Racer(network=network, options=options, name=one.name))
    return tuple(racers), left_out


def comparison_in(race: Raced | None, first: Timing | None, timing: Timing | None) -> Comparison | None:
    """How one compares with the first in a race; None where their times are not those of the race.

    Args:
        race: The race.
        first: The time of the first design.
        timing: The time of the other.
    """
    if race is None or first not in race.timings or timing not in race.timings:
        return None
    return race.compare(race.timings.index(first), race.timings.index(timing))


def time_notices(rows: Sequence["Compared"], race: Raced | None) -> Iterator[str]:
    """What to know before times are compared: a sentence on the race, on several devices, or on other conditions.

    Args:
        rows: The designs.
        race: The race that some were in.
    """
    if race is not None:
        numbers = [race.timings.index(row.timing) for row in rows if row.timing in race.timings]
        if len(numbers) > 1:
            among = race.among(numbers)
            devices = {timing.device for timing in among.timings}
            where = f" on {devices.pop()}" if len(devices) == 1 else ""
            yield f"Raced in turn{where}: {among.sentence}."
    if said := several_devices(row.device for row in rows):
        yield said
    elif len({conditions_of(row) for row in rows if row.timing is not None}) > 1:
        yield "These times were measured under different conditions; only those under the same ones have a ratio."


def conditions_of(row: "Compared") -> Any:
    """What a time was measured under, as far as another one has to be measured under the same."""
    time = row.timing
    return (
        None if time is None else (row.device, time.work, time.batch_size, time.precision, time.compilation)
    )


def _left_out(name: str, what: str, error: Exception) -> str:
    return f"{name} was not {what}: {reason_in_words(error).removesuffix('.')}."


def how_long_a_race(known: Iterable[Timing | None], options: Options) -> str:
    """How long a race will take (an estimate), in words.

    >>> how_long_a_race([None, None], Options(budget_s=3))
    '10 s or more'

    Args:
        known: The time of each as far as it is known; one of other work, or of another batch size, does not count.
        options: How they are to be timed.
    """
    wanted = options.work, options.batch_size
    runs_ms = (
        time.median_ms if time is not None and (time.work, time.batch_size) == wanted else None
        for time in known
    )
    return how_long(runs_ms, budget_s=options.budget_s, least_runs=ENOUGH_ROUNDS)
