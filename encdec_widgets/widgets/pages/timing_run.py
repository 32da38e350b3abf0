"""One job at a time in the timing process, and what is said or asked of it when it does not come to a result."""

from collections.abc import Callable
from typing import Any

import attrs

from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.formatting import duration_text
from encdec_widgets.widgets.pages.timing_allowed import Allowed
from encdec_widgets.widgets.pages.timing_words import memory_question
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.job import Job, Progress
from encdec_widgets.workers.timing import (
    BeyondMemoryError,
    TimingError,
    TimingStopped,
    TimingTooLongError,
)


class TimingRun:
    """A job that is under way, and what has to be said or asked of the newest one.

    Attributes:
        note: Why the newest job did not begin, or gave no result; empty if there is nothing to say.
        failed: Whether the note tells of a failure.
        question: What going on all the same means, where that is asked; else empty.
    """

    def __init__(self, worker: Worker, changed: Callable[[], None], say: Callable[[str], None]) -> None:
        """Run nothing yet.

        Args:
            worker: The process that does the jobs.
            changed: Is called when one has begun or ended, after what it gave was taken.
            say: Is called with what is to be read aloud.
        """
        self._worker, self._changed, self._say = worker, changed, say
        self._running: object | None = None
        self._go_on: Callable[[], None] | None = None
        self.forget()

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self._running is not None

    def begin(
        self,
        make_job: Callable[[], Job[Any]],
        *,
        allowed: Allowed,
        take: Callable[[Any], None],
        progressed: Callable[[Progress], None],
        again: Callable[[Allowed], None],
    ) -> None:
        """Have a job done, if none is under way; nothing is heard of an earlier one from now on.

        Args:
            make_job: Makes the job; what it raises is told.
            allowed: What the job was allowed.
            take: Is called with its result.
            progressed: Is called with how far it is.
            again: Begins it anew, with more allowed: it is called when a person wants it all the same.
        """
        if self.running:
            return
        self.forget()
        self._running = running = object()

        def tell(progress: Progress) -> None:
            if self._running is running:
                progressed(progress)

        def finish(result: Any) -> None:
            if self._running is running:
                self._running = None
                self._end(result, allowed, take, again)

        tell(Progress(share=0.0, doing="starting"))
        try:
            self._worker.submit(make_job(), on_done=finish, on_progress=tell)
        except Exception as failure:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._running = None
            self.fail(failure)
        except BaseException:  # an interrupt
            finish(TimingStopped())
            raise
        self._changed()

    def stop(self) -> None:
        """End the job that is under way; a job of somebody else goes on."""
        if self.running:
            self._worker.stop()

    def drop(self) -> None:
        """End the job that is under way; nothing of it is heard."""
        self.stop()
        self._running = None

    def forget(self) -> None:
        """Take back what was said or asked."""
        self.note, self.failed, self.question, self._go_on = "", False, "", None

    def fail(self, failure: Exception) -> None:
        """Say why a job can't begin."""
        self.note, self.failed = str(failure), True
        self._say(problem_sentence(failure))

    def go_on(self) -> None:
        """Begin the job all the same, where that is asked."""
        if self._go_on is not None:
            self._go_on()

    def _end(
        self, result: Any, allowed: Allowed, take: Callable[[Any], None], again: Callable[[Allowed], None]
    ) -> None:
        if isinstance(result, TimingTooLongError):
            self.note = _of(result) + (
                f"This would take {duration_text(result.seconds)} or more: "
                f"{duration_text(result.predicted_ms / 1000)} a run are expected (an estimate)."
            )
            self._ask("However long it takes", again, attrs.evolve(allowed, at_most_s=None))
        elif isinstance(result, BeyondMemoryError):
            self.note = _of(result) + memory_question(result)
            self._ask("Though memory may run out", again, attrs.evolve(allowed, beyond_memory=True))
        elif isinstance(result, TimingStopped):
            self.note = "The measurement was stopped."
        elif isinstance(result, Exception):
            self.note, self.failed = str(result), True
        else:
            take(result)
        self._changed()
        if self.note:
            self._say(self.note)

    def _ask(self, question: str, again: Callable[[Allowed], None], allowed: Allowed) -> None:
        self.question, self._go_on = question, lambda: again(allowed)


def _of(error: TimingError) -> str:
    """Which network of a race a question is about."""
    return f"{error.of}: " if error.of else ""
