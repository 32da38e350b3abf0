"""Two designs trained in turns, with the same seed and for as long, so that other work on the machine slows both."""

import threading
from contextlib import suppress
from typing import Any, Literal, Self

import attrs

from encdec_widgets.formatting import counted, exact_text, number_text
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.training.extent import checked_extent
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.job import settings_of
from encdec_widgets.workers.training.options import TrainingOptions, checked
from encdec_widgets.workers.training.result import Trained, WeightsOf
from encdec_widgets.workers.training.run import (
    SLICE_S,
    Run,
    limits_reached,
    next_slice,
    share_done,
    trained,
)
from encdec_widgets.workers.training.sent import Sent, sent, written_task
from encdec_widgets.workers.training.tasks import Task, as_task


@attrs.frozen(kw_only=True)
class TrainingComparison:
    """What two designs have learnt in the same time, or in as many steps.

    Attributes:
        a: What the first has learnt.
        b: What the second has.
        name_a: What the first is called.
        name_b: What the second is.

    Example:
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.workers.training import TrainingComparison, train_in_turns
        >>> one, two = (Design(UNet(filters=2, down_blocks=n, up_blocks=n), (64, 64, 1)) for n in (1, 2))
        >>> both: TrainingComparison = train_in_turns(one, two, steps=2, backend=backends_with_gradients()[0])
        >>> both.a.steps, both.b.steps
        (2, 2)
    """

    a: Trained
    b: Trained
    name_a: str = "A"
    name_b: str = "B"

    @property
    def ahead(self) -> Literal["A", "B"] | None:
        """Which one is better, by more than chance explains; None where neither is."""
        if self.a.judged.ahead_of(self.b.judged):
            return "A"
        return "B" if self.b.judged.ahead_of(self.a.judged) else None

    @property
    def sentence(self) -> str:
        """How they compare, in one sentence."""
        names = {"A": self.name_a, "B": self.name_b}
        told = [
            f"{name} has {one.score_text} after {counted(one.steps, 'step')}"
            for name, one in ((self.name_a, self.a), (self.name_b, self.b))
        ]
        begin = "Neither is ahead" if self.ahead is None else f"{names[self.ahead]} is ahead"
        took = max(self.a.seconds, self.b.seconds)
        return f"{begin} on {self.a.task}, {number_text(round(took, 1))} s each: {told[0]}, {told[1]}."

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, ready for JSON."""
        return {
            "a": self.a.to_dict(),
            "b": self.b.to_dict(),
            "name_a": self.name_a,
            "name_b": self.name_b,
            "ahead": self.ahead,
            "sentence": self.sentence,
        }

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class TrainingRace:
    """A job: train two designs in turns.

    Attributes:
        names: What they are called.
        task: What both learn.
        options: How both are trained.
        steps: So many steps each at most; None for no limit.
        seconds: So many seconds of steps each at most; None for no limit.
        seed: What images, their order and first weights come from, of both.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> from encdec_widgets.workers.training import TrainingRace
        >>> backend = backends_with_gradients()[0]
        >>> race = TrainingRace.of(preset("SLEAP centroid"), preset("U-Net"), "mouse", seconds=5, backend=backend)
        >>> race.names
        ('A', 'B')
    """

    def __init__(
        self,
        *,
        networks: tuple[Sent, Sent],
        names: tuple[str, str],
        task: Task,
        options: TrainingOptions,
        steps: int | None,
        seconds: float | None,
        seed: int,
        folders: tuple[Folder, Folder],
    ) -> None:
        """Take what :meth:`of` makes."""
        extent = checked_extent(steps, seconds, seed)
        self.names = names
        self.task = task
        self.options = options
        self.steps = extent.steps
        self.seconds = extent.seconds
        self.seed = extent.seed
        self._networks = networks
        self._folders = folders
        self._finished = threading.Event()

    @classmethod
    @no_interrupt_lost()
    def of(
        cls,
        a: Any,
        b: Any,
        task: Task | str = "halo",
        *,
        name_a: str = "A",
        name_b: str = "B",
        steps: int | None = None,
        seconds: float | None = None,
        seed: int = 0,
        **options: Any,
    ) -> Self:
        """The race of two, each as in :meth:`encdec_widgets.workers.training.Training.of`.

        Raises:
            FieldError: (a ValueError) If one of them cannot learn the task so, or an option is not possible.
            TaskError: (a ValueError) If there is no such task, or it draws what nothing can learn from.
            TimingError: If something in them cannot be sent to another process.
            TypeError: If there is no design in one of them, or no such option.
            ValueError: If steps, seconds or seed are nothing that can be done.
        """
        checked_extent(steps, seconds, seed)  # before anything is built
        how, learnt = checked(**options), as_task(task)
        folders = (Folder(), Folder())
        networks = []
        for thing, folder in zip((a, b), folders, strict=True):
            network = sent(thing, learnt, how, folder.path)
            written_task(learnt, network.trainee.size, folder.path)
            networks.append(network)
        return cls(
            networks=(networks[0], networks[1]),
            names=(name_a, name_b),
            task=learnt,
            options=how,
            steps=steps,
            seconds=seconds,
            seed=seed,
            folders=folders,
        )

    @property
    def notes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is otherwise in each copy than in its design; see :class:`encdec_widgets.workers.training.Training`."""
        a, b = (network.trainee.notes for network in self._networks)
        return a, b

    noun = "training"

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that they need."""
        return (str(self.options.backend),)

    @property
    def budget_s(self) -> float:
        """Seconds that its timed runs may take: each slice is a step of its own, and short."""
        return 0.0

    def leaves_cards(self, backend: str) -> bool:
        """Whether both compute on the CPU alone, so that no card is touched."""
        return self.options.device == CPU.option

    def settings(self, backend: str) -> dict[str, Any]:
        """As of a training."""
        return settings_of(self.options, backend)

    def finish(self) -> None:
        """Take no further slice: it ends within a quarter second, or two steps, and what both have learnt is kept."""
        self._finished.set()

    def do(self, ask: Ask, tell: Tell) -> TrainingComparison:
        """Train both.

        Raises:
            TimingError: If one of them could not be trained: out of memory, say.
        """
        options = self.options
        tell(Progress(share=0.0, doing="starting the process"))
        ask(str(options.backend), "clear", options.batch_size, {})
        try:
            return self._train(ask, tell)
        finally:
            self._finished.clear()
            with suppress(TimingError):
                ask(str(options.backend), "clear", options.batch_size, {})

    def _train(self, ask: Ask, tell: Tell) -> TrainingComparison:
        runs = [Run(ask, name, self.options) for name in "ab"]
        for run, network, folder, name in zip(runs, self._networks, self._folders, self.names, strict=True):
            tell(Progress(share=0.0, doing=f"building {name}"))
            run.begin(network, str(folder.path / "task.txt"), self.seed)
        while not self._finished.is_set() and (left := [run for run in runs if not self._is_over(run)]):
            for run in left:
                run.slice(*next_slice(run, self.steps, self.seconds, SLICE_S / 2))
            tell(self._progress(runs, f"{exact_text(sum(run.steps for run in runs))} steps"))
        for run in runs:
            run.slice(0.0, 0, last=True)
        results = []
        for run, network, folder in zip(runs, self._networks, self._folders, strict=True):
            path = folder.new("trained")
            run.weights(path)
            weights = WeightsOf(network.trainee.design, path, folder)
            results.append(trained(run, network, self.options, self.seed, weights))
        tell(attrs.evolve(self._progress(runs, "done"), share=1.0))
        return TrainingComparison(a=results[0], b=results[1], name_a=self.names[0], name_b=self.names[1])

    def _is_over(self, run: Run) -> bool:
        return limits_reached(run, self.steps, self.seconds)

    def _progress(self, runs: list[Run], doing: str) -> Progress:
        share = min(share_done(run, self.steps, self.seconds) for run in runs)
        payload = {name: run.taken_payload() for name, run in zip("ab", runs, strict=True)}
        return Progress(share=share, doing=doing, payload=payload)
