"""How long networks take, measured in processes of their own.

The network goes to a worker process as JSON, is built and run there, and comes back as a :class:`Timing`: the
notebook's kernel never blocks, runs out of memory or leaks for it.
"""

from collections.abc import Sequence
from typing import Any

from encdec_widgets.formatting import quoted
from encdec_widgets.workers.backends.installed import (
    backends_with_gradients,
    current_device,
    installed_backends,
    visible_devices,
)
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.device import Device
from encdec_widgets.workers.effective_field import EffectiveField, EffectiveFieldSampling, effective_field
from encdec_widgets.workers.errors import BeyondMemoryError, TimingError, TimingStopped, TimingTooLongError
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.options import COMPILATIONS, Options, checked
from encdec_widgets.workers.sent_network import Network, network_of
from encdec_widgets.workers.timing.comparison import Comparison
from encdec_widgets.workers.timing.measuring import Measurement
from encdec_widgets.workers.timing.raced import Raced
from encdec_widgets.workers.timing.racing import Race, Racer
from encdec_widgets.workers.timing.result import BlockTime, Timing

__all__ = [
    "COMPILATIONS",
    "BeyondMemoryError",
    "BlockTime",
    "Comparison",
    "Device",
    "EffectiveField",
    "EffectiveFieldSampling",
    "Measurement",
    "Network",
    "Options",
    "Progress",
    "Race",
    "Raced",
    "Racer",
    "Timing",
    "TimingError",
    "TimingStopped",
    "TimingTooLongError",
    "Worker",
    "backends_with_gradients",
    "compare",
    "current_device",
    "effective_field",
    "installed_backends",
    "measure",
    "network_of",
    "race",
    "shared_worker",
    "visible_devices",
]


def measure(
    design: Any,
    *,
    by_block: bool = False,
    at_most_s: float | None = None,
    beyond_memory: bool = False,
    worker: Worker | None = None,
    **options: Any,
) -> Timing:
    """Time a network in a process of its own, and wait for the result.

    The first timing of all also starts the process and its backend and calibrates the device (some 5 seconds).

    Args:
        design: A Design; or anything that was built: a Backbone, a Designer or a ``keras.Model``.
        by_block: Whether to time each block as well, which about doubles the time.
        at_most_s: Refuse to begin if the runs would take more than so many seconds; None for no limit.
        beyond_memory: Begin even if more memory is estimated than the device has; it may end in a shortage.
        worker: The processes to measure in; those that all timings share if left out.
        **options: The fields of :class:`Options`: ``work``, ``batch_size``, ``precision``, ``compilation``,
            ``backend``, ``device`` and ``budget_s``.

    Raises:
        FieldError: (a ValueError) If an option, or the size of the network's input, cannot be timed.
        BeyondMemoryError: If it would take more memory than there is; it names the largest batch that fits.
        TimingTooLongError: If it would take longer than ``at_most_s``.
        TimingError: If the network could not be timed: out of memory, say.
        TypeError: If there is no network in ``design``, or no such option.

    Example:
        >>> from encdec_widgets import Design, measure
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> timing = measure(design, batch_size=4, budget_s=0.05)
        >>> timing.p10_ms <= timing.median_ms <= timing.p90_ms
        True
        >>> timing
        <Timing ... ms (10 % to 90 %: ... to ... ms, ... runs), ... images/s, batch 4, float32, ...>
    """
    how = checked(**options)  # Before seconds are spent on building.
    network = network_of(design, how.device)
    network.check(how.batch_size)
    job = Measurement(
        network=network,
        options=how,
        by_block=by_block,
        at_most_s=at_most_s,
        beyond_memory=beyond_memory,
    )
    return (worker or shared_worker()).do(job)


def compare(
    a: Any,
    b: Any,
    *,
    name_a: str = "A",
    name_b: str = "B",
    at_most_s: float | None = None,
    beyond_memory: bool = False,
    worker: Worker | None = None,
    **options: Any,
) -> Comparison:
    """Race two networks, in turn, and wait for the result; :func:`race` takes more than two.

    Args:
        a: A Design, or anything that :func:`measure` takes.
        b: Another, or the same under other options.
        name_a: What the result calls the first.
        name_b: What the result calls the second.
        at_most_s: As in :func:`measure`.
        beyond_memory: As in :func:`measure`.
        worker: As in :func:`measure`.
        **options: As in :func:`measure`; a pair of values is one for each: ``backend=("tensorflow", "jax")``.

    Raises:
        FieldError: (a ValueError) If an option, or the size of a network's input, cannot be timed.
        BeyondMemoryError: If one of them would take more memory than there is.
        TimingTooLongError: If one of them would take longer than ``at_most_s``.
        TimingError: If one of them could not be timed.
        TypeError: If there is no network in ``a`` or ``b``, or no such option.

    Example:
        >>> from encdec_widgets import Design, compare
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> wider = design.replace("filters", 8)
        >>> race = compare(wider, design, name_a="8 filters", name_b="2 filters", budget_s=0.05)
        >>> race.low <= race.ratio <= race.high
        True
    """
    raced = race(
        (a, b),
        names=(name_a, name_b),
        at_most_s=at_most_s,
        beyond_memory=beyond_memory,
        worker=worker,
        **options,
    )
    return raced.compare(0, 1)


def race(
    designs: Sequence[Any],
    *,
    names: Sequence[str] | None = None,
    at_most_s: float | None = None,
    beyond_memory: bool = False,
    worker: Worker | None = None,
    **options: Any,
) -> Raced:
    """Race two or more networks, in turn, and wait for the result: other work on the machine slows all of them alike.

    All of them are held in memory together, and run one at a time.

    Args:
        designs: Each a Design, or anything that :func:`measure` takes.
        names: What the result calls each; A, B, C and so on if left out.
        at_most_s: As in :func:`measure`, for each of them.
        beyond_memory: As in :func:`measure`.
        worker: As in :func:`measure`.
        **options: As in :func:`measure`; a tuple of as many values as there are networks is one for each.

    Raises:
        FieldError: (a ValueError) If an option, or the size of a network's input, cannot be timed.
        ValueError: If there are fewer than two networks, or names are not as many.
        BeyondMemoryError: If one of them would take more memory than there is; ``of`` has its name.
        TimingTooLongError: If one of them would take longer than ``at_most_s``.
        TimingError: If one of them could not be timed.
        TypeError: If there is no network in one of ``designs``, or no such option.

    Example:
        >>> from encdec_widgets import Design, race
        >>> from encdec_widgets.architectures import UNet
        >>> design = Design(UNet(filters=2, down_blocks=1, up_blocks=1), (32, 32, 1))
        >>> raced = race([design, design.replace("filters", 4), design.replace("filters", 8)], budget_s=0.05)
        >>> raced.names, [one.low <= one.ratio <= one.high for one in raced.comparisons]
        (('A', 'B', 'C'), [True, True])
    """
    count = len(designs)
    called = [_letters(number) for number in range(count)] if names is None else list(names)
    if len(called) != count:
        raise ValueError(f"There must be a name for each of the {count} networks. Received: {quoted(names)}.")
    how = []
    for number in range(count):
        of_one = {
            option: value[number] if isinstance(value, tuple) and len(value) == count else value
            for option, value in options.items()
        }
        how.append(checked(**of_one))
    racers = []
    for design, each, name in zip(designs, how, called, strict=True):
        network = network_of(design, each.device)
        network.check(each.batch_size)
        racers.append(Racer(network=network, options=each, name=name))
    job = Race(racers=tuple(racers), at_most_s=at_most_s, beyond_memory=beyond_memory)
    return (worker or shared_worker()).do(job)


def _letters(number: int) -> str:
    """A, B and so on; A2 follows Z.

    >>> _letters(1), _letters(26)
    ('B', 'A2')
    """
    rest, letter = divmod(number, 26)
    return f"{chr(ord('A') + letter)}{rest + 1 if rest else ''}"
