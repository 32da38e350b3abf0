"""Lesson 1: an image must let itself be halved as often as a network has levels."""

import math
from typing import TYPE_CHECKING, Any

from encdec_widgets.architectures.fields.described import FieldError
from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_least, exactly
from encdec_widgets.widgets.designer import Designer

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

START = Design(UNet(filters=8, down_blocks=4, up_blocks=4, up_interpolate=True), (256, 256, 1))
SIZES = (240, 256, 300, 320)
CAMERA_PX = 500


def refused_size() -> str:
    """The one of :data:`SIZES` that the network at the start cannot take."""
    return next(f"{size} px" for size in SIZES if not _takes(size))


def _takes(size: int) -> bool:
    try:
        START.replace("input_shape", (size, size, 1))
    except FieldError:
        return False
    return True


def border_px(backbone: "Backbone") -> int | None:
    """How many px an image has beyond the smallest size that holds the camera's and that the levels can halve.

    None of an image that does not hold the camera's.
    """
    stride = backbone.design.architecture.maximum_stride
    height, width, _ = backbone.design.input_shape
    sides = (height or 0, width or 0)
    if min(sides) < CAMERA_PX:
        return None
    return max(0, max(sides) - stride * math.ceil(CAMERA_PX / stride))


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    lesson = Lesson(
        "1",
        Designer(START, name="lesson 1"),
        title="Sizes",
        question="Why does a network refuse my image?",
        home="A network halves; your image must let itself be halved as often as it has levels.",
        controls=("down_blocks", "up_blocks", "input_shape"),
        **options,
    )
    lesson.predict(
        "A U-Net has four levels. Which of these images can it not take?",
        refused_size,
        choices=[f"{size} px" for size in SIZES],
        because="Each level halves the image, and an odd number of pixels has no half. Turn to Input & head and type "
        "this size as height: the designer says which block cannot halve it, and offers to mend the size.",
    )
    lesson.goal(
        f"Your camera gives {CAMERA_PX} × {CAMERA_PX} px. Make a network of six levels whose output is half as large "
        "as its input. It is to take all of the camera's image, with no more border than it must have, and the "
        "checks are to find nothing.",
        hints=(
            (
                "How often is the image halved on the way to the maximum stride? The size must be a multiple of that "
                "stride."
            ),
            (
                "Each up block doubles the size, so that the output stride is half as large. Begin at the maximum "
                "stride, and stop before the output is as large as the input."
            ),
        ),
        maximum_stride=exactly(2**6),
        output_stride=exactly(2),
        height=at_least(CAMERA_PX),
        width=at_least(CAMERA_PX),
        parts={"spare border, px": (border_px, exactly(0))},
        warnings=exactly(0),
    )
    return lesson
