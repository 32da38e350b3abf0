"""One network in the process that trains it: what is asked of it, and what it has told so far."""

import base64
from pathlib import Path
from typing import Any

import attrs

from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.job import Ask
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.result import Edit, Trained, WeightsOf
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.sent import Sent

SLICE_S = 0.25
"""So long is trained between two looks at the network: four a second."""
SCORE_EVERY_S = 1.0
"""So often the score is taken, which takes as long as a step or two."""


class Run:
    """One network in the process that trains it, and what it has told so far.

    Attributes:
        notices: What is to be said of the device, a sentence each, without a full stop.
        edits: The edits that were taken.
        losses: The loss of each step.
        steps: Steps that were taken.
        seconds: How long they took, without the first call.
        payload: What is to be told of the last slice: see :class:`encdec_widgets.workers.job.Progress`.
    """

    def __init__(self, ask: Ask, name: str, options: TrainingOptions) -> None:
        """Begin nothing yet; ``name`` is what the network is called in the process."""
        self._ask = ask
        self._name = name
        self._options = options
        self.notices: tuple[str, ...] = ()
        self.edits: list[Edit] = []
        self.losses: list[float] = []
        self.steps = 0
        self.seconds = 0.0
        self.first_call_s = 0.0
        self.parameters = 0
        self.score: Score | None = None
        self.payload: dict[str, Any] = {}
        self._scored_at = -SCORE_EVERY_S
        self._untold: Edit | None = None
        self._refused: str | None = None

    def begin(self, sent: Sent, task: str, seed: int) -> None:
        """Have the network built."""
        reply = self._do(
            "train_begin",
            network=attrs.asdict(sent.network),
            task=task,
            options=attrs.asdict(self._options),
            seed=seed,
            weights=sent.weights,
            numbers=sent.numbers,
        )
        self.parameters, self.notices = reply["parameters"], tuple(reply["notices"])

    def change(self, sent: Sent) -> bool:
        """Have the network built again after an edit.

        Returns:
            Whether it was built. If not, the network before the edit is trained on.
        """
        try:
            reply = self._do("train_change", network=attrs.asdict(sent.network))
        except TimingError as error:
            # It takes too much memory, say. A process that has ended says so at the next slice.
            self._refused = str(error)
            return False
        self._took(Edit(step=self.steps, kept=reply["kept"], parameters=reply["parameters"]))
        return True

    def leave(self) -> None:
        """Note an edit that leaves what is trained as it is: nothing is built, and all goes on."""
        self._took(Edit(step=self.steps, kept=self.parameters, parameters=self.parameters))

    def _took(self, edit: Edit) -> None:
        self.parameters = edit.parameters
        self.edits.append(edit)
        self._untold = edit

    def slice(self, seconds: float, at_most: int | None, last: bool = False) -> None:
        """Train for a while: one step at least, unless ``at_most`` is 0; then look at the network."""
        due = last or self.seconds - self._scored_at >= SCORE_EVERY_S
        reply = self._do("train_slice", seconds=seconds, at_most=at_most, scores=due)
        first = self.steps + 1
        self.losses += reply["losses"]
        self.steps += len(reply["losses"])
        self.seconds += reply["seconds"]
        self.first_call_s += reply["first_call_s"]
        if reply["score"] is not None:
            self.score = Score(**reply["score"])
            self._scored_at = self.seconds
        edit, self._untold = self._untold, None
        refused, self._refused = self._refused, None
        self.payload = {
            "steps": self.steps,
            "seconds": self.seconds,
            "losses": [[first + n, loss] for n, loss in enumerate(reply["losses"])],
            "score": None if self.score is None else self.score.value,
            "score_name": "" if self.score is None else self.score.name,
            "score_text": "" if self.score is None else self.score.text,
            "figures": {} if self.score is None else dict(self.score.figures),
            "pictures": base64.b64decode(reply["pictures"]),
            "picture_text": reply["picture_text"],
            "notices": self.notices,
            "edit": None if edit is None else edit.to_dict(),
            "refused": refused,
        }

    def taken_payload(self) -> dict[str, Any]:
        """What is to be told of the last slice; losses and edits are told once."""
        payload, self.payload = self.payload, {**self.payload, "losses": [], "edit": None, "refused": None}
        return payload

    def weights(self, path: Path) -> None:
        """Have the weights written to a file."""
        self._do("train_weights", path=str(path))

    def _do(self, command: str, **arguments: Any) -> dict[str, Any]:
        options = self._options
        return self._ask(str(options.backend), command, options.batch_size, {"name": self._name, **arguments})


def limits_reached(run: Run, steps: int | None, seconds: float | None) -> bool:
    """Whether a run has taken all its steps or seconds."""
    return (steps is not None and run.steps >= steps) or (seconds is not None and run.seconds >= seconds)


def next_slice(
    run: Run, steps: int | None, seconds: float | None, length_s: float = SLICE_S
) -> tuple[float, int | None]:
    """How long the next slice is and how many steps it has at most; the first is a single step, to be seen soon."""
    left_s = length_s if seconds is None else min(length_s, max(seconds - run.seconds, 0.0))
    left = None if steps is None else steps - run.steps
    return (0.0, left) if run.steps == 0 else (left_s, left)


def share_done(run: Run, steps: int | None, seconds: float | None) -> float:
    """How far a run is, from 0 to 1; 0 where it has no limit."""
    shares = [0.0]
    if steps:
        shares.append(run.steps / steps)
    if seconds:
        shares.append(run.seconds / seconds)
    return min(max(shares), 1.0)


def trained(run: Run, sent: Sent, options: TrainingOptions, seed: int, weights: WeightsOf) -> Trained:
    """The result of a run."""
    score = run.score
    assert score is not None  # the last slice takes it
    return Trained(
        score=score.value,
        score_name=score.name,
        score_text=score.text,
        figures=dict(score.figures),
        losses=tuple(run.losses),
        steps=run.steps,
        seconds=run.seconds,
        first_call_s=run.first_call_s,
        design=sent.trainee.of,
        task=sent.trainee.task.title,
        notes=(*sent.trainee.notes, *run.notices),
        kept=tuple(run.edits),
        seed=seed,
        backend=str(options.backend),
        parameters=run.parameters,
        judged=score,
        weights=weights,
    )
