"""Lesson 5: what a second stack costs, and what dense blocks cost."""

from typing import Any

from encdec_widgets.designs.design import Design
from encdec_widgets.designs.presets import preset
from encdec_widgets.lessons.a_lesson import Lesson
from encdec_widgets.lessons.bounds import at_most, exactly
from encdec_widgets.widgets.designer import Designer

START = preset("Stacked hourglass, 1 stack")
ONE_STACK = 3_443_088
"""Parameters of the network at the start."""
TWO_STACKS = START.replace("stacks", 2)
DENSE, PLAIN = (
    preset(name).replace("input_shape", (224, 224, 3)) for name in ("FC-DenseNet56", "SLEAP medium single")
)
GROWS_LESS = DENSE.replace("growth_rate", 4)


def times_the_parameters() -> float:
    """How many times as many parameters two stacks have."""
    return TWO_STACKS.build().parameters / START.build().parameters


def needs_less_memory() -> str:
    """Which of two networks trains in less memory."""
    return min(("FC-DenseNet56", DENSE), ("SLEAP medium single", PLAIN), key=lambda one: _training(one[1]))[0]


def share_of_growth() -> float:
    """The share of the memory of a training step that goes with the growth rate, in percent."""
    return 100 * (1 - _training(GROWS_LESS) / _training(DENSE))


def _training(design: Design) -> int:
    held = design.build().cost().training_bytes
    assert held is not None
    return held


def make(**options: Any) -> Lesson:
    """Make the lesson, with its designer."""
    lesson = Lesson(
        "5",
        Designer(START, name="lesson 5"),
        title="Stacks and dense blocks",
        question="What does a second look cost?",
        home="A dense block remembers everything, and memory is what remembering costs.",
        controls=("stacks", "filters", "growth_rate"),
        **options,
    )
    lesson.predict(
        "A stacked hourglass looks at its own maps again: a second hourglass corrects those of the first one. How "
        "many times as many parameters has a network of two stacks as one of one stack?",
        times_the_parameters,
        unit="×",
        because="The second hourglass is as large as the first. The stem, which makes the image smaller, is there "
        "once.",
    )
    lesson.goal(
        "Make a network of two stacks that has no more parameters than this one has with one stack.",
        hints=(
            (
                "Add the stack, and read how many times as many parameters there are. What else could the network "
                "have less of?"
            ),
            "Parameters grow about with the square of the filters: it takes the root of that factor.",
        ),
        stacks=exactly(2),
        parameters=at_most(ONE_STACK),
    )
    lesson.predict(
        "FC-DenseNet56 has fewer parameters than SLEAP medium single. Which of the two trains in less memory, on "
        "images of 224 px?",
        needs_less_memory,
        choices=("FC-DenseNet56", "SLEAP medium single"),
        because="Each layer of a dense block is joined to all layers before it. Training holds all of these joined "
        "maps for the way back, many of them at full resolution.",
    )
    lesson.predict(
        "The growth rate of FC-DenseNet56 says how many channels each layer adds. You set it from 12 to 4, and most "
        "of the parameters go. Which share of the memory of training goes?",
        share_of_growth,
        unit="%",
        because="The maps of the first convolution stay as wide as they were, and every layer still holds those of "
        "all before it.",
    )
    return lesson
