"""The advisor in the background: one question at a time, in spare time, and the newest one wins."""

from collections.abc import Callable, Generator, Sequence

from encdec_widgets.background import Background, Priority, Task, shared_background
from encdec_widgets.explore.advise import advise_in_steps
from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.search import Step
from encdec_widgets.explore.advising.space import chosen_families
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.networks.one_at_a_time import one_at_a_time
from encdec_widgets.workers.timing.calibrating import Calibrated

OnStep = Callable[[Step], object]
OnAdvice = Callable[[Advice], object]
OnFailed = Callable[[Exception], object]


class Advisor:
    """Advises in the background where an event loop runs; without one, before :meth:`ask` returns.

    Networks are built in spare time: whatever else is built waits until one block is made, and not longer. What was
    built is remembered, so that a question that is asked again, or one much like it, is answered soon.

    Attributes:
        busy: Whether a question is under way.
    """

    def __init__(
        self,
        on_step: OnStep,
        on_advice: OnAdvice,
        background: Background | None = None,
        on_failed: OnFailed | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            on_step: Is called with how far it is, on the event loop on which it was asked.
            on_advice: Is called with the advice, on that loop.
            background: Where to work; the one that all share if left out.
            on_failed: Is called with an error that ended it, on that loop; if left out, the background logs it.
        """
        self._on_failed = on_failed
        self._on_step = on_step
        self._on_advice = on_advice
        self._background = background or shared_background()
        self._task: Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is under way."""
        return self._task is not None and not self._task.future.done()

    def ask(
        self,
        wanted: Requirements,
        families: str | Sequence[str] | None = None,
        speed: Calibrated | None = None,
        *,
        slower: float = 1.0,
    ) -> None:
        """Begin to advise; an earlier question is dropped.

        Args:
            wanted: What must hold.
            families: As in :func:`encdec_widgets.advise`.
            speed: The speed of the device; None where no time is predicted.
            slower: By what predictions are multiplied.

        Raises:
            FieldError: (a ValueError) If there is no such family.
        """
        names = chosen_families(families)
        self.stop()

        def work(task: "Task[None]") -> Generator[None, None, None]:
            def gives_way() -> bool:
                return task.over or (one_at_a_time.awaited and not task.inline)

            steps = advise_in_steps(wanted, names, speed, slower=slower, gives_way=gives_way)
            last: Step | None = None
            while True:
                task.check()
                try:
                    step = next(steps)
                except StopIteration as end:
                    task.tell(self._on_advice, end.value)
                    return
                except Exception as error:
                    if self._on_failed is None:
                        raise
                    task.tell(self._on_failed, error)
                    return
                if step is not last and not task.tell(self._on_step, step):
                    return  # The event loop has been closed.
                last = step
                yield

        self._task = self._background.begin(work, key=self, priority=Priority.SPARE)

    def stop(self) -> None:
        """Drop what is under way: nothing more of it will be told."""
        self._background.drop(self)
