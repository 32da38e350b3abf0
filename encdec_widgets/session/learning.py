"""Training beside a session: a copy of the network on screen learns a task, and goes on after edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import traitlets

from encdec_widgets.backbone import Backbone
from encdec_widgets.background import Cancellable
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.mends import Mend
from encdec_widgets.explain.problem_words import problem_sentence
from encdec_widgets.session import learning_words
from encdec_widgets.session.learning_asked import Asked
from encdec_widgets.session.learning_job import Given, UnderWay, race_of, training_of
from encdec_widgets.session.learning_run import LearningState, Run
from encdec_widgets.session.learning_subject import Subject, network_words
from encdec_widgets.session.session import Session
from encdec_widgets.session.trained_weights import has_weights
from encdec_widgets.workers.client import Worker, shared_worker
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.training.job import Training
from encdec_widgets.workers.training.race import TrainingComparison, TrainingRace
from encdec_widgets.workers.training.result import Trained, WeightsOf

RESTS_S = 0.3
"""An edit is trained, and looked at, once edits rest for so long: each step of a drag would compile a network anew."""
STOP_S = 10.0
"""A process that has not answered so long after a stop is ended, and what it has learnt is lost. It compiles for up to
two seconds after an edit, several times that where a core is shared, and answers nothing meanwhile."""


class Learning(Asked):
    """What a network learns, without a screen: a page observes it.

    What it is asked for is a trait as well: see :class:`~encdec_widgets.session.learning_asked.Asked`.

    Attributes:
        subject: What would be trained of the network on screen, or why it can't be (a trait); None as long as nobody
            looks at it, and nothing is trained.
        state: How far it is (a trait).
        pinned: The network A of a race (a trait); None for none.
        trained: The last result, a :class:`~encdec_widgets.workers.training.Trained`, or the comparison of a race; None
            as long as there is none.

    Example:
        >>> from encdec_widgets import Design
        >>> from encdec_widgets.architectures import UNet
        >>> from encdec_widgets.session import Session
        >>> from encdec_widgets.session.learning import Learning
        >>> session = Session(Design(UNet(filters=8, down_blocks=1, up_blocks=1), (64, 64, 1)))
        >>> learning = Learning(session)
        >>> learning.set("task", "halo")
        >>> learning.settings.task, learning.state.running
        ('halo', False)
    """

    subject = traitlets.Instance(Subject, allow_none=True, read_only=True)
    state = traitlets.Instance(LearningState, (), read_only=True)
    pinned = traitlets.Instance(Subject, allow_none=True, read_only=True)

    def __init__(self, session: Session, worker: Worker | None = None) -> None:
        """Train nothing yet.

        Args:
            session: Whose network is trained.
            worker: The process to train in; the one of this kernel if left out.
        """
        super().__init__()
        self.trained: Trained | TrainingComparison | None = None
        self._session = session
        self._worker = worker or shared_worker()
        self._under_way: UnderWay | None = None
        self._looked_at = self._closed = False
        self._resting: Cancellable | None = None
        self._patience: Cancellable | None = None
        self._coming_back: tuple[Backbone, WeightsOf] | None = None
        self._last_design: Design | None = None
        self._last_task = ""
        self.observe(session.guarded(lambda _: self._look()), "settings")
        session.observe(self._network_changed, "shown")
        session.observe(self._bring_back, "steps")

    @property
    def has_weights(self) -> bool:
        """Whether the network on screen has weights to go on from."""
        shown = self._session.shown
        return shown is not None and has_weights(shown.backbone)

    @property
    def up_to_date(self) -> bool:
        """Whether what is shown of the last training is of the network on screen."""
        shown, last = self._session.shown, self._last_design
        return self.state.running or last is None or (shown and shown.backbone.design) == last

    # Looking

    @property
    def looked_at(self) -> bool:
        """Whether somebody looks at it: only then is it found out what would be trained."""
        return self._looked_at

    @looked_at.setter
    def looked_at(self, looked_at: bool) -> None:
        self._looked_at = looked_at
        if looked_at:
            self._look()

    def mend(self, mend: Mend) -> None:
        """Make the changes of a mend of :attr:`subject`."""
        if self.subject is not None:
            self._session.mend(mend, self.subject.design)

    # Training

    def start(self, *, anew: bool = False, steps: int | None = None) -> None:
        """Train the network on screen; from the weights that it has, if it has any.

        What keeps it from that is said in :attr:`state`.

        Args:
            anew: Whether to begin with random weights all the same.
            steps: So many training steps, in place of seconds; what the settings say if left out.
        """
        shown = self._session.shown
        if shown is None or self.state.running or self._closed:
            return
        backbone, settings = shown.backbone, self.settings
        steps = settings.steps if steps is None else steps
        goes_on = not anew and self.has_weights

        def make() -> Training:
            return training_of(backbone if goes_on else backbone.design, self.task, settings, steps)

        run = self._last_run(backbone) if goes_on else Run()
        if self._begin(make, backbone, (run,)):
            self._say(learning_words.started(settings.task, settings.seconds, steps, goes_on))

    def pin(self) -> None:
        """Keep the network on screen as A, for a race against another one."""
        subject = self._subject_now()
        if subject is None:
            return
        if subject.refused is None:
            self.set_trait("pinned", subject)
        else:
            self._fail(subject.refused)

    def race(self) -> None:
        """Train A, which is pinned, and B, which is on screen, in turns: both from random weights of the same seed.

        Nothing of it comes back: the network keeps the weights that it has.
        """
        shown, pinned, settings = self._session.shown, self.pinned, self.settings
        if shown is None or pinned is None or self.state.running or self._closed:
            return

        def make() -> TrainingRace:
            return race_of(pinned.design, shown.backbone.design, self.task, settings)

        both = (("A", pinned.words), ("B", network_words(shown.backbone)))
        runs = tuple(Run(name=name, words=words) for name, words in both)
        if self._begin(make, shown.backbone, runs):
            said = learning_words.started(settings.task, settings.seconds, settings.steps, goes_on=False)
            self._say(f"A and B are trained in turns. {said}")

    def stop(self) -> None:
        """End the training with the slice that is under way, and keep what was learnt; asked again, end it at once."""
        under_way = self._under_way
        if under_way is None or under_way.job is None:
            return
        if under_way.stopped:
            self._kill(under_way)
            return
        under_way.stopped = True
        self._tell(stopping=True)
        under_way.job.finish()
        self._patience = self._session.background.alarm(STOP_S, lambda: self._kill(under_way))

    def close(self) -> None:
        """End what is trained, and tell nothing any more."""
        self._closed = True
        self.unobserve_all()
        self._forget_timers()
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            self._worker.stop()

    def _last_run(self, backbone: Backbone) -> Run:
        """The run that another one goes on after: that of the same task, if the network has weights of it."""
        runs, last = self.state.runs, self._last_design
        if len(runs) != 1 or last is None or self._last_task != self.settings.task:
            return Run()
        shown = self._session.shown
        edit = "" if shown is None or backbone.design == last else shown.words
        return runs[0].going_on(edit or "went on")

    def _begin(
        self,
        make: Callable[[], Training | TrainingRace],
        backbone: Backbone,
        runs: tuple[Run, ...],
    ) -> bool:
        """Have a job done, and say whether it could be begun; what comes of an earlier one is ignored from now on."""
        under_way = self._under_way = UnderWay([Given(backbone)])
        self._last_task = self.settings.task
        self._set_state(LearningState(running=True, doing="starting", runs=runs))
        self._look_now()
        guarded = self._session.guarded
        try:
            if self.problem is not None:
                raise self.problem
            under_way.job = make()
            self._worker.submit(
                under_way.job,
                on_done=guarded(lambda result: self._finished(under_way, result)),
                on_progress=guarded(lambda progress: self._progressed(under_way, progress)),
            )
        except Exception as failure:  # noqa: BLE001 - a layer may not let itself be written down; all of it is shown
            self._under_way = None
            self._fail(failure)
            return False
        except BaseException:  # an interrupt
            self._under_way = None
            self._tell(running=False, doing="")
            raise
        return True

    def _progressed(self, under_way: UnderWay, progress: Progress) -> None:
        if self._under_way is not under_way:
            return
        payload, before = progress.payload, self.state.runs
        told = [payload] if len(before) == 1 else [payload.get(key) for key in "ab"]
        words = under_way.newest.words
        runs = tuple(run.after(one, words) if one else run for run, one in zip(before, told, strict=True))
        marks = [run.marks[-1] for run, old in zip(runs, before, strict=True) if run.marks != old.marks]
        self._tell(doing=progress.doing, share=progress.share, runs=runs)
        for mark in marks:
            self._say(learning_words.edited(mark))
        if payload.get("refused"):  # the process found out: of memory, say
            under_way.take_back()
            self._refuse(payload["refused"])

    def _finished(self, under_way: UnderWay, result: Any) -> None:
        if self._under_way is not under_way:
            return
        self._under_way = None
        self._forget_timers()
        said, failed = "", False
        if isinstance(result, TimingStopped):
            said = (
                learning_words.STOPPED_AT_ONCE
                if any(run.steps > run.before for run in self.state.runs)
                else learning_words.STOPPED_EARLY
            )
        elif isinstance(result, Exception):
            said, failed = problem_sentence(result), True
        else:
            self.trained = result
            try:
                said = self._came(under_way, result)
            except Exception as failure:  # noqa: BLE001 - the file may have gone; all of it is shown
                said, failed = problem_sentence(failure), True
        self._tell(running=False, stopping=False, doing="", said=said, failed=failed)
        score = "" if failed or len(self.state.runs) != 1 else self.state.runs[0].score_text
        self._say(f"{said} Score: {score}." if score else said)
        self._look()

    def _came(self, under_way: UnderWay, result: Trained | TrainingComparison) -> str:
        """Take what was learnt, and say how it ended."""
        if isinstance(result, TrainingComparison):
            self._last_design = under_way.newest.backbone.design
            return result.sentence
        backbone = under_way.network_of(result.design)
        self._last_design = backbone.design
        if result.steps == 0:
            return learning_words.STOPPED_EARLY
        self._coming_back = (backbone, result.weights)
        self._bring_back()
        return learning_words.ended(self.state.runs[0], stopped=under_way.stopped)

    def _bring_back(self, _: Any = None) -> None:
        """Let the session have what was learnt, once nothing is being built."""
        if self._coming_back is None or self._session.steps or self._closed:
            return
        (backbone, weights), self._coming_back = self._coming_back, None
        self._session.take_weights(backbone, weights)

    def _kill(self, under_way: UnderWay) -> None:
        if self._under_way is under_way:
            self._worker.stop()

    # Edits

    def _network_changed(self, change: Mapping[str, Any]) -> None:
        """Look at another network, and train it, once edits rest."""
        before, shown = change["old"], change["new"]
        if before is not None and before.backbone is shown.backbone:
            return
        if self._under_way is not None or self._looked_at:
            self._after_a_rest()

    def _after_a_rest(self) -> None:
        self._forget_rest()
        self._resting = self._session.background.later(RESTS_S, self._session.guarded(self._rested))

    def _rested(self) -> None:
        self._resting = None
        if self._closed:
            return
        self._look_now()
        self._train_what_is_shown()

    def _train_what_is_shown(self) -> None:
        """Go on with the network on screen, if it is another one than is trained."""
        under_way, shown = self._under_way, self._session.shown
        if under_way is None or under_way.stopped or shown is None or not isinstance(under_way.job, Training):
            return
        if under_way.newest.backbone.design == shown.backbone.design:
            self._tell(said="", failed=False)
            return
        try:
            taken = under_way.job.change(shown.backbone)
        except Exception as refused:  # noqa: BLE001 - a user's class may raise anything; all of it is shown
            self._refuse(problem_sentence(refused))
        else:
            if taken:
                under_way.given.append(Given(shown.backbone, shown.words))
            self._tell(said="", failed=False)

    def _refuse(self, reason: str) -> None:
        """Say that an edit is not trained, and that training goes on."""
        said = learning_words.not_learnt(reason)
        self._tell(said=said, failed=True)
        self._say(said)

    # What would be trained

    def _look(self) -> None:
        if self._looked_at or self.state.running:
            self._after_a_rest()

    def _look_now(self) -> None:
        if self._looked_at or self.state.running:
            subject = self._subject_now()
            if subject != self.subject:
                self.set_trait("subject", subject)

    def _subject_now(self) -> Subject | None:
        shown = self._session.shown
        return None if shown is None else Subject.of(shown.backbone, self.task, self.settings.options)

    # Telling

    def _fail(self, failure: Exception) -> None:
        said = problem_sentence(failure)
        self._tell(running=False, stopping=False, doing="", said=said, failed=True)
        self._say(said)

    def _tell(self, **changes: Any) -> None:
        self._set_state(attrs.evolve(self.state, **changes))

    def _set_state(self, state: LearningState) -> None:
        if not self._closed:
            self.set_trait("state", state)

    def _say(self, text: str) -> None:
        if not self._closed:
            super()._say(text)

    def _forget_rest(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _forget_timers(self) -> None:
        self._forget_rest()
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
