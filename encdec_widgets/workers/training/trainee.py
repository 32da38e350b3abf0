"""The copy of a design that is trained: at a small size, with the task's maps in place of its heads."""

import math
from typing import Any

import attrs

from encdec_widgets.architectures.blocks.head import Head
from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import as_design
from encdec_widgets.formatting import counted, quoted
from encdec_widgets.workers.errors import TimingError
from encdec_widgets.workers.training.options import TrainingOptions
from encdec_widgets.workers.training.tasks import Task, as_task

COARSEST = 8
"""The largest output stride that a task can be learnt at: a foot of *mouse* is 18 px from the other one."""
LARGEST_PX = 512
"""A design whose strides take a larger image than this is not trained: a step would take minutes on a processor."""


@attrs.frozen(kw_only=True, eq=False)
class Trainee:
    """What is trained of a design.

    Attributes:
        design: The copy that is trained.
        of: The design that it is a copy of.
        task: What it is to learn.
        notes: What is otherwise in the copy, a sentence each, without a full stop.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.training import Trainee, trainee
        >>> copy: Trainee = trainee(preset("U-Net"), "threads")
        >>> copy.size, copy.of == preset("U-Net")
        (64, True)
    """

    design: Design
    of: Design
    task: Task
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Height and width of its images, in px."""
        return int(self.design.input_shape[0] or 0)


def trainee(thing: Any, task: Task | str, options: TrainingOptions | None = None) -> Trainee:
    """The copy of a design that is trained on a task.

    Args:
        thing: A Design, an architecture, the name of a preset, or a Backbone.
        task: The name of a task, or a task.
        options: How it is trained.

    Raises:
        FieldError: (a ValueError) If the design cannot learn the task so: its output is too coarse, or larger than the
            image, or it takes images that are too large to be trained on.
        TaskError: (a ValueError) If there is no such task.
        TypeError: If there is no design in ``thing``.

    Example:
        >>> from encdec_widgets import preset
        >>> from encdec_widgets.workers.training import trainee
        >>> copy = trainee(preset("SLEAP centroid"), "mouse")
        >>> copy.design.input_shape, copy.design.heads[0].channels
        ((64, 64, 1), 3)
        >>> copy.notes[0]
        'trained at 64 × 64 px grey'
    """
    design, learnt = design_of(thing), as_task(task)
    size = (options or TrainingOptions()).size
    channels = design.input_shape[2]
    stride = design.architecture.maximum_stride
    fitting = stride * math.ceil(size / stride)
    if fitting > LARGEST_PX:
        raise FieldError(
            "input_shape",
            design.input_shape,
            f"must be trained at no more than {LARGEST_PX} px, and the maximum stride, {stride}, takes {fitting} px; "
            "fewer levels take less",
        )
    _require_output_stride(design)
    copy = design.replace_all(
        {"input_shape": (fitting, fitting, channels), "heads": [Head(channels=len(learnt.names))]}
    )
    return Trainee(design=copy, of=design, task=learnt, notes=_notes(design, learnt, size, fitting))


def design_of(thing: Any) -> Design:
    """The design in a Design, a Backbone or a Designer, an architecture or the name of a preset.

    Raises:
        TypeError: If there is none.
    """
    found = getattr(thing, "design", thing)
    if isinstance(found, Design):
        return found
    if hasattr(thing, "layers") and hasattr(thing, "weights"):
        raise TypeError(
            f"A {type(thing).__name__} of Keras has no design to make a copy of. Would work: a Design, a Backbone, an "
            "architecture such as UNet(), or the name of a preset."
        )
    try:
        return as_design(found)
    except ValueError as error:
        if isinstance(found, str):
            raise
        raise TypeError(
            f"There is no design in {quoted(thing)}: give a Design, a Backbone, an architecture such as UNet(), or the "
            "name of a preset."
        ) from error


def positions_of(output_shape: Any, size: int) -> int:
    """How many positions the maps of a network have along an axis.

    Args:
        output_shape: Shape of its output, as it was built: (batch, height, width, names).
        size: Height and width of its image, in px.

    Raises:
        TimingError: If they do not lie over the image evenly, as where a block crops or pads its map.
    """
    _, height, width, _ = output_shape
    if height != width or not height or size % height or size // height > COARSEST:
        raise TimingError(
            f"this design cannot learn a task: its output is {height} × {width} positions for {size} × {size} px. An "
            f"output whose positions lie evenly over the image, at a stride of 1 to {COARSEST}, would work"
        )
    return int(height)


def _require_output_stride(design: Design) -> None:
    stride = design.architecture.output_stride
    if stride < 1:
        raise FieldError(
            "output_stride",
            stride,
            "must be 1 at least for a design to be trained, and its output is larger than the image; fewer blocks of "
            "the decoder would work",
        )
    if stride > COARSEST:
        raise FieldError(
            "output_stride",
            stride,
            f"must be {COARSEST} at most for a design to be trained: a position of its output covers {stride} × "
            f"{stride} px, and what is to be found is smaller. More blocks of the decoder would work",
        )


def _notes(design: Design, task: Task, size: int, fitting: int) -> tuple[str, ...]:
    channels = design.input_shape[2]
    larger = "" if fitting == size else f", the next size above {size} px that its strides divide"
    notes = [f"trained at {fitting} × {fitting} px grey{larger}"]
    if channels > 1:
        notes.append(f"each of its {channels} channels gets the same grey image")
    names = f"{counted(len(task.names), 'map')} ({', '.join(task.names)})"
    if design.heads:
        heads = "its head is" if len(design.heads) == 1 else f"its {len(design.heads)} heads are"
        notes.append(f"{heads} replaced by {names}; the backbone's weights alone come back")
    else:
        verb = "is" if len(task.names) == 1 else "are"
        notes.append(f"{names} {verb} added at its output; the backbone's weights alone come back")
    return (*notes, *task.notes)
