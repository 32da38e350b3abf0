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


class AdviseSearch:
    """One question at a time; edits go on meanwhile.

    Attributes:
        untested: Why the speed of the device could not be told; empty if it could, or was not asked for.
    """

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
        self.untested = ""
        self._speed: Calibrated | None = None
        self._slower = 1.0
        self._families: str | None = None
        self._running: object | None = None  # what comes of an earlier question is not heard
        self._calibrating = False
        guarded = session.guarded
        self._advisor = Advisor(
            guarded(self._stepped), guarded(self._came), session.background, guarded(self._came)
        )

    @property
    def running(self) -> bool:
        """Whether a question is under way."""
        return self._running is not None

    def begin(self, wanted: Requirements, families: str | None) -> None:
        """Ask; an earlier question is dropped.

        Args:
            wanted: What must hold.
            families: The family to choose from; None for all.
        """
        self.drop()
        self._running, self._families = object(), families
        self._slower, self.untested = 1.0, ""
        if wanted.tests_speed:
            self._calibrate(wanted, self._running)
        else:
            self._search(wanted, None)

    def begin_again(self, wanted: Requirements, slower: float) -> None:
        """Ask the same once more.

        Args:
            wanted: What was wanted.
            slower: How many times longer designs took than was predicted last.
        """
        self.drop()
        self._running = object()
        self._slower *= slower
        self._search(wanted, self._speed)

    def drop(self) -> None:
        """Drop what is under way; nothing of it is heard."""
        self._running = None
        self._advisor.stop()
        if self._calibrating:
            self._calibrating = False
            self._worker.stop()

    def _calibrate(self, wanted: Requirements, running: object) -> None:
        """Have the speed of the device told by its process."""

        def done(result: Calibrated | Exception) -> None:
            if self._running is not running:
                return
            self._calibrating = False
            if isinstance(result, TimingStopped):
                self._came(result)
            elif isinstance(result, Exception):
                self._without_speed(wanted, result)
            else:
                self._search(wanted, result)

        def progress(progress: Progress) -> None:
            if self._running is running:
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
            self._without_speed(wanted, failure)
        except BaseException:  # an interrupt
            self._calibrating = False
            self._came(TimingStopped())
            raise

    def _without_speed(self, wanted: Requirements, failure: Exception) -> None:
        self.untested = f"The speed could not be tested: {error_text(failure)}."
        self._search(attrs.evolve(wanted, device=None), None)

    def _search(self, wanted: Requirements, speed: Calibrated | None) -> None:
        self._speed = speed
        self._progressed("Looking through the families …", 0.0)
        self._advisor.ask(wanted, self._families, speed, slower=self._slower)

    def _stepped(self, step: Step) -> None:
        if self.running:
            shown = self._session.shown
            build_s = 0.0 if shown is None else shown.backbone.build_seconds
            self._progressed(step_words(step, build_s), step.share)

    def _came(self, outcome: Advice | Exception) -> None:
        if not self.running:
            return
        self._running = None
        if isinstance(outcome, Advice) and self.untested:
            outcome = attrs.evolve(outcome, untested=self.untested)
        self._ended(outcome)
