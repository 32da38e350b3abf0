"""The job of training a design: in slices of a quarter second, between which it can be edited or ended."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from encdec_widgets.designs.design import Design
from encdec_widgets.formatting import counted
from encdec_widgets.workers.backends import backend_named
from encdec_widgets.workers.device import CPU
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.interrupts import no_interrupt_lost
from encdec_widgets.workers.job import Ask, Progress, Tell
from encdec_widgets.workers.training.extent import checked_extent
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.options import TrainingOptions, checked
from encdec_widgets.workers.training.result import Trained, WeightsOf
from encdec_widgets.workers.training.run import Run, limits_reached, next_slice, share_done, trained
from encdec_widgets.workers.training.sent import Sent, sent, written_task
from encdec_widgets.workers.training.tasks import Task, as_task


class Training:
    """A job: train a design on a task.

    Attributes:
        task: What it learns.
        options: How it is trained, resolved.
        steps: So many steps at most; None for no limit.
        seconds: So many seconds of steps at most, without the first call; None for no limit.
        seed: What images, their order and first weights come from.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.workers.timing import backends_with_gradients
        >>> from encdec_widgets.workers.training import Training
        >>> design = Design(UNet(filters=4, down_blocks=2, up_blocks=2), (256, 256, 1))
        >>> training = Training.of(design, "mouse", seconds=5, backend=backends_with_gradients()[0])
        >>> training.notes[0]
        'trained at 64 × 64 px grey'
    """

    def __init__(
        self,
        *,
        network: Sent,
        task: Task,
        options: TrainingOptions,
        steps: int | None = None,
        seconds: float | None = None,
        seed: int = 0,
        folder: Folder | None = None,
    ) -> None:
        """Take what :meth:`of` makes."""
        extent = checked_extent(steps, seconds, seed)
        self.task = task
        self.options = options
        self.steps = extent.steps
        self.seconds = extent.seconds
        self.seed = extent.seed
        self._folder = folder or Folder()
        self._sent = network
        self._lock = threading.Lock()
        self._changed: Sent | None = None
        self._finished = False
        self._ended = False

    @classmethod
    @no_interrupt_lost()
    def of(
        cls,
        thing: Any,
        task: Task | str = "halo",
        *,
        steps: int | None = None,
        seconds: float | None = None,
        seed: int = 0,
        **options: Any,
    ) -> Self:
        """The training of a Design, an architecture, the name of a preset, or a Backbone.

        Call it in the thread that owns the network: Keras is not thread-safe.

        Args:
            thing: What is trained. A Backbone whose weights are filled starts from them.
            task: "mouse", "threads", "halo", or a :class:`Task`.
            steps: So many steps at most; None for no limit.
            seconds: So many seconds of steps at most; None for no limit.
            seed: What images, their order and first weights come from, from 0.
            **options: The fields of :class:`TrainingOptions`.

        Raises:
            FieldError: (a ValueError) If the design cannot learn the task so, or an option is not possible.
            TaskError: (a ValueError) If there is no such task, or it draws what nothing can learn from.
            TimingError: If something in it cannot be sent to another process.
            TypeError: If there is no design in ``thing``, or no such option.
            ValueError: If steps, seconds or seed are nothing that can be done.
        """
        how = checked(**options)
        checked_extent(steps, seconds, seed)  # before anything is built
        learnt = as_task(task)
        folder = Folder()
        network = sent(thing, learnt, how, folder.path)
        written_task(learnt, network.trainee.size, folder.path)
        return cls(
            network=network, task=learnt, options=how, steps=steps, seconds=seconds, seed=seed, folder=folder
        )

    noun = "training"

    @property
    def backends(self) -> tuple[str, ...]:
        """The Keras backend that it needs."""
        return (str(self.options.backend),)

    @property
    def budget_s(self) -> float:
        """Seconds that its timed runs may take: each slice is a step of its own, and short."""
        return 0.0

    @property
    def design(self) -> Design:
        """The design that is trained; after :meth:`change`, the new one."""
        return (self._changed or self._sent).trainee.of

    @property
    def notes(self) -> tuple[str, ...]:
        """What is otherwise in the copy that is trained than in the design, a sentence each, without a full stop."""
        return (self._changed or self._sent).trainee.notes

    def leaves_cards(self, backend: str) -> bool:
        """Whether it computes on the CPU alone, so that no card is touched."""
        return self.options.device == CPU.option

    def settings(self, backend: str) -> dict[str, Any]:
        """What is to be set for the backend in its process: the number of threads, if an option says so."""
        return settings_of(self.options, backend)

    def change(self, thing: Any) -> bool:
        """Go on with another design, from the next slice on; layers that are the same keep their weights.

        It may be called from any thread, for a design of shipped classes; else from the one that owns networks.

        Args:
            thing: A Design, or what has one. Its weights do not count.

        Returns:
            Whether it will be taken: not if the training has ended. One that comes with the last slice is taken, and
            looked at, without a step. Where the process that trains refuses it, as there
            is not enough memory, the ``payload`` of the progress says so under "refused", and the training goes on.

        Raises:
            FieldError: (a ValueError) If the design cannot learn the task so; the training goes on as it was.
        """
        network = sent(thing, self.task, self.options, None)
        with self._lock:
            if self._ended or self._finished:
                return False
            self._changed = network
        return True

    def finish(self) -> None:
        """Take no further slice: it ends within a quarter second, or a step, and its weights are kept."""
        with self._lock:
            self._finished = True

    def do(self, ask: Ask, tell: Tell) -> Trained:
        """Train.

        Raises:
            TimingError: If it could not be trained: out of memory, say.
        """
        options = self.options
        run = Run(ask, "network", options)
        with self._lock:
            self._ended = False
        tell(Progress(share=0.0, doing="starting the process"))
        ask(str(options.backend), "clear", options.batch_size, {})
        try:
            tell(Progress(share=0.0, doing="building the network"))
            run.begin(self._sent, self._task_file, self.seed)
            tell(Progress(share=0.0, doing="first step"))
            while not self._is_over(run):
                self._take_change(run)
                run.slice(*self._next(run))
                tell(
                    Progress(
                        share=self._share(run), doing=counted(run.steps, "step"), payload=run.taken_payload()
                    )
                )
            self._take_change(run)  # one that was taken before the training was over
            run.slice(0.0, 0, last=True)
            return self._result(run, self._folder.new("trained"), tell)
        finally:
            with self._lock:
                self._ended, self._finished = True, False
            with suppress(TimingError):
                ask(str(options.backend), "clear", options.batch_size, {})

    @property
    def _task_file(self) -> str:
        return str(self._folder.path / "task.txt")

    def _is_over(self, run: Run) -> bool:
        """Whether no further slice is taken; no edit is taken either from then on."""
        with self._lock:
            over = self._finished or limits_reached(run, self.steps, self.seconds)
            self._ended = self._ended or over
            return over

    def _take_change(self, run: Run) -> None:
        with self._lock:
            changed = self._changed
        if changed is None:
            return
        if changed.is_same_to_train(self._sent):
            run.leave()
            taken = True
        else:
            taken = run.change(changed)
        with self._lock:  # At once, so that the design is never one before.
            if taken:
                self._sent = changed
            if self._changed is changed:  # else a newer one came meanwhile
                self._changed = None

    def _next(self, run: Run) -> tuple[float, int | None]:
        return next_slice(run, self.steps, self.seconds)

    def _share(self, run: Run) -> float:
        return share_done(run, self.steps, self.seconds)

    def _result(self, run: Run, path: Path, tell: Tell) -> Trained:
        run.weights(path)
        tell(Progress(share=1.0, doing="done", payload=run.taken_payload()))
        return trained(
            run, self._sent, self.options, self.seed, WeightsOf(self._sent.trainee.design, path, self._folder)
        )


def settings_of(options: TrainingOptions, backend: str) -> dict[str, Any]:
    """What is to be set for a backend, so that it computes with the threads of the options, if they say how many."""
    return {} if options.threads is None else backend_named(backend).settings_for_threads(options.threads)
