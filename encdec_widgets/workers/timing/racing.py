"""The race of two or more networks: they run in turn, so that other work on the machine slows all of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from statistics import median
from typing import Any

import attrs

from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import BeyondMemoryError, TimingError, TimingStopped
from encdec_widgets.workers.gpu import GpuState, GpuWatch, visible_gpus
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.sent_network import Network
from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS
from encdec_widgets.workers.timing.measuring import OVERTIME_S, OnBench, check_length, compiles
from encdec_widgets.workers.timing.raced import Raced
from encdec_widgets.workers.timing.statistics import settled

MAX_ROUNDS = 200
ROUND_S = 0.02
"""Each network runs for so long in a round, and once at least."""


@attrs.frozen(kw_only=True, eq=False)
class Racer:
    """One of the networks of a race.

    Attributes:
        network: The network.
        options: How to time it, resolved.
        name: What the result calls it.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.timing import Options, Racer, network_of
        >>> network = network_of(preset("SLEAP centroid"))
        >>> racer = Racer(network=network, options=Options(batch_size=4).resolved(), name="centroid, 4 images")
        >>> racer.options.batch_size
        4
    """

    network: Network
    options: Options
    name: str


@attrs.frozen(kw_only=True, eq=False)
class Race:
    """A job: time two or more networks in turn, on one backend or several.

    Attributes:
        racers: The networks; the others are compared with the first.
        at_most_s: Refuse to begin if the runs of one would take more than so many seconds; None for no limit.
        beyond_memory: Begin even if more memory is estimated for one than there is.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.timing import Options, Race, Racer, network_of
        >>> options = Options(backend="jax", budget_s=0.5).resolved()
        >>> names = ("SLEAP centroid", "SLEAP medium single", "U-Net")
        >>> networks = map(network_of, map(preset, names))
        >>> racers = (Racer(network=one, options=options, name=name) for one, name in zip(networks, names))
        >>> race = Race(racers=tuple(racers))
        >>> race.backends, race.budget_s
        (('jax',), 1.5)
    """

    racers: tuple[Racer, ...] = attrs.field()
    at_most_s: float | None = None
    beyond_memory: bool = False

    @racers.validator
    def _check_racers(self, _: Any, racers: tuple[Racer, ...]) -> None:
        if len(racers) < 2:
            raise ValueError(f"A race is of two networks or more. Received: {len(racers)}.")

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backends that they need."""
        return tuple(dict.fromkeys(str(racer.options.backend) for racer in self.racers))

    @property
    def budget_s(self) -> float:
        """Seconds that the timed runs of all may take, together."""
        return sum(racer.options.budget_s for racer in self.racers)

    def leaves_cards(self, backend: str) -> bool:
        """Whether what runs on a backend computes on the CPU alone."""
        racers = [racer for racer in self.racers if racer.options.backend == backend]
        return all(racer.options.device == CPU.option for racer in racers)

    def do(self, ask: Ask, tell: Tell) -> Raced:
        """Race. An error says which of them it is about.

        Raises:
            BeyondMemoryError: If one of them would take more memory than there is, or all of them together.
            TimingTooLongError: If one of them would take far longer than allowed.
            TimingError: If one of them could not be timed.
        """
        cards = visible_gpus().cards  # before anything of ours runs on them
        tell(Progress(share=0.0, doing="starting the process"))
        self._clear(ask)
        try:
            return self._race(ask, tell, cards)
        finally:
            # Other programs need the memory until the next job; a process that ended has none.
            with suppress(TimingError):
                self._clear(ask)

    def _clear(self, ask: Ask) -> None:
        for backend, batch_size in {
            str(one.options.backend): one.options.batch_size for one in self.racers
        }.items():
            ask(backend, "clear", batch_size, {})

    def _race(self, ask: Ask, tell: Tell, cards: Sequence[GpuState]) -> Raced:
        networks: list[OnBench] = []
        started: list[dict[str, Any]] = []
        for number, racer in enumerate(self.racers):
            tell(Progress(share=0.05 + 0.2 * number / len(self.racers), doing=f"building {racer.name}"))
            with _named(racer):
                network = OnBench.load(
                    ask, f"racer{number}", racer.network, racer.options, beyond_memory=self.beyond_memory
                )
                check_length(network.facts["predicted_ms"], self.at_most_s)
            networks.append(network)
        if not self.beyond_memory:
            _require_room_for_all(networks)
        for number, (racer, network) in enumerate(zip(self.racers, networks, strict=True)):
            doing = f"first call{compiles(racer.options)} and warm-up of {racer.name}"
            tell(Progress(share=0.25 + 0.25 * number / len(self.racers), doing=doing))
            with _named(racer):
                started.append(network.start())
        for racer, facts in zip(self.racers, started, strict=True):
            if sum(other.options.backend == racer.options.backend for other in self.racers) > 1:
                facts["peak_bytes"] = None  # of a process that holds others too
        cards_used = [network.card(cards) for network in networks]
        with ExitStack() as watched:
            watches = [watched.enter_context(GpuWatch(card)) for card in cards_used]
            times, rounds = self._rounds(networks, watches, tell)
        tell(Progress(share=1.0, doing="done"))
        timings = [
            network.timing(of_one, **facts, gpu=card, load=watch.summary())
            for network, of_one, facts, card, watch in zip(
                networks, times, started, cards_used, watches, strict=True
            )
        ]
        return Raced(
            names=tuple(racer.name for racer in self.racers), timings=tuple(timings), rounds=tuple(rounds)
        )

    def _rounds(
        self, networks: Sequence[OnBench], watches: Sequence[GpuWatch], tell: Tell
    ) -> tuple[list[list[float]], list[tuple[float, ...]]]:
        """Let them run in turn until it is enough: the times of each, and the medians of all in each round."""
        times: list[list[float]] = [[] for _ in networks]
        rounds: list[tuple[float, ...]] = []
        while not self._enough(rounds, sum(map(sum, times)) / 1000):
            medians = [0.0] * len(networks)
            for each in order_of(len(rounds), len(networks)):
                with _named(self.racers[each]):
                    round_times = fair(networks[each].run(ROUND_S))
                times[each].extend(round_times)
                medians[each] = median(round_times)
                watches[each].sample()
            rounds.append(tuple(medians))
            done = min(sum(map(sum, times)) / 1000 / self.budget_s, 1.0)
            tell(Progress(share=0.5 + 0.5 * done, doing=f"round {len(rounds)}"))
        return times, rounds

    def _enough(self, rounds: Sequence[Sequence[float]], spent_s: float) -> bool:
        overtime_s = OVERTIME_S * len(self.racers) / 2  # a round of more takes longer
        if len(rounds) % 2 and spent_s < overtime_s:
            return False  # Of any two, each has come first equally often only after an even number of rounds.
        if len(rounds) < ENOUGH_ROUNDS:
            return bool(rounds) and spent_s >= max(overtime_s, self.budget_s)
        if len(rounds) >= MAX_ROUNDS or spent_s >= self.budget_s:
            return True
        return spent_s >= 0.5 * self.budget_s and all(
            settled([medians[0] / medians[other] for medians in rounds]) for other in range(1, len(rounds[0]))
        )


def _require_room_for_all(networks: Sequence[OnBench]) -> None:
    """Refuse networks of which each fits, but not all together: each keeps its weights while another one runs.

    Raises:
        BeyondMemoryError: If those on one device take more memory than it has (an estimate).
    """
    devices: dict[str, list[OnBench]] = {}
    for network in networks:
        if network.facts.get("memory"):
            devices.setdefault(str(network.facts["device"]), []).append(network)
    for together in devices.values():
        of_each = [network.facts["memory"] for network in together]
        # A process keeps the room of its largest maps, and uses it for those of the next network.
        maps: dict[str, int] = {}
        for network, memory in zip(together, of_each, strict=True):
            backend = str(network.options.backend)
            taken = memory["needed_bytes"] - memory["kept_bytes"]
            maps[backend] = max(maps.get(backend, 0), taken)
        needed = sum(memory["kept_bytes"] for memory in of_each) + sum(maps.values())
        limit = max(memory["limit_bytes"] for memory in of_each)  # before the first of them took its weights
        if needed > limit:
            largest = max(network.options.batch_size for network in together)
            raise BeyondMemoryError(needed, limit, largest, 0, len(together))


@contextmanager
def _named(racer: Racer) -> Iterator[None]:
    """Have an error say which network it is about."""
    try:
        yield
    except TimingStopped:  # of all
        raise
    except TimingError as error:
        error.of = racer.name
        raise


def order_of(number: int, count: int) -> tuple[int, ...]:
    """The order in which networks run in a round: there and back, then the same from another one on.

    Of any two, each has come before the other equally often after an even number of rounds: the second finds the device
    warmer, and caches that the other filled.

    Args:
        number: Of the round, from 0.
        count: How many networks there are.
    """
    from_ = number // 2 % count
    order = (*range(from_, count), *range(from_))
    return order if number % 2 else order[::-1]


def fair(times: list[float]) -> list[float]:
    """The times of a turn that count: an odd number of them, without the first where there are others.

    The first run finds caches that another network filled. The median of an even number lies elsewhere in a skewed
    distribution than that of an odd one, which would tell two networks apart by how many runs fit into a turn.
    """
    counted = times[1:] if len(times) > 2 else times
    return counted if len(counted) % 2 else counted[:-1]
