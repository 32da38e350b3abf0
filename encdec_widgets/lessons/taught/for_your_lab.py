"""Lesson 6: a network that a lab's camera, animal and graphics card can live with."""

from typing import Any

import encdec_widgets
from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import preset, presets
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_most, exactly
from encdec_widgets.lessons.goals import Goal
from encdec_widgets.lessons.seen import Seen
from encdec_widgets.widgets.designer import Designer

CAMERA_PX, SCALE = 1024, 0.5
INPUT_PX = int(CAMERA_PX * SCALE)
ANIMAL_PX = 260
BATCH = 8
NARROWER = (
    "Memory and multiply-adds are both largest at full resolution: make that level narrower, or leave it out of the "
    "decoder."
)
WITH_ADVICE = " The advisor shows what else would do."


def for_the_lab(name: str) -> Design:
    """A preset for the lab's images."""
    return preset(name).replace("input_shape", (INPUT_PX, INPUT_PX, 1))


START = for_the_lab("U-Net")


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    designer = Designer(START, name="lesson 6")
    designer.session.assume(batch_size=BATCH, animal_px=ANIMAL_PX, input_scale=SCALE)
    lesson = Lesson(
        "6",
        designer,
        title="A backbone for your lab",
        question="Which network fits your images and your computer?",
        home="Say what you need in numbers; then most networks choose themselves out.",
        controls=("filters", "filters_rate", "down_blocks", "up_blocks", "up_interpolate", "stem_blocks"),
        **{"others": "open", **options},  # of any family
    )

    def how_many_pass() -> int:
        """The number of presets that reach the goal as they are."""
        goal = next(part for part in lesson.progress.given if isinstance(part, Goal))
        seen = (
            Seen(backbone=for_the_lab(name).build(), start=START, conditions=lesson.conditions)
            for name in presets()
        )
        return sum(goal.holds(goal.judged(one)) for one in seen)

    lesson.predict(
        f"A camera gives {CAMERA_PX} px, and the network sees them at a scale of {SCALE}. It is to train with {BATCH} "
        "images at once in 2 GB, to cost at most 8 G multiply-adds an image, and to put out a map at stride 4 or "
        f"finer. The checks are to find nothing, for a mouse of {ANIMAL_PX} px. How many of the {len(presets())} "
        "presets can do that as they are?",
        how_many_pass,
        because="Most were made for smaller images, or for smaller batches. A preset is where to begin.",
    )
    lesson.goal(
        "Make a network that can do all of it, from the U-Net or from any other family.",
        hints=(
            (
                "Which of the bounds is missed by most? Begin with the edit that helps most there, and read what the "
                "checks find after it."
            ),
            NARROWER + (WITH_ADVICE if "advise" in encdec_widgets.__all__ else ""),
        ),
        height=exactly(INPUT_PX),
        width=exactly(INPUT_PX),
        training_mb=at_most(2000),
        multiply_adds=at_most(8 * 10**9),
        output_stride=at_most(4),
        warnings=exactly(0),
    )
    return lesson
