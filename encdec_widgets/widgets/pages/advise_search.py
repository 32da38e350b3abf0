"""The search for designs: the speed of the device is told by its process first, where a wish for speed needs it."""

from collections.abc import Callable

import attrs

from encdec_widgets.explore.advising.advice import Advice
from encdec_widgets.explore.advising.asked import Advisor
from encdec_widgets.explore.advising.search import Step
from encdec_widgets.explore.requirements import Requirements
from encdec_widgets.formatting import error_text
from encdec_widgets.session import Session
from encdec_widgets.widgets.pages.advise_words import step_words
from encdec_widgets.workers.client import Worker
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.timing import Progress
from encdec_widgets.workers.timing.calibrating import Calibrated, calibration_job


@attrs.frozen(kw_only=True, eq=False)
class _Question:
    """What is asked of the advisor.

    Attributes:
        wanted: What must hold.
        families: The family to choose from; None for all.
        speed: The speed of the device; None where it was not asked for, or could not be told.
        slower: By what predictions are multiplied.
        untested: Why the speed of the device could not be told; empty if it could, or was not asked for.
    """

    wanted: Requirements
    families: str | None
    speed: Calibrated | None = None
    slower: float = 1.0
    untested: str = ""


class AdviseSearch:
    """One question at a time; edits go on meanwhile."""

    def __init__(
        self,
        session: Session,
        worker: Worker,
        progressed: Callable[[str, float | None], None],
        ended: Callable[[Advice | Exception], None],
    ) -> None:
        """Search nothing yet.

        Args:
            session: The session in whose background networks are built.
            worker: The process that tells the speed of a device.
            progressed: Is called with what is done, and how far it is, from 0 to 1; None where that is not known.
            ended: Is called with the advice, or with what ended the search.
        """
        self._session, self._worker = session, worker
        self._progressed, self._ended = progressed, ended
        self._running: _Question | None = None  # what comes of an earlier question is not heard
        self._answered: _Question | None = (
            None  # that of the newest advice: a search that is stopped leaves it
        )
        self._calibrating = False
        guarded = session.guarded
        self._advisor = Advisor(
            guarded(self._stepped), guarded(self._came), session.background, guarded(self._came)
        )

    @property
    def running(self) -> bool:
        """Whether a question is under way."""
        return self._running is not None

    @property
    def untested(self) -> str:
        """Why the speed of the device could not be told for the newest advice; empty if it could, or without one."""
        return "" if self._answered is None else self._answered.untested

    def begin(self, wanted: Requirements, families: str | None) -> None:
        """Ask; an earlier question is dropped.

        Args:
            wanted: What must hold.
            families: The family to choose from; None for all.
        """
        self.drop()
        self._running = question = _Question(wanted=wanted, families=families)
        if wanted.tests_speed:
            self._calibrate(question)
        else:
            self._search(question)

    def begin_again(self, slower: float) -> None:
        """Ask once more what the newest advice answers; nothing without one.

        Args:
            slower: How many times longer its designs took than was predicted.
        """
        self.drop()
        if (answered := self._answered) is not None:
            self._search(attrs.evolve(answered, slower=answered.slower * slower))

    def drop(self) -> None:
        """Drop what is under way; nothing of it is heard."""
        self._running = None
        self._advisor.stop()
        if self._calibrating:
            self._calibrating = False
            self._worker.stop()

    def _calibrate(self, question: _Question) -> None:
        """Have the speed of the device told by its process."""
        wanted = question.wanted

        def done(result: Calibrated | Exception) -> None:
            if self._running is not question:
                return
            self._calibrating = False
            if isinstance(result, TimingStopped):
                self._came(result)
            elif isinstance(result, Exception):
                self._without_speed(question, result)
            else:
                self._search(attrs.evolve(question, speed=result))

        def progress(progress: Progress) -> None:
            if self._running is question:
                self._progressed(f"Measuring the speed of {wanted.device}: {progress.doing} …", None)

        self._calibrating = True
        self._progressed(
            f"Measuring the speed of {wanted.device}, which takes up to half a minute the first time …", None
        )
        try:
            job = calibration_job(device=wanted.device, precision=wanted.precision)
            self._worker.submit(job, on_done=self._session.guarded(done), on_progress=progress)
        except Exception as failure:  # noqa: BLE001 - whatever keeps it from being measured is said
            self._calibrating = False
            self._without_speed(question, failure)
        except BaseException:  # an interrupt
            self._calibrating = False
            self._came(TimingStopped())
            raise

    def _without_speed(self, question: _Question, failure: Exception) -> None:
        wanted = attrs.evolve(question.wanted, device=None)
        untested = f"The speed could not be tested: {error_text(failure)}."
        self._search(attrs.evolve(question, wanted=wanted, untested=untested))

    def _search(self, question: _Question) -> None:
        self._running = question
        self._progressed("Looking through the families …", 0.0)
        self._advisor.ask(question.wanted, question.families, question.speed, slower=question.slower)

    def _stepped(self, step: Step) -> None:
        if self.running:
            shown = self._session.shown
            build_s = 0.0 if shown is None else shown.backbone.build_seconds
            self._progressed(step_words(step, build_s), step.share)

    def _came(self, outcome: Advice | Exception) -> None:
        question, self._running = self._running, None
        if question is None:
            return
        if isinstance(outcome, Advice):
            self._answered = question
            if question.untested:
                outcome = attrs.evolve(outcome, untested=question.untested)
        self._ended(outcome)
