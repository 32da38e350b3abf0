"""What is known so far of the training of a network: its curve, its edits, its score and its pictures, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Mark:
    """An edit of the network that is trained.

    Attributes:
        step: The training step before which it came.
        words: The edit, as undo names it: "filters 8 to 12".
        text: What was kept of the weights; empty where that is not known.
    """

    step: int
    words: str
    text: str = ""


@attrs.frozen(kw_only=True)
class Run:
    """The training of one network, so far.

    Attributes:
        name: "A" or "B" of two that are trained in turns; empty of one alone.
        words: What the network is, where another one may be on screen.
        steps: Training steps.
        seconds: Seconds of training, without building and compiling.
        losses: The loss after each step, as pairs of step and loss.
        marks: The edits that it went on after.
        score: The figure that a person understands; None as long as it is not known.
        score_text: The same in words, such as "feet swapped 48 %, 0.31 px".
        pictures: A PNG with six images side by side and the predictions laid over them; empty as long as there is none.
        picture_text: What the pictures show, in words.
        notices: What is to be said of the device that trains, a sentence each, without a full stop.
        before: Steps of earlier runs, which this one goes on after.
        before_s: Their seconds.

    Example:
        >>> from encdec_widgets.session.learning_run import Run
        >>> first = Run().after({"steps": 2, "seconds": 0.2, "losses": [[1, 8.3], [2, 7.9]], "score_text": "16 px"})
        >>> first.steps, first.losses[-1], first.score_text
        (2, (2, 7.9), '16 px')
        >>> more = first.going_on("filters 8 to 12").after({"steps": 1, "seconds": 0.1, "losses": [[1, 7.8]]})
        >>> more.steps, more.losses[-1], more.marks
        (3, (3, 7.8), (Mark(step=2, words='filters 8 to 12', text=''),))
    """

    name: str = ""
    words: str = ""
    steps: int = 0
    seconds: float = 0.0
    losses: tuple[tuple[int, float], ...] = ()
    marks: tuple[Mark, ...] = ()
    score: float | None = None
    score_text: str = ""
    pictures: bytes = attrs.field(default=b"", repr=False)
    picture_text: str = ""
    notices: tuple[str, ...] = ()
    before: int = 0
    before_s: float = 0.0

    @property
    def loss(self) -> float | None:
        """The last loss."""
        return self.losses[-1][1] if self.losses else None

    def going_on(self, words: str) -> Run:
        """The next run of the same training, with ``words`` for what came between the two."""
        mark = Mark(step=self.steps, words=words)
        return attrs.evolve(
            self, before=self.steps, before_s=self.seconds, marks=(*self.marks, mark), notices=()
        )

    def after(self, payload: Mapping[str, Any], words: str = "") -> Run:
        """This run with what one more slice has told.

        Args:
            payload: What was told: see :meth:`encdec_widgets.workers.training.run.Run.slice`.
            words: The edit that the slice began with, if it began with one.
        """
        edit = payload.get("edit")
        marks = self.marks
        if edit:
            mark = Mark(step=self.before + edit["step"], words=words, text=edit["text"])
            marks = (*marks, mark)
        told = {
            name: payload[name]
            for name in ("score", "score_text", "pictures", "picture_text", "notices")
            if payload.get(name) is not None
        }
        return attrs.evolve(
            self,
            steps=self.before + payload["steps"],
            seconds=self.before_s + payload["seconds"],
            losses=(*self.losses, *((self.before + step, loss) for step, loss in payload["losses"])),
            marks=marks,
            **told,
        )


@attrs.frozen(kw_only=True)
class LearningState:
    """How far training is.

    Attributes:
        running: Whether something is trained.
        stopping: Whether it is to end with the slice that is under way.
        doing: What is done just now, in a few words.
        share: How much of the time is over, from 0 to 1.
        runs: The network that is or was trained last, or both of a race; none as long as nothing was.
        said: What is to be said besides: how it ended, what could not be trained, what went wrong.
        failed: Whether ``said`` tells of something that went wrong.
    """

    running: bool = False
    stopping: bool = False
    doing: str = ""
    share: float = 0.0
    runs: tuple[Run, ...] = ()
    said: str = ""
    failed: bool = False
