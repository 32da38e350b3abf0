"""Lesson 2: what a skip connection mends, and what it costs."""

from typing import TYPE_CHECKING, Any

import attrs

from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_least, at_most, exactly
from encdec_widgets.widgets.designer import Designer

if TYPE_CHECKING:
    from encdec_widgets.backbone import Backbone

START = Design(UNet(filters=8, down_blocks=3, up_blocks=3, up_interpolate=True), (64, 64, 1))
FOUR_SKIPS = Design(UNet(filters=16, down_blocks=4, up_blocks=4, up_interpolate=True), (256, 256, 1))
STEPS = 350
"""Training steps: seven seconds on one quiet core."""
AS_IT_WAS = "as it was"


def share_of_the_finest() -> float:
    """The share of a forward pass's memory that goes with the finest of four skip connections, in percent."""
    without = FOUR_SKIPS.replace("decoder[3].skip_connection", False)
    before, after = (design.build().cost().inference_bytes for design in (FOUR_SKIPS, without))
    assert before is not None
    assert after is not None
    return 100 * (1 - after / before)


def apart_from_its_skips(backbone: "Backbone") -> str:
    """Whether a network is that of the start, apart from which of its skip connections are there."""
    same = _without_skips(backbone.design) == _without_skips(START)
    return AS_IT_WAS if same else "another one"


def _without_skips(design: Design) -> tuple[Any, ...]:
    decoder = [attrs.evolve(block, skip_connection=False) for block in design.blocks_of("decoder")]
    return design.input_shape, design.blocks_of("stem"), design.blocks_of("encoder"), tuple(decoder)


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    designer = Designer(START, name="lesson 2")
    designer.learning.set("task", "threads")
    designer.learning.set("steps", STEPS)
    lesson = Lesson(
        "2",
        designer,
        title="Skips",
        question="Which of the skip connections does the work, and which one is the bill?",
        home="A skip mends what the bottleneck broke, and the finest one sends the bill.",
        controls=("decoder[*].skip_connection",),
        tasks=("threads",),
        **options,
    )
    lesson.predict(
        "A U-Net for images of 256 px has four skip connections. You take the finest one out, at full resolution. "
        "Which share of the memory of a forward pass goes with it?",
        share_of_the_finest,
        unit="%",
        because="Its feature map is the largest of all, and is kept until the decoder comes to it. Of the parameters, "
        "hardly any go.",
    )
    lesson.goal(
        "Find threads that are hardly wider than a pixel, on little memory. Take out skip connections, and change "
        "nothing else.",
        hints=(
            (
                "Click on the mark of a skip connection to take it out, and see what becomes of the memory of a "
                "forward pass. Which of them costs nearly all of it?"
            ),
            (
                "Of those that are cheap, keep one at a time, and train each network from random weights. The finer a "
                "map is, the better it says where a thread is."
            ),
        ),
        task="threads",
        inference_mb=at_most(0.85),
        parts={"apart from its skips, the network is": (apart_from_its_skips, exactly(AS_IT_WAS))},
        f1=at_least(0.85),
        training_steps=at_most(STEPS),
    )
    return lesson
