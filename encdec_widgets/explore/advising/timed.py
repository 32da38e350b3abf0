"""Timing the designs of an advice: one after the other in the timing process, built in spare time before."""

from collections.abc import Callable, Generator, Mapping

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import build_in_steps
from encdec_widgets.background import Background, Priority, Task
from encdec_widgets.designs.design import Design
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.measured import finalists, options_of
from encdec_widgets.explore.how_long import FAR_LONGER, how_long
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.errors import TimingStopped, TimingTooLongError
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.options import Options, checked
from encdec_widgets.workers.sent_network import Network, network_of
from encdec_widgets.workers.timing import Measurement, Timing
from encdec_widgets.workers.timing.measuring import MIN_RUNS

Outcomes = dict[Design, Timing | Exception]
"""By design the time, or why there is none."""


def too_long(outcomes: Mapping[Design, Timing | Exception]) -> bool:
    """Whether a design was not timed as that would take far longer than usual: a person may want it all the same."""
    return any(isinstance(outcome, TimingTooLongError) for outcome in outcomes.values())


def to_be_timed(advice: Advice, outcomes: Mapping[Design, Timing | Exception]) -> tuple[Design, ...]:
    """The designs of an advice that are timed next: all, or where one took too long, those without a time.

    Args:
        advice: What was advised.
        outcomes: What came of an earlier timing.
    """
    designs = finalists(advice)
    if not too_long(outcomes):
        return designs
    return tuple(design for design in designs if not isinstance(outcomes.get(design), Timing))


def how_long_for(advice: Advice, outcomes: Mapping[Design, Timing | Exception]) -> str:
    """How long it takes to time the designs of an advice that are timed next (an estimate), in words.

    Args:
        advice: What was advised.
        outcomes: What came of an earlier timing.
    """
    predicted = {one.design: one.predicted_ms for one in advice.advised}
    for design, outcome in outcomes.items():
        if isinstance(outcome, TimingTooLongError):
            predicted[design] = outcome.predicted_ms
    runs_ms = [predicted[design] for design in to_be_timed(advice, outcomes)]
    return how_long(runs_ms, budget_s=Options().budget_s, least_runs=MIN_RUNS)


class FinalistTimer:
    """Times the designs of one advice at a time; whatever else is edited meanwhile goes first."""

    def __init__(
        self,
        background: Background,
        worker: Worker,
        progressed: Callable[[str, float], None],
        ended: Callable[[Advice, Outcomes, Exception | None], None],
    ) -> None:
        """Time nothing yet.

        Args:
            background: Where networks are built.
            worker: The process to time them in.
            progressed: Is called with what is done, and how much of all is done, from 0 to 1.
            ended: Is called with the advice, what came of its designs, and what ended it before all were timed: a
                TimingStopped where that was asked for.
        """
        self._background, self._worker = background, worker
        self._progressed, self._ended = progressed, ended
        self._running: object | None = None  # what comes of an earlier timing is not heard
        self._submitted = False
        self._advice: Advice | None = None
        self._outcomes: Outcomes = {}
        self._left: tuple[Design, ...] = ()
        self._at_most_s: float | None = None

    @property
    def running(self) -> bool:
        """Whether designs are being timed."""
        return self._running is not None

    def begin(self, advice: Advice, before: Mapping[Design, Timing | Exception] | None = None) -> None:
        """Time the designs of an advice; an earlier timing is dropped.

        Args:
            advice: What was advised.
            before: What came of a timing in which a design took too long: such a one is timed now, however long it
                takes, and those that have a time are not timed again. What came of a design stays until it is timed.
        """
        self.drop()
        before = before or {}
        all_the_same = too_long(before)
        self._advice, self._left = advice, to_be_timed(advice, before)
        self._outcomes = dict(before) if all_the_same else {}
        self._at_most_s = None if all_the_same else FAR_LONGER * Options().budget_s
        self._running = running = object()
        try:
            options = checked(**options_of(advice))
        except FieldError as error:  # The backend can't do that work, as NumPy can't train.
            self._end(error)
        else:
            self._next(running, advice, options)

    def stop(self) -> None:
        """End the timing that is under way; what is measured stays."""
        self.drop()
        self._end(TimingStopped())

    def drop(self) -> None:
        """End the timing that is under way; nothing of it is heard."""
        self._background.drop(self)
        self._running = None
        if self._submitted:
            self._submitted = False
            self._worker.stop()

    def _next(self, running: object, advice: Advice, options: Options) -> None:
        """Build the next design in spare time, then have it timed."""
        if not self._left:
            self._end(None)
            return
        design, *left = self._left
        count = len(finalists(advice))
        done = count - len(self._left)

        def tell(what: str, share: float) -> None:
            self._progressed(f"Timing design {done + 1} of {count}: {what} …", (done + share) / count)

        def took(outcome: Timing | Exception) -> None:
            if self._running is not running:
                return
            self._submitted = False
            if isinstance(outcome, TimingStopped):
                self._end(outcome)
            else:
                self._outcomes[design], self._left = outcome, tuple(left)
                self._next(running, advice, options)

        def submit(network: Network) -> None:
            if self._running is not running:
                return
            job = Measurement(network=network, options=options, at_most_s=self._at_most_s)
            self._submitted = True  # before it is: a job may end at once
            try:
                self._worker.submit(job, on_done=took, on_progress=progress)
            except Exception as failure:  # noqa: BLE001 - a worker that is busy, say: the next design would fail alike
                self._submitted = False
                self._end(failure)
            except BaseException:  # an interrupt
                self._submitted = False
                self._end(TimingStopped())
                raise

        def progress(progress: Progress) -> None:
            if self._running is running:
                tell(progress.doing, progress.share)

        def work(task: "Task[None]") -> Generator[None, None, None]:
            try:
                backbone = yield from build_in_steps(
                    design,
                    on_block=lambda _: task.check(),
                    gives_way=lambda: task.over or (one_at_a_time.awaited and not task.inline),
                    suggests=False,
                )
                network = network_of(backbone, options.device)
                network.check(options.batch_size)
            except Exception as error:  # noqa: BLE001 - whatever keeps it from being built or sent is said at it
                task.tell(took, error)
            else:
                task.tell(submit, network)

        tell("building it", 0.0)
        self._background.begin(work, key=self, priority=Priority.SPARE)

    def _end(self, by: Exception | None) -> None:
        self._running = None
        if self._advice is not None:
            self._ended(self._advice, self._outcomes, by)
