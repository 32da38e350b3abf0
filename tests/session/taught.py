"""A session whose trainings tell, and end, when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.png import png
from encdec_widgets.workers.training.folder import Folder
from encdec_widgets.workers.training.race import TrainingComparison
from encdec_widgets.workers.training.result import Trained, WeightsOf
from encdec_widgets.workers.training.scores import Score
from encdec_widgets.workers.training.trainee import trainee
from encdec_widgets.workers.training.weights_file import load, save

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
OTHER = DESIGN.replace("decoder[1].refine_convs_filters", 3)
"""The same network but for its last block."""
COARSE = DESIGN.replace_all({"down_blocks": 4, "up_blocks": 0})
"""A network whose output is too coarse for any task."""
PICTURES = png(np.linspace(0, 255, 64 * 394).reshape(64, 394).astype(np.uint8))


class FakeWorker:
    """Holds a job until a test has it tell something, or end."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.refuses: BaseException | None = None
        self.stopped = False
        self.done: Callable[[Any], None] = lambda _: None
        self.on_progress: Callable[[Progress], None] = lambda _: None

    def submit(self, job: Any, *, on_done: Any, on_progress: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.jobs.append(job)
        self.done, self.on_progress = on_done, on_progress

    def stop(self) -> None:
        self.stopped = True
        self.done(TimingStopped())

    def tell(self, share: float = 0.5, **payload: Any) -> None:
        """A slice, as the engine tells it."""
        self.on_progress(Progress(share=share, doing="training", payload=payload))


def slice_of(first: int, last: int, edit: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a slice of some steps tells."""
    return {
        "steps": last,
        "seconds": last / 50,
        "losses": [[step, 8.0 / step] for step in range(first, last + 1)],
        "score": 0.31,
        "score_name": "px",
        "score_text": f"feet swapped 0 %, 0.31 px at {last}",
        "pictures": PICTURES,
        "picture_text": "Six mice; a red point on each head.",
        "notices": (),
        "edit": edit,
    }


def edit_at(
    step: int, text: str = "29,024 of 29,939 parameters kept; the rest begins anew"
) -> dict[str, Any]:
    return {"step": step, "kept": 29_024, "parameters": 29_939, "text": text}


class Taught:
    """A session, what it learns, and the worker that it learns in."""

    def __init__(self, design: Design = DESIGN) -> None:
        self.session = Session(design)
        self.worker = FakeWorker()
        self.learning = Learning(self.session, self.worker)  # type: ignore[arg-type]
        self.said: list[str] = []
        self.learning.observe(lambda change: self.said.append(change["new"][1]), "sentence")

    @property
    def job(self) -> Any:
        """The newest job."""
        return self.worker.jobs[-1]

    @property
    def starts_from(self) -> set[float] | None:
        """The numbers that the weights are that the newest job starts from; None where it draws them."""
        path = self.job._sent.weights
        if path is None:
            return None
        return {float(x) for name, array in load(path) if "head" not in name for x in np.unique(array)}

    def end(self, number: float, design: Design | None = None, steps: int = 45) -> Trained:
        """End the training with weights that are all one number, of the design that was to be trained last."""
        result = trained(design or self.job.design, number, steps)
        self.worker.done(result)
        return result


def trained(design: Design, number: float, steps: int = 45) -> Trained:
    """A result, whose weights are all one number."""
    folder = Folder()
    path = folder.path / "trained.npz"
    copy = trainee(design, "mouse").design
    save([(v.path, np.full(v.shape, number, "float32")) for v in copy.build().structure.variables], path)
    score = Score(name="px", value=0.31, text="0.31 px", figures={"px": 0.31}, error=0.31, margin=0.1)
    return Trained(
        score=0.31,
        score_name="px",
        score_text="0.31 px",
        figures={"px": 0.31},
        losses=(1.0,) * steps,
        steps=steps,
        seconds=steps / 50,
        first_call_s=0.5,
        design=design,
        task="mouse",
        notes=(),
        backend="tensorflow",
        parameters=0,
        judged=score,
        weights=WeightsOf(copy, path, folder),
    )


def compared(a: Design, b: Design) -> TrainingComparison:
    """The result of a race, whose weights are all 7."""
    return TrainingComparison(a=trained(a, 7.0), b=trained(b, 7.0))


def numbers(session: Session) -> dict[str, float | None]:
    """The number that the weights of each layer are; None of a layer that has others."""
    found: dict[str, float | None] = {}
    for layer in session.model.layers:
        if layer.weights:
            values = {float(number) for array in layer.get_weights() for number in np.unique(array)}
            found[layer.name] = values.pop() if len(values) == 1 else None
    return found
