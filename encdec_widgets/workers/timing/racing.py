"""The race of two networks: A and B run in turn, so that other work on the machine slows both."""

from collections.abc import Sequence
from contextlib import suppress
from statistics import median
from typing import Any

import attrs

from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.gpu import GpuState, GpuWatch, visible_gpus
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.options import Options
from encdec_widgets.workers.sent_network import Network
from encdec_widgets.workers.timing.comparison import ENOUGH_ROUNDS, Comparison
from encdec_widgets.workers.timing.measuring import OVERTIME_S, OnBench, check_length, compiles
from encdec_widgets.workers.timing.statistics import settled

MAX_ROUNDS = 200
ROUND_S = 0.02
"""Each of the two runs for so long in a round, and once at least."""


@attrs.frozen(kw_only=True, eq=False)
class Racer:
    """One of the two networks of a race.

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
    """A job: time two networks in turn, on one backend or two.

    Attributes:
        a: The one that is compared with.
        b: The other.
        at_most_s: Refuse to begin if the runs of one would take more than so many seconds; None for no limit.
        beyond_memory: Begin even if more memory is estimated for one than there is.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.timing import Options, Race, Racer, network_of
        >>> options = Options(backend="jax", budget_s=0.5).resolved()
        >>> names = ("SLEAP centroid", "SLEAP medium single")
        >>> a, b = (Racer(network=network_of(preset(name)), options=options, name=name) for name in names)
        >>> race = Race(a=a, b=b)
        >>> race.backends, race.budget_s
        (('jax',), 1.0)
    """

    a: Racer
    b: Racer
    at_most_s: float | None = None
    beyond_memory: bool = False

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backends that they need."""
        return tuple(dict.fromkeys(str(racer.options.backend) for racer in (self.a, self.b)))

    @property
    def budget_s(self) -> float:
        """Seconds that the timed runs of both may take, in all."""
        return self.a.options.budget_s + self.b.options.budget_s

    def leaves_cards(self, backend: str) -> bool:
        """Whether what runs on a backend computes on the CPU alone."""
        racers = [racer for racer in (self.a, self.b) if racer.options.backend == backend]
        return all(racer.options.device == CPU.option for racer in racers)

    def do(self, ask: Ask, tell: Tell) -> Comparison:
        """Race.

        Raises:
            BeyondMemoryError: If one of them would take more memory than there is.
            TimingTooLongError: If it would take far longer than allowed.
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
        for racer in (self.a, self.b):
            ask(str(racer.options.backend), "clear", racer.options.batch_size, {})

    def _race(self, ask: Ask, tell: Tell, cards: Sequence[GpuState]) -> Comparison:
        networks: list[OnBench] = []
        started: list[dict[str, Any]] = []
        for number, racer in enumerate((self.a, self.b)):
            tell(Progress(share=0.05 + 0.1 * number, doing=f"building {racer.name}"))
            network = OnBench.load(
                ask, "AB"[number], racer.network, racer.options, beyond_memory=self.beyond_memory
            )
            check_length(network.facts["predicted_ms"], self.at_most_s)
            networks.append(network)
        for number, (racer, network) in enumerate(zip((self.a, self.b), networks, strict=True)):
            tell(
                Progress(
                    share=0.25 + 0.125 * number,
                    doing=f"first call{compiles(racer.options)} and warm-up of {racer.name}",
                )
            )
            started.append(network.start())
        if len(self.backends) == 1:
            for facts in started:
                facts["peak_bytes"] = None  # of a process that holds both of them
        cards_used = [network.card(cards) for network in networks]
        times: tuple[list[float], list[float]] = ([], [])
        pairs: list[tuple[float, float]] = []
        with GpuWatch(cards_used[0]) as watch_a, GpuWatch(cards_used[1]) as watch_b:
            while not self._enough(pairs, sum(map(sum, times)) / 1000):
                order = (0, 1) if len(pairs) % 2 else (1, 0)  # so that neither always comes first
                medians = [0.0, 0.0]
                for each in order:
                    round_times = fair(networks[each].run(ROUND_S))
                    times[each].extend(round_times)
                    medians[each] = median(round_times)
                    (watch_a, watch_b)[each].sample()
                pairs.append((medians[0], medians[1]))
                done = min(sum(map(sum, times)) / 1000 / self.budget_s, 1.0)
                tell(Progress(share=0.5 + 0.5 * done, doing=f"round {len(pairs)}"))
        tell(Progress(share=1.0, doing="done"))
        a, b = (
            network.timing(each, **facts, gpu=card, load=watch.summary())
            for network, each, facts, card, watch in zip(
                networks, times, started, cards_used, (watch_a, watch_b), strict=True
            )
        )
        return Comparison.of(a, b, pairs, name_a=self.a.name, name_b=self.b.name)

    def _enough(self, pairs: list[tuple[float, float]], spent_s: float) -> bool:
        if len(pairs) % 2 and spent_s < OVERTIME_S:
            return False  # Each has come first equally often only after an even number of rounds.
        if len(pairs) < ENOUGH_ROUNDS:
            return bool(pairs) and spent_s >= max(OVERTIME_S, self.budget_s)
        if len(pairs) >= MAX_ROUNDS or spent_s >= self.budget_s:
            return True
        return spent_s >= 0.5 * self.budget_s and settled([a / b for a, b in pairs])


def fair(times: list[float]) -> list[float]:
    """The times of a turn that count: an odd number of them, without the first where there are others.

    The first run finds caches that the other network filled. The median of an even number lies elsewhere in a skewed
    distribution than that of an odd one, which would tell two networks apart by how many runs fit into a turn.
    """
    counted = times[1:] if len(times) > 2 else times
    return counted if len(counted) % 2 else counted[:-1]
