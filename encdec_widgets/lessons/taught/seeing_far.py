"""Lesson 3: how far a network sees, and that it cannot learn what it does not see."""

from typing import Any

from encdec_widgets.architectures.unet import UNet
from encdec_widgets.designs.design import Design
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_least, at_most
from encdec_widgets.widgets.designer import Designer
from encdec_widgets.workers.training import train

START = Design(UNet(filters=16, down_blocks=3, up_blocks=2, up_interpolate=True), (256, 256, 1))
EDITS: dict[str, tuple[str, int]] = {
    "twice as many filters": ("filters", 32),
    "kernels of 5 px": ("kernel_size", 5),
    "one more convolution in each block": ("convs_per_block", 3),
    "one more level": ("down_blocks", 4),
}
NEAR = Design(UNet(filters=8, down_blocks=1, up_blocks=1, up_interpolate=True), (64, 64, 1))
"""A network that does not see the ring of *halo* from its disc."""
STEPS = 200
"""Training steps: three seconds on one quiet core."""
JUDGED = 400
"""So many images say how often a coin falls on one side: five in a hundred more or less, and no more."""


def sees_furthest() -> str:
    """The one of :data:`EDITS` after which the output sees most of the image."""
    return max(EDITS, key=lambda edit: _seen_px(START.replace(*EDITS[edit])))


def _seen_px(design: Design) -> int:
    smallest = design.build().receptive_field().output.smallest
    assert smallest is not None
    return min(smallest)


def right_without_seeing() -> float:
    """How often the network that sees too little is right, in percent, after training."""
    trained = train(NEAR, "halo", steps=STEPS, score_images=JUDGED)
    return 100 * trained.figures["right"]


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    designer = Designer(START, name="lesson 3")
    designer.learning.set("task", "halo")
    designer.learning.set("steps", STEPS)
    lesson = Lesson(
        "3",
        designer,
        title="Seeing far",
        question="How does a network come to see the whole mouse?",
        home="What a network cannot see it cannot learn; what it can see it need not.",
        controls=("filters", "filters_rate", "kernel_size", "convs_per_block", "down_blocks", "up_blocks"),
        tasks=("halo",),
        **options,
    )
    lesson.predict(
        "Which of these edits of a U-Net with three levels lets its output see furthest?",
        sees_furthest,
        choices=tuple(EDITS),
        because="At a coarser stride, one step of a kernel is many pixels of the image. Filters say how much a "
        "network knows of a place, not how far it sees.",
    )
    lesson.goal(
        "The mouse is 150 px long. Let every position of the output see as much, with at most 500,000 parameters and "
        "1 G multiply-adds. The output is to stay as fine as it is.",
        hints=(
            "No edit does it alone: one makes the network see further and dearer, another one pays for it.",
            (
                "Parameters and multiply-adds grow with the square of the filters. What the output sees does not "
                "depend on them."
            ),
        ),
        receptive_field=at_least(150),
        parameters=at_most(500_000),
        multiply_adds=at_most(10**9),
        output_stride=at_most(2),
    )
    lesson.predict(
        "A disc has a ring around it, 22 px away: brighter than the ground, or darker. A network whose output sees 20 "
        "px is to tell which, and has two classes to choose from. Of a hundred new images, how many does it tell "
        "rightly after training?",
        right_without_seeing,
        unit="%",
        because="It does not see the ring, so it tosses a coin, however long it trains: the loss stands at the "
        "logarithm of two. On the pictures, red and blue lie over each other: violet means either.",
    )
    lesson.goal(
        "Train a network that tells it rightly on 95 images of a hundred, with ten thousand parameters at most.",
        hints=(
            (
                "What does the network have to see from the middle of the disc? The page Receptive field says what "
                "yours sees."
            ),
            (
                "Take away what you do not need: levels that see beyond the ring first, then filters. Train after "
                "each edit."
            ),
        ),
        task="halo",
        right=at_least(0.95),
        parameters=at_most(10_000),
    )
    return lesson
