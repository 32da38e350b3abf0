"""A worker and trainings that tell, and end, when a test says so."""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from encdec_widgets import Design
from encdec_widgets.architectures import UNet
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.backbone import Backbone
from encdec_widgets.session import Session
from encdec_widgets.session.learning import Learning
from encdec_widgets.workers.errors import TimingStopped
from encdec_widgets.workers.job import Progress
from encdec_widgets.workers.training.weights_file import load, save

DESIGN = Design(UNet(filters=2, down_blocks=2, up_blocks=2), (64, 64, 1))
OTHER = DESIGN.replace("decoder[1].refine_convs_filters", 3)
"""The same network but for its last block."""


@attrs.define(eq=False)
class FakeTraining:
    """A training that is asked for, and does nothing by itself.

    Attributes:
        asked: What it was made of.
        changes: The designs that it was to go on with.
        refuses: Why it takes no other design; None if it does.
        finished: Whether it was asked to end.
    """

    asked: dict[str, Any]
    weights: dict[str, Any] = attrs.field(factory=dict)
    changes: list[Design] = attrs.field(factory=list)
    refuses: Exception | None = None
    finished: bool = False

    def change(self, design: Design) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.changes.append(design)

    def finish(self) -> None:
        self.finished = True


@attrs.frozen
class FakeTrained:
    """A result."""

    design: Design
    weights: Path


@attrs.frozen
class FakeRaced:
    """The result of a race."""

    sentence: str


class FakeWorker:
    """Holds a job until a test has it tell something, or end."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.refuses: Exception | None = None
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
        "pictures": png(6 * 64, 64),
        "picture_text": "Six mice; a red point on each head.",
        "edit": edit,
    }


def edit_at(step: int, text: str = "29,024 of 29,939 parameters kept; the rest begins anew") -> dict[str, Any]:
    return {"step": step, "kept": 29_024, "parameters": 29_939, "text": text}


def png(width: int, height: int) -> bytes:
    """A picture: grey, growing lighter to the right."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = bytes(255 * x // width for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


class Taught:
    """A session, what it learns, and the worker that it learns in."""

    def __init__(self, design: Design = DESIGN) -> None:
        self.session = Session(design)
        self.worker = FakeWorker()
        self.learning = Learning(
            self.session,
            self.worker,  # type: ignore[arg-type]
            training=self._training,
            race=lambda **both: FakeTraining(both),
        )
        self.said: list[str] = []
        self.learning.observe(lambda change: self.said.append(change["new"][1]), "sentence")

    @staticmethod
    def _training(**asked: Any) -> FakeTraining:
        path = asked.get("weights")
        return FakeTraining(asked, dict(load(path)) if path is not None else {})

    @property
    def job(self) -> FakeTraining:
        """The newest job."""
        job: FakeTraining = self.worker.jobs[-1]
        return job

    def end(self, number: float, design: Design | None = None) -> Path:
        """End the training with weights that are all one number, of the design that was trained last."""
        trained = design or (self.job.changes or [self.job.asked["network"].design])[-1]
        path = weights_file(trained.build(), number)
        self.worker.done(FakeTrained(trained, path))
        return path


def weights_file(backbone: Backbone, number: float) -> Path:
    """A file of weights that are all one number, without those of the heads."""
    path = Path(tempfile.mkdtemp()) / "weights.npz"
    heads = {id(v) for built in backbone.built_blocks if built.call.stage == "head" for v in built.variables}
    variables = [v for v in backbone.structure.variables if id(v) not in heads]
    save([(v.path, np.full(v.shape, number, "float32")) for v in variables], path)
    return path


def numbers(session: Session) -> dict[str, float | None]:
    """The number that the weights of each layer are; None of a layer that has others."""
    found: dict[str, float | None] = {}
    for layer in session.model.layers:
        if layer.weights:
            values = {float(number) for array in layer.get_weights() for number in np.unique(array)}
            found[layer.name] = values.pop() if len(values) == 1 else None
    return found


def refusal() -> FieldError:
    return FieldError("filters", 13, "must not be 13", (12, 14), plain="13 filters bring bad luck.")
